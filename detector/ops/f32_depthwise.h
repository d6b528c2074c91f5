/* A depthwise 3x3 layer of stride 1 or 2 with ReLU6; a unit is a range of pixels of the output, in the order
 * of memory. Weights are packed as [9][channels], the channels padded. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_DEPTHWISE_H
#define LOOKOUT_DETECTOR_OPS_F32_DEPTHWISE_H

#include "detector/ops/op.h"

extern const OpKernel f32_depthwise_op;

/* Computes output pixels of a range, which may lie in several rows, to `out`. op's in, filter, stride and
 * padding are those of the depthwise layer, and the width of its out. */
void f32_depthwise_pixels(const Op *op, const OpContext *context, OpRange range, float *out);

#endif
