/* The __metadata__ of a weights file of format lookout-ssd-2 (docs/weights.md), checked. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_METADATA_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_METADATA_H

#include <jansson.h>

#include "detector/model/weights.h"

/* Fills all of *weights, which is zeroed, but the network's layers and the tensors. metadata: an object of
 * strings, or NULL. label: the file in messages. On failure the caller calls model_weights_free(). */
LookoutStatus model_metadata_read(const json_t *metadata, const char *label, ModelWeights *weights,
                                  LookoutError *error);

#endif
