/* The weights of one file, checked and packed for an engine's kernels. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_H

#include "detector/engine.h"
#include "detector/model/network.h"

/* What model_weights_read() takes from a file: plain PyTorch layout, float16 (float16_at()), all finite. */
typedef struct ModelWeights {
    Network network;
    char **classes;                              /* [class_count], owned */
    char *training_data, *licence, *measured_on; /* owned, never NULL */
    LookoutAccuracy *accuracies;                 /* [accuracy_count], owned, by ascending size */
    int accuracy_count;
    uint8_t *bytes;                        /* the file, owned; NULL where it is the caller's */
    const uint8_t *weight[NETWORK_LAYERS]; /* [out][in/groups][kh][kw], within the file */
    const uint8_t *bias[NETWORK_LAYERS];   /* [out], within the file */
} ModelWeights;

/* Reads a lookout-ssd-2 file; everything in it is checked against docs/weights.md's specification. On
 * failure nothing is left to free. */
LookoutStatus model_weights_read(ModelWeights *weights, const char *path, LookoutError *error);
/* The same from memory, which must outlive the weights; name is used in messages. For tests and fuzzing. */
LookoutStatus model_weights_parse(ModelWeights *weights, const uint8_t *bytes, size_t size, const char *name,
                                  LookoutError *error);
void model_weights_free(ModelWeights *weights); /* takes a zeroed or filled struct */

/* One layer's weights in the layout its kernel reads (kernels/kernels.h): taps of the first convolution,
 * [27][C], or of a depthwise layer, [9][C]; or packed panels of a pointwise layer, and of a dense 3x3 layer,
 * which is multiplied as a pointwise layer of its nine taps; in float16 where they are so many that it takes
 * time to get them from memory. The other pointers are NULL. */
typedef struct PackedLayer {
    const float *taps;
    const uint16_t *panels;
    const float *wide_panels;
    const float *bias; /* padded with zeros */
} PackedLayer;

struct LookoutModel {
    LookoutEngine *engine;
    Network network;
    LookoutModelInfo info;
    LookoutLevel levels[NETWORK_LEVELS];
    char **classes;
    char *training_data, *licence, *measured_on;
    LookoutAccuracy *accuracies;
    char *packed; /* 64-byte aligned block that the layers point into */
    PackedLayer layers[NETWORK_LAYERS];
};

#endif
