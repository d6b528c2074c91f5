#include "detector/model/model.h"

#include <stdlib.h>

#include "detector/base/error.h"
#include "detector/base/memory.h"
#include "detector/model/model_file.h"
#include "detector/ops/f32.h"

/* A dense 3x3 layer behind the first convolution is multiplied as a pointwise layer of its nine taps. */
static const OpKernel *op_kernel(const OpFamily *family, const NetworkLayer *layer)
{
    switch (layer->kind) {
    case LOOKOUT_LAYER_CONVOLUTION:
        return layer->input < 0 ? family->convolution : family->pointwise;
    case LOOKOUT_LAYER_DEPTHWISE:
        return family->depthwise;
    case LOOKOUT_LAYER_POINTWISE:
        break;
    }
    return family->pointwise;
}

static WeightShape weight_shape(const NetworkLayer *layer)
{
    return (WeightShape){
        .in_channels = layer->kind == LOOKOUT_LAYER_DEPTHWISE ? 1 : layer->in_channels,
        .out_channels = layer->out_channels,
        .taps = layer->kind == LOOKOUT_LAYER_POINTWISE ? 1 : 9,
    };
}

/* Its parts are rounded up, so that what follows each of them is aligned. */
static PackedSize packed_size(const LookoutModel *model, int layer)
{
    const WeightShape shape = weight_shape(&model->network.layers[layer]);
    PackedSize size = model->layers[layer].kernel->packed_size(&shape, &model->engine->kernels);
    size.data = (size.data + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    size.bias = (size.bias + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    return size;
}

/* Chooses each layer's kernel and packs its weights for it. False if there is no memory. */
static bool pack(LookoutModel *model, const ModelWeights *weights)
{
    size_t bytes = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        model->layers[i].kernel = op_kernel(model->family, &model->network.layers[i]);
        const PackedSize size = packed_size(model, i);
        bytes += size.data + size.bias;
    }
    model->packed = memory_alloc(bytes);
    if (!model->packed)
        return false;

    char *next = model->packed;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        ModelLayer *layer = &model->layers[i];
        const PackedSize size = packed_size(model, i);
        const WeightShape shape = weight_shape(&model->network.layers[i]);
        void *data = next, *bias = next + size.data;
        layer->kernel->pack(&shape, &model->engine->kernels, weights->weight[i], weights->bias[i], data,
                            bias);
        layer->weights = (PackedWeights){.data = data, .dtype = size.dtype, .bias = bias};
        next += size.data + size.bias;
    }
    return true;
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

    LookoutModel *model = calloc(1, sizeof *model);
    if (model) {
        model->engine = engine;
        model->network = weights.network;
        model->family = &f32_family;
    }
    if (!model || !pack(model, &weights)) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "%s: out of memory for the packed weights", path);
        free(model);
        model_weights_free(&weights);
        return NULL;
    }

    /* Classes and texts move to the model. */
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
