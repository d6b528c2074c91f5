/* The weights of one file, checked and packed for an engine's kernels. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_H

#include "detector/engine/engine.h"
#include "detector/model/network.h"
#include "detector/ops/op.h"

typedef struct ModelLayer {
    const OpFamily *family; /* the kernels that it runs on */
    PackedWeights weights;  /* packed for them */
} ModelLayer;

struct LookoutModel {
    LookoutEngine *engine;
    Network network;
    LookoutModelInfo info;
    LookoutLevel levels[NETWORK_LEVELS];
    char **classes;
    char *training_data, *licence, *measured_on;
    LookoutAccuracy *accuracies;
    char *packed; /* KERNEL_ALIGNMENT aligned, owned: the packed weights of all layers */
    ModelLayer layers[NETWORK_LAYERS];
};

#endif
