#include "detector/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "detector/base/error.h"
#include "detector/base/float16.h"
#include "detector/base/memory.h"
#include "detector/model/model_file.h"

/* Weights that stay in L2 with the pixels that they are multiplied with, in float32; a weight that is used
 * there is not worth its widening. */
#define WIDE_WEIGHTS ((size_t)1 << 16)

/* Bytes of each part of a packed layer, multiples of KERNEL_ALIGNMENT so that all stay aligned. */
typedef struct PackedSize {
    size_t weights, bias;
} PackedSize;

static int is_wide(const NetworkLayer *layer)
{
    return (size_t)network_weight_count(layer) <= WIDE_WEIGHTS;
}

/* How many weights of a channel the pointwise kernel multiplies with a pixel: a dense layer behind the first
 * convolution is multiplied as a pointwise layer of its taps. 0: a kernel for taps. */
static int pointwise_depth(const NetworkLayer *layer)
{
    if (layer->kind == LOOKOUT_LAYER_POINTWISE)
        return layer->in_channels;
    return layer->kind == LOOKOUT_LAYER_CONVOLUTION && layer->input >= 0 ? 9 * layer->in_channels : 0;
}

/* The first convolution's kernel takes its channels and its output's pixel stride as one. */
static size_t packed_channels(const NetworkLayer *layer)
{
    return (size_t)(layer->kind == LOOKOUT_LAYER_CONVOLUTION ? kernel_pixel_stride(layer->out_channels)
                                                             : kernel_pad(layer->out_channels));
}

static PackedSize packed_size(const NetworkLayer *layer, const Kernels *kernels)
{
    size_t channels = packed_channels(layer), weights;
    int depth = pointwise_depth(layer);
    if (depth)
        weights = kernels_packed_size(kernels, depth, layer->out_channels) *
                  (is_wide(layer) ? sizeof(float) : sizeof(uint16_t));
    else
        weights = channels * (layer->kind == LOOKOUT_LAYER_CONVOLUTION ? 27 : 9) * sizeof(float);
    return (PackedSize){(weights + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT,
                        channels * sizeof(float)};
}

/* [out][in][3][3] to [3][3][in][padded out]; a depthwise layer has one input a channel. */
static void pack_taps(const NetworkLayer *layer, const uint8_t *weight, float *packed)
{
    size_t inputs = layer->kind == LOOKOUT_LAYER_DEPTHWISE ? 1 : (size_t)layer->in_channels;
    size_t channels = packed_channels(layer);
    memset(packed, 0, 9 * inputs * channels * sizeof *packed);
    for (size_t out = 0; out < (size_t)layer->out_channels; out++)
        for (size_t in = 0; in < inputs; in++)
            for (size_t tap = 0; tap < 9; tap++)
                packed[(tap * inputs + in) * channels + out] =
                    float16_widen(float16_at(weight, (out * inputs + in) * 9 + tap));
}

static void pack(LookoutModel *model, const ModelWeights *weights)
{
    const Kernels *kernels = &model->engine->kernels;
    char *next = model->packed;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &model->network.layers[i];
        const PackedSize size = packed_size(layer, kernels);
        void *packed = next, *bias_start = next + size.weights;
        float *bias = bias_start;
        memset(bias, 0, size.bias);
        for (size_t k = 0; k < (size_t)layer->out_channels; k++)
            bias[k] = float16_widen(float16_at(weights->bias[i], k));
        if (pointwise_depth(layer)) {
            model->layers[i] = is_wide(layer) ? (PackedLayer){.wide_panels = packed, .bias = bias}
                                              : (PackedLayer){.panels = packed, .bias = bias};
            kernels_pack_panels(kernels, weights->weight[i], layer->in_channels,
                                pointwise_depth(layer) / layer->in_channels, layer->out_channels,
                                is_wide(layer) ? NULL : packed, is_wide(layer) ? packed : NULL);
        } else {
            pack_taps(layer, weights->weight[i], packed);
            model->layers[i] = (PackedLayer){.taps = packed, .bias = bias};
        }
        next += size.weights + size.bias;
    }
}

static int64_t parameter_count(const Network *network)
{
    int64_t count = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++)
        count += network_weight_count(&network->layers[i]) + network->layers[i].out_channels;
    return count;
}

static void fill_info(LookoutModel *model, int accuracy_count)
{
    const Network *network = &model->network;
    for (int i = 0; i < NETWORK_LEVELS; i++)
        model->levels[i] = (LookoutLevel){network_features[i], network_strides[i], network->anchors[i].count,
                                          network->anchors[i].shapes};
    model->info = (LookoutModelInfo){
        .alpha = network->alpha,
        .class_count = network->class_count,
        .classes = (const char *const *)model->classes,
        .level_count = NETWORK_LEVELS,
        .levels = model->levels,
        .training_data = model->training_data,
        .licence = model->licence,
        .measured_on = model->measured_on,
        .accuracy_count = accuracy_count,
        .accuracies = model->accuracies,
        .parameters = parameter_count(network),
    };
}

LookoutModel *lookout_model_load(LookoutEngine *engine, const char *path, LookoutError *error)
{
    ModelWeights weights = {0};
    if (model_weights_read(&weights, path, error) != LOOKOUT_OK)
        return NULL;

    size_t bytes = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const PackedSize size = packed_size(&weights.network.layers[i], &engine->kernels);
        bytes += size.weights + size.bias;
    }
    LookoutModel *model = calloc(1, sizeof *model);
    if (model)
        model->packed = memory_alloc(bytes);
    if (!model || !model->packed) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "%s: out of memory for the packed weights", path);
        free(model);
        model_weights_free(&weights);
        return NULL;
    }
    model->engine = engine;
    model->network = weights.network;
    pack(model, &weights);

    /* What the file tells moves to the model. */
    model->classes = weights.classes;
    model->training_data = weights.training_data;
    model->licence = weights.licence;
    model->measured_on = weights.measured_on;
    model->accuracies = weights.accuracies;
    weights.classes = NULL;
    weights.training_data = weights.licence = weights.measured_on = NULL;
    weights.accuracies = NULL;
    fill_info(model, weights.accuracy_count);
    model_weights_free(&weights);
    return model;
}

void lookout_model_destroy(LookoutModel *model)
{
    if (!model)
        return;
    for (int i = 0; model->classes && i < model->network.class_count; i++)
        free(model->classes[i]);
    free(model->classes);
    free(model->training_data);
    free(model->licence);
    free(model->measured_on);
    free(model->accuracies);
    free(model->packed);
    free(model);
}

const LookoutModelInfo *lookout_model_info(const LookoutModel *model)
{
    return &model->info;
}
