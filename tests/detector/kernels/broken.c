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

static void pointwise_wrong_bit(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                float *out, ptrdiff_t out_stride, float *widened)
{
    intact.f32.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, widened);
    if (pixels == 27 && layer->channels == 48)
        disturb(&out[26 * out_stride + 32]);
}

static void pointwise_stores_too_much(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                      int pixels, float *out, ptrdiff_t out_stride, float *widened)
{
    intact.f32.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, widened);
    if (out_stride > layer->channels)
        out[(pixels - 1) * out_stride + layer->channels] = 0;
}

static void pointwise_reads_padding(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                    int pixels, float *out, ptrdiff_t out_stride, float *widened)
{
    intact.f32.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, widened);
    if (in_stride > layer->depth)
        out[0] += 0 * in[layer->depth];
}

static void pointwise_always_clamps(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                    int pixels, float *out, ptrdiff_t out_stride, float *widened)
{
    F32Pointwise clamped = *layer;
    clamped.relu6 = true;
    intact.f32.pointwise_tile(&clamped, in, in_stride, pixels, out, out_stride, widened);
}

/* The subnormal halves become zero. */
static void pointwise_flushes_small_weights(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride,
                                            int pixels, float *out, ptrdiff_t out_stride, float *widened)
{
    if (layer->dtype != DTYPE_F16) {
        intact.f32.pointwise_tile(layer, in, in_stride, pixels, out, out_stride, widened);
        return;
    }
    const size_t panels = (size_t)((layer->channels + intact.f32.panel - 1) / intact.f32.panel);
    const size_t count = panels * (size_t)(intact.f32.panel * layer->depth);
    uint16_t *flushed = aligned_alloc(KERNEL_ALIGNMENT, (count + 31) / 32 * 64);
    if (!flushed)
        abort();
    const uint16_t *halves = layer->panels;
    for (size_t i = 0; i < count; i++)
        flushed[i] = halves[i] & 0x7c00 ? halves[i] : 0;
    F32Pointwise small = *layer;
    small.panels = flushed;
    intact.f32.pointwise_tile(&small, in, in_stride, pixels, out, out_stride, widened);
    free(flushed);
}

