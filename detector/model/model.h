/* The weights of one file, checked and packed for an engine's kernels. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_H

#include "detector/engine/engine.h"
#include "detector/model/network.h"
#include "detector/ops/op.h"

typedef struct ModelLayer {
    const OpKernel *kernel; /* that it runs on where it is not fused with another layer */
    PackedWeights weights;  /* packed for the kernel */
} ModelLayer;

struct LookoutModel {
    LookoutEngine *engine;
    Network network;
    const OpFamily *family; /* of all its layers' kernels */
    LookoutModelInfo info;
    LookoutLevel levels[NETWORK_LEVELS];
    char **classes;
    char *training_data, *licence, *measured_on;
    LookoutAccuracy *accuracies;
    char *packed; /* KERNEL_ALIGNMENT aligned, owned: the packed weights of all layers */
    ModelLayer layers[NETWORK_LAYERS];
};

#endif
