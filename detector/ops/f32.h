/* The family of float32 ops. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_H
#define LOOKOUT_DETECTOR_OPS_F32_H

#include "detector/ops/op.h"

extern const OpFamily f32_family;

#endif
