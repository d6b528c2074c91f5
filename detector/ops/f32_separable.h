/* A depthwise layer and the pointwise layer behind it in one: a unit is a range of pixels, which is filtered
 * to the worker's scratch memory and multiplied from there, while it is in the cache. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_SEPARABLE_H
#define LOOKOUT_DETECTOR_OPS_F32_SEPARABLE_H

#include "detector/ops/op.h"

extern const OpKernel f32_separable_op;

/* Whether there are pixels enough to keep `threads` threads busy. in, out: of the pointwise layer. */
bool f32_separable_fuses(const MapShape *in, const MapShape *out, const Kernels *kernels, int threads);

#endif
