/* A pointwise layer, or a dense 3x3 layer whose inputs are gathered; a unit is a range of pixels and a group
 * of output channels. Weights are packed by f32_pack_panels(): in float16 if they are so many that it takes
 * time to get them from memory, else in float32. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_POINTWISE_H
#define LOOKOUT_DETECTOR_OPS_F32_POINTWISE_H

#include "detector/ops/op.h"

extern const OpKernel f32_pointwise_op;

/* Bytes of float32 weights between two maps. */
size_t f32_pointwise_weight_bytes(const MapShape *in, const MapShape *out);
/* Bytes to widen a panel to. */
size_t f32_pointwise_widened_bytes(const MapShape *in, const Kernels *kernels);
/* Multiplies pixels of a range, which lie at in, to one group of the output's channels. widened:
 * f32_pointwise_widened_bytes(). */
void f32_pointwise_pixels(const Op *op, const OpContext *context, const float *in, OpRange range, int group,
                          float *widened);

#endif
