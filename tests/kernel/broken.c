#include "tests/kernel/broken.h"

#include <string.h>

static Kernels intact;

/* By one bit; by more in C, whose sums may be rounded otherwise. */
static void disturb(float *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    bits ^= 1;
    memcpy(value, &bits, sizeof bits);
    if (strcmp(intact.isa, "c") == 0)
        *value += 0.01f;
}

static void pointwise_wrong_bit(const float *in, ptrdiff_t in_stride, int pixels, const float *panels,
                                int depth, int channels, float *out, ptrdiff_t out_stride, int relu6)
{
    intact.pointwise_tile(in, in_stride, pixels, panels, depth, channels, out, out_stride, relu6);
    if (pixels == 27 && channels == 48)
        disturb(&out[26 * out_stride + 32]);
}

static void pointwise_stores_too_much(const float *in, ptrdiff_t in_stride, int pixels, const float *panels,
                                      int depth, int channels, float *out, ptrdiff_t out_stride, int relu6)
{
    intact.pointwise_tile(in, in_stride, pixels, panels, depth, channels, out, out_stride, relu6);
    if (out_stride > channels)
        out[(pixels - 1) * out_stride + channels] = 0;
}

static void pointwise_reads_padding(const float *in, ptrdiff_t in_stride, int pixels, const float *panels,
                                    int depth, int channels, float *out, ptrdiff_t out_stride, int relu6)
{
    intact.pointwise_tile(in, in_stride, pixels, panels, depth, channels, out, out_stride, relu6);
    if (in_stride > depth)
        out[0] += 0 * in[depth];
}

static void pointwise_always_clamps(const float *in, ptrdiff_t in_stride, int pixels, const float *panels,
                                    int depth, int channels, float *out, ptrdiff_t out_stride, int relu6)
{
    (void)relu6;
    intact.pointwise_tile(in, in_stride, pixels, panels, depth, channels, out, out_stride, 1);
}

static void depthwise_wrong_bit(const float *const rows[3], int in_width, int x_begin, int x_end,
                                const float *weights, const float *bias, int channels, float *out)
{
    intact.depthwise_row[2](rows, in_width, x_begin, x_end, weights, bias, channels, out);
    if (x_end == (in_width + 1) / 2 && in_width == 7)
        disturb(&out[(x_end - 1 - x_begin) * channels]);
}

static void depthwise_keeps_padding(const float *const rows[3], int in_width, int x_begin, int x_end,
                                    const float *weights, const float *bias, int channels, float *out)
{
    intact.depthwise_row[1](rows, in_width, x_begin, x_end, weights, bias, channels, out);
    out[channels - 1] += 0 * rows[0][channels - 1];
}

static void convolution_wrong_bit(const float *const rows[3], int width, const float *weights,
                                  const float *bias, int channels, float *out)
{
    intact.convolution_row(rows, width, weights, bias, channels, out);
    if (width == 15)
        disturb(&out[14 * channels + 7]);
}

static void normalise_wrong_bit(const uint8_t *in, int count, float *out)
{
    intact.normalise_row(in, count, out);
    if (count == 17)
        disturb(&out[16]);
}

static const BrokenKernel broken_kernels[] = {
    {"pointwise: a wrong bit in the last pixel", check_pointwise, {.pointwise_tile = pointwise_wrong_bit}},
    {"pointwise: stores into the gap behind a pixel",
     check_pointwise,
     {.pointwise_tile = pointwise_stores_too_much}},
    {"pointwise: reads the padding of a pixel", check_pointwise, {.pointwise_tile = pointwise_reads_padding}},
    {"pointwise: ReLU6 where none is wanted", check_pointwise, {.pointwise_tile = pointwise_always_clamps}},
    {"depthwise, stride 2: a wrong bit in the last column",
     check_depthwise,
     {.depthwise_row = {NULL, NULL, depthwise_wrong_bit}}},
    {"depthwise, stride 1: padding is not zero",
     check_depthwise,
     {.depthwise_row = {NULL, depthwise_keeps_padding, NULL}}},
    {"convolution: a wrong bit in the last column",
     check_convolution,
     {.convolution_row = convolution_wrong_bit}},
    {"normalise: a wrong bit behind the last vector",
     check_normalise,
     {.normalise_row = normalise_wrong_bit}},
};

int broken_kernel_count(void)
{
    return (int)(sizeof broken_kernels / sizeof *broken_kernels);
}

BrokenKernel broken_kernel(int index, const Kernels *kernels)
{
    BrokenKernel broken = broken_kernels[index];
    const Kernels replaced = broken.kernels;
    intact = *kernels;
    broken.kernels = *kernels;
    if (replaced.pointwise_tile)
        broken.kernels.pointwise_tile = replaced.pointwise_tile;
    if (replaced.convolution_row)
        broken.kernels.convolution_row = replaced.convolution_row;
    if (replaced.normalise_row)
        broken.kernels.normalise_row = replaced.normalise_row;
    for (int stride = 1; stride <= 2; stride++)
        if (replaced.depthwise_row[stride])
            broken.kernels.depthwise_row[stride] = replaced.depthwise_row[stride];
    return broken;
}
