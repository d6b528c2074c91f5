/* The weights of one file, checked, widened to float32 and packed for an engine's kernels. */
#ifndef LOOKOUT_MODEL_H
#define LOOKOUT_MODEL_H

#include "detector/engine.h"
#include "detector/network.h"

/* What model_read() takes from a file: plain PyTorch layout. */
typedef struct ModelWeights {
    Network network;
    char **classes;                           /* [class_count], owned */
    char *training_data, *measured, *licence; /* owned, never NULL */
    float *values;                            /* all tensors, owned */
    const float *weight[NETWORK_LAYERS];      /* [out][in/groups][kh][kw], within values */
    const float *bias[NETWORK_LAYERS];        /* [out], within values */
} ModelWeights;

/* Reads a lookout-ssd-1 file; everything in it is checked against weights.md's specification. On
 * failure nothing is left to free. */
DetectorStatus model_weights_read(ModelWeights *weights, const char *path, DetectorError *error);
/* The same from memory; name is used in messages. For tests and fuzzing. */
DetectorStatus model_weights_parse(ModelWeights *weights, const uint8_t *bytes, size_t size, const char *name,
                                   DetectorError *error);
void model_weights_free(ModelWeights *weights); /* takes a zeroed or filled struct */

/* One layer's weights in the layout its kernel reads (kernels/kernels.h): convolution [27][C], depthwise
 * [9][C], both with a separate bias; pointwise packed panels that hold the bias (bias is NULL). */
typedef struct PackedLayer {
    const float *weights;
    const float *bias;
} PackedLayer;

struct DetectorModel {
    DetectorEngine *engine;
    Network network;
    DetectorModelInfo info;
    char **classes;
    char *training_data, *measured, *licence;
    float *packed; /* 64-byte aligned block that the layers point into */
    PackedLayer layers[NETWORK_LAYERS];
};

#endif
