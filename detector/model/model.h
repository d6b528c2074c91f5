/* The weights of one file, checked and packed for an engine's kernels. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_H

#include "detector/engine/engine.h"
#include "detector/model/network.h"

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
