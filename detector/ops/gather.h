/* The nine inputs of each pixel of a dense 3x3 layer side by side, tap by tap, so that a pointwise kernel
 * multiplies them. Copies values of any type; a unit is a range of pixels. */
#ifndef LOOKOUT_DETECTOR_OPS_GATHER_H
#define LOOKOUT_DETECTOR_OPS_GATHER_H

#include "detector/ops/op.h"

extern const OpKernel gather_op;

#endif
