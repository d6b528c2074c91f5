/* Any bytes as a weights file: a one-line error, or a model of finite weights; never a crash or a leak. */
#include "detector/base/float16.h"
#include "detector/model/model_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES 8

/* libFuzzer's own entry points, which no header declares */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ModelWeights weights;
    LookoutError error = {0};
    if (model_weights_parse(&weights, bytes, size, "fuzz", &error) != LOOKOUT_OK) {
        if (!*error.message || strchr(error.message, '\n'))
            abort();
        return 0;
    }
    for (int i = 0; i < NETWORK_LEVELS; i++) {
        const NetworkAnchors *anchors = &weights.network.anchors[i];
        if (anchors->count < 1 || anchors->count > LOOKOUT_MAX_ANCHORS)
            abort();
        for (int k = 0; k < anchors->count; k++)
            if (!(anchors->shapes[k].width > 0 && anchors->shapes[k].width <= LOOKOUT_MAX_ANCHOR_SIDE &&
                  anchors->shapes[k].height > 0 && anchors->shapes[k].height <= LOOKOUT_MAX_ANCHOR_SIDE))
                abort();
    }
    for (int i = 0; i < weights.accuracy_count; i++)
        if (weights.accuracies[i].size < 1 ||
            !(weights.accuracies[i].ap >= 0 && weights.accuracies[i].ap <= 1))
            abort();
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &weights.network.layers[i];
        for (int64_t k = 0; k < network_weight_count(layer); k++)
            if (!isfinite(float16_widen(float16_at(weights.weight[i], (size_t)k))))
                abort();
        for (int k = 0; k < layer->out_channels; k++)
            if (!isfinite(float16_widen(float16_at(weights.bias[i], (size_t)k))))
                abort();
    }
    model_weights_free(&weights);
    return 0;
}

/* Changes the JSON and writes its new length before it, so that most inputs get past the first check; one in
 * eight is changed anywhere. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed)
{
    uint64_t length = 0;
    for (int i = 0; i < LENGTH_BYTES && size > LENGTH_BYTES; i++)
        length |= (uint64_t)bytes[i] << (8 * i);
    if (seed % 8 == 0 || length == 0 || length > size - LENGTH_BYTES)
        return LLVMFuzzerMutate(bytes, size, max_size);

    size_t data = size - LENGTH_BYTES - (size_t)length, room = max_size - LENGTH_BYTES - data;
    uint8_t *header = malloc(room);
    if (!header)
        return size;
    memcpy(header, bytes + LENGTH_BYTES, (size_t)length);
    size_t changed = LLVMFuzzerMutate(header, (size_t)length, room);
    memmove(bytes + LENGTH_BYTES + changed, bytes + LENGTH_BYTES + length, data);
    memcpy(bytes + LENGTH_BYTES, header, changed);
    free(header);
    for (int i = 0; i < LENGTH_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)changed >> (8 * i));
    return LENGTH_BYTES + changed + data;
}
