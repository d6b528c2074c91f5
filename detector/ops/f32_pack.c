#include "detector/ops/f32_pack.h"

#include <string.h>

#include "detector/base/float16.h"

PackedSize f32_taps_size(const WeightShape *shape, int channels)
{
    return (PackedSize){
        .data = 9 * (size_t)shape->in_channels * (size_t)channels * sizeof(float),
        .bias = (size_t)channels * sizeof(float),
        .dtype = DTYPE_F32,
    };
}

void f32_pack_taps(const WeightShape *shape, int channels, const uint8_t *weight, float *packed)
{
    const size_t inputs = (size_t)shape->in_channels, padded = (size_t)channels;
    memset(packed, 0, 9 * inputs * padded * sizeof *packed);
    for (size_t out = 0; out < (size_t)shape->out_channels; out++)
        for (size_t in = 0; in < inputs; in++)
            for (size_t tap = 0; tap < 9; tap++)
                packed[(tap * inputs + in) * padded + out] =
                    float16_widen(float16_at(weight, (out * inputs + in) * 9 + tap));
}

void f32_pack_bias(int out_channels, int channels, const uint8_t *bias, float *packed)
{
    for (int i = 0; i < channels; i++)
        packed[i] = i < out_channels ? float16_widen(float16_at(bias, (size_t)i)) : 0;
}
