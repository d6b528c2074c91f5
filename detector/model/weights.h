/* What a weights file holds, checked but not yet packed for any kernel. */
#ifndef LOOKOUT_DETECTOR_MODEL_WEIGHTS_H
#define LOOKOUT_DETECTOR_MODEL_WEIGHTS_H

#include "detector/model/network.h"

/* Tensors have PyTorch's layout, float16 (float16_at()), all values finite. */
typedef struct ModelWeights {
    Network network;
    char **classes;                              /* [class_count], owned */
    char *training_data, *licence, *measured_on; /* owned, never NULL */
    LookoutAccuracy *accuracies;                 /* [accuracy_count], owned, by ascending size */
    int accuracy_count;
    uint8_t *bytes;                        /* the file, owned; NULL if the caller owns it */
    const uint8_t *weight[NETWORK_LAYERS]; /* [out][in/groups][kh][kw], within the file */
    const uint8_t *bias[NETWORK_LAYERS];   /* [out], within the file */
} ModelWeights;

void model_weights_free(ModelWeights *weights); /* takes a zeroed or filled struct */

#endif