static void depthwise_wrong_bit(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    intact.f32.depthwise_s2(rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
    if (x_end == (in_width + 1) / 2 && in_width == 7)
        disturb(&out[(out_rows * (x_end - x_begin) - 1) * pixel_stride]);
}

static void depthwise_always_padded(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    (void)padding;
    intact.f32.depthwise_s2(rows, out_rows, in_width, 1, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
}

/* By a bit, which the rounding of C's sums would allow. */
static void depthwise_rounds_by_split(const float *const rows[], int out_rows, int in_width, int padding,
                                      int x_begin, int x_end, const float *weights, const float *bias,
                                      int channels, ptrdiff_t pixel_stride, float *out)
{
    intact.f32.depthwise_s2(rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
    if (x_begin == 1)
        flip_last_bit(&out[0]);
}

/* The second row takes the inputs of the first. */
static void depthwise_wrong_row(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    const float *same[F32_DEPTHWISE_MAX_ROWS + 2];
    for (int row = 0; row < out_rows + 2; row++)
        same[row] = rows[row < 3 ? row : 2];
    intact.f32.depthwise_s1(same, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
}

static void depthwise_keeps_padding(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    intact.f32.depthwise_s1(rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
    out[channels - 1] += 0 * rows[0][channels - 1];
}

static void depthwise_fills_gap(const float *const rows[], int out_rows, int in_width, int padding,
                                int x_begin, int x_end, const float *weights, const float *bias, int channels,
                                ptrdiff_t pixel_stride, float *out)
{
    intact.f32.depthwise_s1(rows, out_rows, in_width, padding, x_begin, x_end, weights, bias, channels,
                            pixel_stride, out);
    if (pixel_stride > channels)
        out[channels] = 0;
}

static void convolution_wrong_bit(const float *const rows[3], int width, const float *weights,
                                  const float *bias, int channels, float *out)
{
    intact.f32.convolution_row(rows, width, weights, bias, channels, out);
    if (width == 15)
        disturb(&out[14 * channels + 7]);
}

static void folded_wrong_bit(const float *const rows[3], int width, const float *weights, const float *bias,
                             int channels, float *out)
{
    intact.f32.convolution_folded(rows, width, weights, bias, channels, out);
    if (width == 67)
        disturb(&out[66 * channels + 7]);
}

static void folded_keeps_padding(const float *const rows[3], int width, const float *weights,
                                 const float *bias, int channels, float *out)
{
    const float untouched = out[F32_FOLDED_CHANNELS];
    intact.f32.convolution_folded(rows, width, weights, bias, channels, out);
    out[F32_FOLDED_CHANNELS] = untouched;
}

/* As if the outputs were an even number. */
static void folded_takes_even_width(const float *const rows[3], int width, const float *weights,
                                    const float *bias, int channels, float *out)
{
    intact.f32.convolution_folded(rows, width / 2 * 2, weights, bias, channels, out);
}

static void normalise_pairs_wrong_bit(const uint8_t *a, const uint8_t *b, int count, float *out)
{
    intact.f32.normalise_pairs(a, b, count, out);
    if (count == 17)
        disturb(&out[33]);
}

static void normalise_wrong_bit(const uint8_t *in, int count, float *out)
{
    intact.f32.normalise_row(in, count, out);
    if (count == 17)
        disturb(&out[16]);
}

/* The iterations do not multiply. */
static double peak_wrong_count(int iterations)
{
    return intact.f32.peak(iterations) + 1;
}

/* A table with the broken kernel alone. */
static const struct {
    const char *how;
    F32Kernels replaced;
} broken_kernels[] = {
    {"pointwise: a wrong bit in the last pixel", {.pointwise_tile = pointwise_wrong_bit}},
    {"pointwise: stores into the gap behind a pixel", {.pointwise_tile = pointwise_stores_too_much}},
    {"pointwise: reads the padding of a pixel", {.pointwise_tile = pointwise_reads_padding}},
    {"pointwise: ReLU6 where none is wanted", {.pointwise_tile = pointwise_always_clamps}},
    {"pointwise: flushes small weights to zero", {.pointwise_tile = pointwise_flushes_small_weights}},
    {"depthwise, stride 2: a wrong bit in the last column", {.depthwise_s2 = depthwise_wrong_bit}},
    {"depthwise, stride 2: always padded by one", {.depthwise_s2 = depthwise_always_padded}},
    {"depthwise, stride 2: rounds otherwise in a part of a row", {.depthwise_s2 = depthwise_rounds_by_split}},
    {"depthwise, stride 1: a wrong input row", {.depthwise_s1 = depthwise_wrong_row}},
    {"depthwise, stride 1: padding is not zero", {.depthwise_s1 = depthwise_keeps_padding}},
    {"depthwise, stride 1: stores into the gap behind a pixel", {.depthwise_s1 = depthwise_fills_gap}},
    {"convolution: a wrong bit in the last column", {.convolution_row = convolution_wrong_bit}},
    {"normalise: a wrong bit behind the last vector", {.normalise_row = normalise_wrong_bit}},
    {"folded convolution: a wrong bit in the last column", {.convolution_folded = folded_wrong_bit}},
    {"folded convolution: padding is not stored", {.convolution_folded = folded_keeps_padding}},
    {"folded convolution: leaves out the last column of an odd width",
     {.convolution_folded = folded_takes_even_width}},
    {"peak: counts one operation too many", {.peak = peak_wrong_count}},
    {"normalise pairs: a wrong bit behind the last vector", {.normalise_pairs = normalise_pairs_wrong_bit}},
};

int broken_kernel_count(void)
{
    return (int)(sizeof broken_kernels / sizeof *broken_kernels);
}

bool broken_kernel_of(int index, const KernelCheck *check)
{
    return kernel_is_set(&broken_kernels[index].replaced, check);
}

BrokenKernel broken_kernel(int index, const Kernels *kernels)
{
    BrokenKernel broken = {.how = broken_kernels[index].how, .kernels = *kernels};
    intact = *kernels;
    for (int i = 0; i < kernel_check_count(); i++)
        if (broken_kernel_of(index, kernel_check(i)))
            kernel_copy(&broken.kernels.f32, &broken_kernels[index].replaced, kernel_check(i));
    return broken;
}
