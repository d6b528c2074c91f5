/* What the metadata of a weights file tells, checked. */
#ifndef LOOKOUT_MODEL_METADATA_H
#define LOOKOUT_MODEL_METADATA_H

#include <jansson.h>

#include "detector/model.h"

/* Fills all of *weights, which is zeroed, but the network's layers and the tensors. metadata: an object of
 * strings, or NULL. label: the file in messages. On failure the caller calls model_weights_free(). */
DetectorStatus model_metadata_read(const json_t *metadata, const char *label, ModelWeights *weights,
                                   DetectorError *error);

#endif
