/* The first convolution: 3x3 of the picture's bytes, stride 2, with ReLU6; a unit is a range of rows. Weights
 * are packed as [27][channels], the channels padded to a map's pixel stride. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_CONVOLUTION_H
#define LOOKOUT_DETECTOR_OPS_F32_CONVOLUTION_H

#include "detector/ops/op.h"

extern const OpKernel f32_convolution_op;

#endif
