#include "detector/ops/f32.h"

#include "detector/ops/f32_convolution.h"
#include "detector/ops/f32_depthwise.h"
#include "detector/ops/f32_pointwise.h"
#include "detector/ops/f32_separable.h"

static MapShape map_shape(int height, int width, int channels)
{
    return (MapShape){
        .height = height,
        .width = width,
        .channels = channels,
        .dtype = DTYPE_F32,
        .pixel_bytes = f32_pixel_stride(channels) * (ptrdiff_t)sizeof(float),
    };
}

const OpFamily f32_family = {
    .map_shape = map_shape,
    .convolution = &f32_convolution_op,
    .depthwise = &f32_depthwise_op,
    .pointwise = &f32_pointwise_op,
    .separable = &f32_separable_op,
    .fuses = f32_separable_fuses,
};
