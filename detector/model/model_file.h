/* Weights files of format lookout-ssd-2 (docs/weights.md): which tensors a safetensors file must hold. */
#ifndef LOOKOUT_DETECTOR_MODEL_MODEL_FILE_H
#define LOOKOUT_DETECTOR_MODEL_MODEL_FILE_H

#include "detector/model/weights.h"

/* Reads a file and checks all of it. On failure nothing is left to free. Errors: IO, FORMAT, MEMORY. */
LookoutStatus model_weights_read(ModelWeights *weights, const char *path, LookoutError *error);
/* The same from memory, which must outlive the weights; name is used in messages. For tests and fuzzing. */
LookoutStatus model_weights_parse(ModelWeights *weights, const uint8_t *bytes, size_t size, const char *name,
                                  LookoutError *error);

#endif
