#include "tests/detector/kernels/broken.h"

#include <stdlib.h>
#include <string.h>

static Kernels intact;

static void flip_last_bit(float *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    bits ^= 1;
    memcpy(value, &bits, sizeof bits);
}

/* By one bit; by more in C, whose sums may be rounded otherwise. */
static void disturb(float *value)
{
    flip_last_bit(value);
    if (strcmp(intact.isa, "c") == 0)
        *value += 0.01f;
}

static void pointwise_wrong_bit(const Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                float *out, ptrdiff_t out_stride, float *room)
{
    intact.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, room);
    if (pixels == 27 && layer->channels == 48)
        disturb(&out[26 * out_stride + 32]);
}

static void pointwise_stores_too_much(const Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                      int pixels, float *out, ptrdiff_t out_stride, float *room)
{
    intact.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, room);
    if (out_stride > layer->channels)
        out[(pixels - 1) * out_stride + layer->channels] = 0;
}

static void pointwise_reads_padding(const Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                    float *out, ptrdiff_t out_stride, float *room)
{
    intact.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, room);
    if (in_stride > layer->depth)
        out[0] += 0 * in[layer->depth];
}

static void pointwise_always_clamps(const Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                    float *out, ptrdiff_t out_stride, float *room)
{
    Pointwise clamped = *layer;
    clamped.relu6 = 1;
    intact.pointwise_tile(&clamped, in, in_stride, pixels, out, out_stride, room);
}

/* The subnormal halves become zero. */
static void pointwise_flushes_small_weights(const Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                            int pixels, float *out, ptrdiff_t out_stride, float *room)
{
    if (!layer->panels) {
        intact.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, room);
        return;
    }
    const size_t panels = (size_t)((layer->channels + intact.panel - 1) / intact.panel);
    const size_t count = panels * (size_t)(intact.panel * layer->depth);
    uint16_t *flushed = aligned_alloc(KERNEL_ALIGNMENT, (count + 31) / 32 * 64);
    if (!flushed)
        abort();
    for (size_t i = 0; i < count; i++)
        flushed[i] = layer->panels[i] & 0x7c00 ? layer->panels[i] : 0;
    Pointwise small = *layer;
    small.panels = flushed;
    intact.pointwise_tile(&small, in, in_stride, pixels, out, out_stride, room);
    free(flushed);
}

