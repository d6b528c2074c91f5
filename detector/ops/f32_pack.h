/* Packing of what most float32 kernels read: biases, and the taps of a 3x3 layer. */
#ifndef LOOKOUT_DETECTOR_OPS_F32_PACK_H
#define LOOKOUT_DETECTOR_OPS_F32_PACK_H

#include "detector/ops/op.h"

/* Of 9 * in_channels weights for each of `channels` padded channels. */
PackedSize f32_taps_size(const WeightShape *shape, int channels);
/* [out][in][9] to [9][in][channels], zeros behind the last channel. */
void f32_pack_taps(const WeightShape *shape, int channels, const uint8_t *weight, float *packed);
/* Zeros from out_channels on. */
void f32_pack_bias(int out_channels, int channels, const uint8_t *bias, float *packed);

#endif
