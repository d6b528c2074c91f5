#include "detector/model/model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/error.h"
#include "detector/model/model_metadata.h"
#include "detector/model/safetensors.h"

typedef struct Reader {
    Safetensors file;
    const char *label; /* the file in messages */
    LookoutError *error;
} Reader;

#define FAIL(reader, ...) detector_fail((reader)->error, LOOKOUT_ERROR_FORMAT, __VA_ARGS__)

#define TENSOR_NAME 48 /* bytes that hold "<layer>.weight" */

static void tensor_name(char name[TENSOR_NAME], const NetworkLayer *layer, int bias)
{
    snprintf(name, TENSOR_NAME, "%s.%s", layer->name, bias ? "bias" : "weight");
}

static void shape_text(char *text, size_t size, int rank, const int64_t *shape)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%jd", i ? "," : "", (intmax_t)shape[i]);
    if (used < size)
        snprintf(text + used, size - used, "]");
}

/* Finds a layer's weight or bias and compares its shape. */
static LookoutStatus find_tensor(const Reader *reader, const NetworkLayer *layer, int bias,
                                 const SafetensorsTensor **found)
{
    char name[TENSOR_NAME];
    tensor_name(name, layer, bias);
    int64_t kernel = layer->kind == LOOKOUT_LAYER_POINTWISE ? 1 : 3;
    int64_t expected[4] = {layer->out_channels,
                           layer->kind == LOOKOUT_LAYER_DEPTHWISE ? 1 : layer->in_channels, kernel, kernel};
    int rank = bias ? 1 : 4;

    const SafetensorsTensor *tensor = safetensors_find(&reader->file, name);
    if (!tensor)
        return FAIL(reader, "%s: tensor %s: missing", reader->label, name);
    if (tensor->rank != rank || memcmp(tensor->shape, expected, sizeof *expected * (size_t)rank) != 0) {
        char is[200], should_be[100];
        shape_text(is, sizeof is, tensor->rank, tensor->shape);
        shape_text(should_be, sizeof should_be, rank, expected);
        return FAIL(reader, "%s: tensor %s: shape %s, expected %s", reader->label, name, is, should_be);
    }
    *found = tensor;
    return LOOKOUT_OK;
}

/* The file has all tensors of the network and more: names one that does not belong. */
static LookoutStatus name_unknown_tensor(const Reader *reader, const Network *network)
{
    for (size_t t = 0; t < reader->file.count; t++) {
        int known = 0;
        for (int i = 0; i < NETWORK_LAYERS * 2 && !known; i++) {
            char name[TENSOR_NAME];
            tensor_name(name, &network->layers[i / 2], i % 2);
            known = strcmp(name, reader->file.tensors[t].name) == 0;
        }
        if (!known)
            return FAIL(reader, "%s: tensor %.100s: unknown, expected only the network's own tensors",
                        reader->label, reader->file.tensors[t].name);
    }
    return LOOKOUT_OK;
}

static LookoutStatus read_tensors(const Reader *reader, ModelWeights *weights)
{
    const Network *network = &weights->network;
    const SafetensorsTensor *tensors[NETWORK_LAYERS * 2];
    for (int i = 0; i < NETWORK_LAYERS * 2; i++) {
        LookoutStatus status = find_tensor(reader, &network->layers[i / 2], i % 2, &tensors[i]);
        if (status != LOOKOUT_OK)
            return status;
    }
    if (reader->file.count > NETWORK_LAYERS * 2)
        return name_unknown_tensor(reader, network);

    for (int i = 0; i < NETWORK_LAYERS * 2; i++) {
        const uint8_t *values = reader->file.data + tensors[i]->begin;
        int64_t bad = safetensors_find_not_finite(&reader->file, tensors[i]);
        if (bad >= 0)
            return FAIL(reader, "%s: tensor %s: value %jd is infinite or not a number", reader->label,
                        tensors[i]->name, (intmax_t)bad);
        *(i % 2 ? &weights->bias[i / 2] : &weights->weight[i / 2]) = values;
    }
    return LOOKOUT_OK;
}

LookoutStatus model_weights_parse(ModelWeights *weights, const uint8_t *bytes, size_t size, const char *name,
                                  LookoutError *error)
{
    Reader reader = {.label = name, .error = error};
    memset(weights, 0, sizeof *weights);
    LookoutStatus status = safetensors_open(&reader.file, bytes, size, name, error);
    if (status != LOOKOUT_OK)
        return status;
    status = model_metadata_read(reader.file.metadata, name, weights, error);
    if (status == LOOKOUT_OK) {
        network_build(&weights->network);
        status = read_tensors(&reader, weights);
    }
    safetensors_close(&reader.file);
    if (status != LOOKOUT_OK)
        model_weights_free(weights);
    return status;
}

LookoutStatus model_weights_read(ModelWeights *weights, const char *path, LookoutError *error)
{
    /* Of a long path only the end, so that the rest of the message still fits. */
    char label[200];
    size_t length = strlen(path);
    snprintf(label, sizeof label, "%s%s", length < sizeof label ? "" : "...",
             length < sizeof label ? path : path + length - (sizeof label - 4));

    uint8_t *bytes = NULL;
    size_t size = 0;
    memset(weights, 0, sizeof *weights);
    LookoutStatus status = safetensors_read_file(path, label, &bytes, &size, error);
    if (status == LOOKOUT_OK)
        status = model_weights_parse(weights, bytes, size, label, error);
    if (status == LOOKOUT_OK)
        weights->bytes = bytes;
    else
        free(bytes);
    return status;
}