static void depthwise_wrong_bit(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    intact.depthwise_rows[2](rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
    if (x_end == (in_width + 1) / 2 && in_width == 7)
        disturb(&out[(out_rows * (x_end - x_begin) - 1) * pixel_stride]);
}

static void depthwise_always_padded(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    (void)padding;
    intact.depthwise_rows[2](rows, out_rows, in_width, 1, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
}

/* By a bit, which the rounding of C's sums would allow. */
static void depthwise_rounds_by_split(const float *const rows[], int out_rows, int in_width, int padding,
                                      int x_begin, int x_end, const float *weights, const float *bias,
                                      int channels, ptrdiff_t pixel_stride, float *out)
{
    intact.depthwise_rows[2](rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
    if (x_begin == 1)
        flip_last_bit(&out[0]);
}

/* The second row takes the inputs of the first. */
static void depthwise_wrong_row(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    const float *same[DEPTHWISE_MAX_ROWS + 2];
    for (int row = 0; row < out_rows + 2; row++)
        same[row] = rows[row < 3 ? row : 2];
    intact.depthwise_rows[1](same, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
}

static void depthwise_keeps_padding(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    intact.depthwise_rows[1](rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
    out[channels - 1] += 0 * rows[0][channels - 1];
}

static void depthwise_fills_gap(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    intact.depthwise_rows[1](rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                             pixel_stride, out);
    if (pixel_stride > channels)
        out[channels] = 0;
}

static void convolution_wrong_bit(const float *const rows[3], int width, const float *weights,
                                  const float *bias, int channels, float *out)
{
    intact.convolution_row(rows, width, weights, bias, channels, out);
    if (width == 15)
        disturb(&out[14 * channels + 7]);
}

static void folded_wrong_bit(const float *const rows[3], int width, const float *weights, const float *bias,
                             int channels, float *out)
{
    intact.convolution_folded(rows, width, weights, bias, channels, out);
    if (width == 67)
        disturb(&out[66 * channels + 7]);
}

static void folded_keeps_padding(const float *const rows[3], int width, const float *weights,
                                 const float *bias, int channels, float *out)
{
    const float untouched = out[KERNEL_FOLDED_CHANNELS];
    intact.convolution_folded(rows, width, weights, bias, channels, out);
    out[KERNEL_FOLDED_CHANNELS] = untouched;
}

/* As if the outputs were an even number. */
static void folded_takes_even_width(const float *const rows[3], int width, const float *weights,
                                    const float *bias, int channels, float *out)
{
    intact.convolution_folded(rows, width / 2 * 2, weights, bias, channels, out);
}

static void normalise_pairs_wrong_bit(const uint8_t *a, const uint8_t *b, int count, float *out)
{
    intact.normalise_pairs(a, b, count, out);
    if (count == 17)
        disturb(&out[33]);
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
    {"pointwise: flushes small weights to zero",
     check_pointwise,
     {.pointwise_tile = pointwise_flushes_small_weights}},
    {"depthwise, stride 2: a wrong bit in the last column",
     check_depthwise,
     {.depthwise_rows = {NULL, NULL, depthwise_wrong_bit}}},
    {"depthwise, stride 2: always padded by one",
     check_depthwise,
     {.depthwise_rows = {NULL, NULL, depthwise_always_padded}}},
    {"depthwise, stride 2: rounds otherwise in a part of a row",
     check_depthwise,
     {.depthwise_rows = {NULL, NULL, depthwise_rounds_by_split}}},
    {"depthwise, stride 1: a wrong input row",
     check_depthwise,
     {.depthwise_rows = {NULL, depthwise_wrong_row, NULL}}},
    {"depthwise, stride 1: padding is not zero",
     check_depthwise,
     {.depthwise_rows = {NULL, depthwise_keeps_padding, NULL}}},
    {"depthwise, stride 1: stores into the gap behind a pixel",
     check_depthwise,
     {.depthwise_rows = {NULL, depthwise_fills_gap, NULL}}},
    {"convolution: a wrong bit in the last column",
     check_convolution,
     {.convolution_row = convolution_wrong_bit}},
    {"normalise: a wrong bit behind the last vector",
     check_normalise,
     {.normalise_row = normalise_wrong_bit}},
    {"folded convolution: a wrong bit in the last column",
     check_convolution,
     {.convolution_folded = folded_wrong_bit}},
    {"folded convolution: padding is not stored",
     check_convolution,
     {.convolution_folded = folded_keeps_padding}},
    {"folded convolution: leaves out the last column of an odd width",
     check_convolution,
     {.convolution_folded = folded_takes_even_width}},
    {"normalise pairs: a wrong bit behind the last vector",
     check_normalise,
     {.normalise_pairs = normalise_pairs_wrong_bit}},
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
    if ((replaced.convolution_folded || replaced.normalise_pairs) && !kernels->convolution_folded)
        broken.check = NULL;
    if (replaced.convolution_folded)
        broken.kernels.convolution_folded = replaced.convolution_folded;
    if (replaced.normalise_pairs)
        broken.kernels.normalise_pairs = replaced.normalise_pairs;
    if (replaced.pointwise_tile)
        broken.kernels.pointwise_tile = replaced.pointwise_tile;
    if (replaced.convolution_row)
        broken.kernels.convolution_row = replaced.convolution_row;
    if (replaced.normalise_row)
        broken.kernels.normalise_row = replaced.normalise_row;
    for (int stride = 1; stride <= 2; stride++)
        if (replaced.depthwise_rows[stride])
            broken.kernels.depthwise_rows[stride] = replaced.depthwise_rows[stride];
    return broken;
}
