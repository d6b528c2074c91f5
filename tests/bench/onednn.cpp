/*
 * oneDNN, layer by layer from the weights file itself: float32, ReLU6 fused, maps and weights in the layouts
 * that it chooses (with AVX-512 that is NHWC all through). All that can be done once (choosing kernels,
 * reordering weights) is done before the first inference; the scratchpad is the library's.
 */
#include <dnnl.hpp>
#include <omp.h>

#include <cstring>
#include <exception>
#include <unordered_map>
#include <vector>

extern "C" {
#include "detector/base/float16.h"
#include "detector/model/model_file.h"
}
#include "tests/bench/engine.h"

using dnnl::memory;
using tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

struct Step {
    dnnl::primitive primitive;
    Arguments arguments;
};

struct Engine {
    dnnl::engine cpu{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{cpu};
    ModelWeights weights{};
    std::vector<Step> steps;
    std::vector<memory> maps; /* of each layer */
    std::vector<memory> heads;
};

static memory::desc describe(const memory::dims &dims, tag layout)
{
    return memory::desc(dims, memory::data_type::f32, layout);
}

/* A copy of a tensor in another layout, made now. */
static memory reordered(Engine *self, const memory &from, const memory::desc &wanted)
{
    memory to(wanted, self->cpu);
    memory source = from;
    dnnl::reorder(source, to).execute(self->stream, source, to);
    self->stream.wait();
    return to;
}

/* A tensor of the weights file, widened. */
static memory packed(Engine *self, const memory::desc &plain, const uint8_t *halves,
                     const memory::desc &wanted)
{
    memory from(plain, self->cpu);
    float *values = static_cast<float *>(from.get_data_handle());
    for (size_t i = 0; i < plain.get_size() / sizeof *values; i++)
        values[i] = float16_widen(float16_at(halves, i));
    return reordered(self, from, wanted);
}

/* The map in that layout, by a step of each inference where it is in another. */
static memory converted(Engine *self, const memory &map, const memory::desc &wanted)
{
    if (map.get_desc() == wanted)
        return map;
    memory to(wanted, self->cpu);
    self->steps.push_back({dnnl::reorder(map, to), {{DNNL_ARG_FROM, map}, {DNNL_ARG_TO, to}}});
    return to;
}

static dnnl::convolution_forward::primitive_desc choose(Engine *self, const NetworkLayer &layer,
                                                        const memory::desc &source,
                                                        const memory::desc &weight, const memory::desc &bias,
                                                        const memory::desc &target)
{
    const memory::dim kernel = weight.dims().back();
    const memory::dim padding = kernel == 1 ? 0 : layer.padding;
    const memory::dims strides = {layer.stride, layer.stride}, before = {padding, padding};
    /* As much as the last output reads. */
    const memory::dims after = {(target.dims()[2] - 1) * layer.stride + kernel - padding - source.dims()[2],
                                (target.dims()[3] - 1) * layer.stride + kernel - padding - source.dims()[3]};
    dnnl::primitive_attr attributes;
    if (layer.relu6) {
        dnnl::post_ops relu6;
        relu6.append_eltwise(1, dnnl::algorithm::eltwise_clip, 0, 6);
        attributes.set_post_ops(relu6);
    }
    return {{dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_auto, source, weight, bias,
             target, strides, before, after},
            attributes,
            self->cpu};
}

static void add_layer(Engine *self, int index, const memory &planes)
{
    const NetworkLayer &layer = self->weights.network.layers[index];
    const memory input = layer.input < 0 ? planes : self->maps[size_t(layer.input)];
    const memory::dims in = input.get_desc().dims();
    const memory::dim kernel = layer.kind == LOOKOUT_LAYER_POINTWISE ? 1 : 3;
    const memory::dims out = {1, layer.out_channels, (in[2] - 1) / layer.stride + 1,
                              (in[3] - 1) / layer.stride + 1};
    const bool depthwise = layer.kind == LOOKOUT_LAYER_DEPTHWISE;
    const memory::dims weight_dims = depthwise ? memory::dims{layer.out_channels, 1, 1, kernel, kernel}
                                               : memory::dims{layer.out_channels, in[1], kernel, kernel};
    const memory::desc bias_desc = describe({layer.out_channels}, tag::a);

    const memory::desc weight_desc = describe(weight_dims, tag::any), target_desc = describe(out, tag::any);
    auto chosen = choose(self, layer, describe(in, layer.input < 0 ? tag::nhwc : tag::any), weight_desc,
                         bias_desc, target_desc);
    /* Not every instruction set has a fast kernel for three channels in NHWC. */
    if (!std::strncmp(chosen.impl_info_str(), "ref", 3))
        chosen = choose(self, layer, describe(in, tag::any), weight_desc, bias_desc, target_desc);
    const memory source = layer.input < 0 ? reordered(self, planes, chosen.src_desc())
                                          : converted(self, input, chosen.src_desc());
    const memory weight = packed(self, describe(weight_dims, depthwise ? tag::goihw : tag::oihw),
                                 self->weights.weight[index], chosen.weights_desc());
    const memory bias = packed(self, bias_desc, self->weights.bias[index], bias_desc);
    const memory target(chosen.dst_desc(), self->cpu);
    self->steps.push_back({dnnl::convolution_forward(chosen),
                           {{DNNL_ARG_SRC, source},
                            {DNNL_ARG_WEIGHTS, weight},
                            {DNNL_ARG_BIAS, bias},
                            {DNNL_ARG_DST, target}}});
    self->maps.push_back(target);
    if (layer.head_level >= 0)
        self->heads.push_back(target);
}

Engine *engine_create(const EngineOptions *options)
{
    omp_set_num_threads(options->threads);
    try {
        static Engine self;
        LookoutError error;
        if (model_weights_read(&self.weights, options->weights, &error) != LOOKOUT_OK)
            engine_fail("%s", error.message);
        const memory::dims dims = {1, 3, options->size, options->size};
        const memory planes(describe(dims, tag::nchw), self.cpu, options->planes);
        for (int i = 0; i < NETWORK_LAYERS; i++)
            add_layer(&self, i, planes);
        return &self;
    } catch (const std::exception &failure) {
        engine_fail("oneDNN: %s", failure.what());
    }
}

void engine_run(Engine *engine)
{
    for (const Step &step : engine->steps)
        step.primitive.execute(engine->stream, step.arguments);
    engine->stream.wait();
}

void engine_write_head(Engine *engine, FILE *file)
{
    for (const memory &head : engine->heads) {
        const memory plain = reordered(engine, head, describe(head.get_desc().dims(), tag::nhwc));
        std::fwrite(plain.get_data_handle(), 1, plain.get_desc().get_size(), file);
    }
}

void engine_describe(Engine *, FILE *file)
{
    const dnnl_version_t *version = dnnl_version();
    std::fprintf(file, "{\"name\": \"oneDNN\", \"version\": \"%d.%d.%d\"}", version->major, version->minor,
                 version->patch);
}

double engine_peak_gflops(Engine *)
{
    return 0;
}
