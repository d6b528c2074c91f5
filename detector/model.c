#include "detector/model.h"

#include <stdlib.h>
#include <string.h>

#include "detector/error.h"
#include "detector/memory.h"

/* Floats of a packed layer and its bias, each a multiple of KERNEL_LANES so that all stay aligned. */
static size_t packed_floats(const NetworkLayer *layer, const Kernels *kernels)
{
    size_t channels = (size_t)kernel_pixel_stride(layer->out_channels);
    switch (layer->kind) {
    case DETECTOR_LAYER_CONVOLUTION:
        return channels * 28;
    case DETECTOR_LAYER_DEPTHWISE:
        return channels * 10;
    default:
        return kernels_packed_size(kernels, layer->in_channels, layer->out_channels);
    }
}

/* [out][in][3][3] to [3][3][in][padded out]; a depthwise layer has one input a channel. */
static void pack_taps(const NetworkLayer *layer, const float *weight, float *packed)
{
    int inputs = layer->kind == DETECTOR_LAYER_DEPTHWISE ? 1 : layer->in_channels;
    size_t channels = (size_t)kernel_pixel_stride(layer->out_channels);
    for (int out = 0; out < layer->out_channels; out++)
        for (int in = 0; in < inputs; in++)
            for (int tap = 0; tap < 9; tap++)
                packed[(size_t)(tap * inputs + in) * channels + (size_t)out] =
                    weight[((size_t)out * (size_t)inputs + (size_t)in) * 9 + (size_t)tap];
}

static void pack(DetectorModel *model, const ModelWeights *weights)
{
    const Kernels *kernels = &model->engine->kernels;
    float *packed = model->packed;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &model->network.layers[i];
        size_t floats = packed_floats(layer, kernels);
        model->layers[i] = (PackedLayer){.weights = packed, .bias = NULL};
        if (layer->kind == DETECTOR_LAYER_POINTWISE) {
            kernels_pack_panels(kernels, weights->weight[i], weights->bias[i], layer->in_channels,
                                layer->out_channels, packed);
        } else {
            float *bias = packed + floats - kernel_pixel_stride(layer->out_channels);
            memset(packed, 0, floats * sizeof *packed);
            pack_taps(layer, weights->weight[i], packed);
            memcpy(bias, weights->bias[i], (size_t)layer->out_channels * sizeof *bias);
            model->layers[i].bias = bias;
        }
        packed += floats;
    }
}

static int64_t parameter_count(const Network *network)
{
    int64_t count = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++)
        count += network_weight_count(&network->layers[i]) + network->layers[i].out_channels;
    return count;
}

DetectorModel *detector_model_load(DetectorEngine *engine, const char *path, DetectorError *error)
{
    ModelWeights weights = {0};
    if (model_weights_read(&weights, path, error) != DETECTOR_OK)
        return NULL;

    size_t floats = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++)
        floats += packed_floats(&weights.network.layers[i], &engine->kernels);
    DetectorModel *model = calloc(1, sizeof *model);
    if (model)
        model->packed = memory_alloc(floats * sizeof(float));
    if (!model || !model->packed) {
        detector_fail(error, DETECTOR_ERROR_MEMORY, "%s: out of memory for the packed weights", path);
        free(model);
        model_weights_free(&weights);
        return NULL;
    }
    model->engine = engine;
    model->network = weights.network;
    pack(model, &weights);

    /* The texts move from the file's struct to the model. */
    model->classes = weights.classes;
    model->training_data = weights.training_data;
    model->measured = weights.measured;
    model->licence = weights.licence;
    weights.classes = NULL;
    weights.training_data = weights.measured = weights.licence = NULL;
    model_weights_free(&weights);
    model->info = (DetectorModelInfo){
        .alpha = model->network.alpha,
        .class_count = model->network.class_count,
        .classes = (const char *const *)model->classes,
        .training_data = model->training_data,
        .measured = model->measured,
        .licence = model->licence,
        .parameters = parameter_count(&model->network),
    };
    return model;
}

void detector_model_destroy(DetectorModel *model)
{
    if (!model)
        return;
    for (int i = 0; model->classes && i < model->network.class_count; i++)
        free(model->classes[i]);
    free(model->classes);
    free(model->training_data);
    free(model->measured);
    free(model->licence);
    free(model->packed);
    free(model);
}

const DetectorModelInfo *detector_model_info(const DetectorModel *model)
{
    return &model->info;
}
