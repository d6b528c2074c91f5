#include "detector/ops/f32_convolution.h"

#include "detector/ops/f32_pack.h"

#define PICTURE_CHANNELS 3
#define RING_ROWS 3
/* Rows of the output in a unit: to compute n rows, 2 * n + 1 rows of the picture are normalised, so with
 * fewer rows a larger part of the work is done twice. */
#define UNIT_ROWS 4

static PackedSize packed_size(const WeightShape *shape, const Kernels *kernels)
{
    (void)kernels;
    return f32_taps_size(shape, f32_pixel_stride(shape->out_channels));
}

static void pack(const WeightShape *shape, const Kernels *kernels, const uint8_t *weight, const uint8_t *bias,
                 void *data, float *packed_bias)
{
    (void)kernels;
    const int channels = f32_pixel_stride(shape->out_channels);
    f32_pack_taps(shape, channels, weight, data);
    f32_pack_bias(shape->out_channels, channels, bias, packed_bias);
}

static void split(Op *op, const Kernels *kernels, int threads)
{
    (void)kernels;
    op_split_evenly(op, op->out.height, UNIT_ROWS, threads);
}

/* Floats of one normalised row of the picture with its pad pixels, rounded up to keep rows aligned. */
static size_t row_floats(const Op *op)
{
    return (size_t)f32_pad((op->in.width + 2) * PICTURE_CHANNELS);
}

static size_t scratch_bytes(const Op *op, const Kernels *kernels)
{
    (void)kernels;
    return RING_ROWS * row_floats(op) * sizeof(float);
}

static size_t zero_bytes(const Op *op)
{
    return row_floats(op) * sizeof(float);
}

/* One row of the picture behind `padding` pad pixels and before at least one, as convolution_row reads it or,
 * if folded, convolution_folded: of the padded row, floats i and i + half side by side, up to the pad pixel
 * that the last output may read. */
static void normalise_padded(const F32Kernels *kernels, const uint8_t *rgb, int size, int padding,
                             bool folded, float *row)
{
    const int pad = padding * PICTURE_CHANNELS, half = size / 2 * PICTURE_CHANNELS;
    if (!folded) {
        kernels->normalise_row(rgb, size * PICTURE_CHANNELS, row + pad);
        for (int i = 0; i < PICTURE_CHANNELS; i++)
            row[size * PICTURE_CHANNELS + pad + i] = 0;
        for (int i = 0; i < pad; i++)
            row[i] = 0;
        return;
    }
    kernels->normalise_pairs(rgb, rgb + half, half, row + 2 * pad);
    for (int i = 0; i < pad; i++) {
        row[2 * i] = 0;
        row[2 * i + 1] = row[2 * (half + i)];
    }
    for (int i = half + pad; i < half + PICTURE_CHANNELS; i++) {
        row[2 * i] = row[2 * (i - half) + 1];
        row[2 * i + 1] = 0;
    }
}

static void run(const Op *op, const OpContext *context, int unit, void *scratch)
{
    const F32Kernels *kernels = &context->kernels->f32;
    const int size = op->in.width, width = op->out.width;
    const int channels = f32_pixel_stride(op->out.channels);
    const size_t row = row_floats(op);
    const bool folded = kernels->convolution_folded && op->out.channels <= F32_FOLDED_CHANNELS;
    F32ConvolutionRow *convolution = folded ? kernels->convolution_folded : kernels->convolution_row;
    float *ring = scratch;
    float *out = (float *)(void *)(context->work + op->out_offset);
    const OpRange range = op_unit_range(op, op->out.height, unit);
    int ready = 2 * range.begin - op->padding; /* the next input row to normalise */
    for (int y = range.begin; y < range.end; y++) {
        for (; ready <= 2 * y - op->padding + 2 && ready < size; ready++) {
            if (ready < 0)
                continue;
            normalise_padded(kernels, context->rgb + ready * context->stride, size, op->padding, folded,
                             ring + (size_t)(ready % RING_ROWS) * row);
        }
        const float *rows[3];
        for (int i = 0; i < 3; i++) {
            int in_y = 2 * y - op->padding + i;
            rows[i] = in_y < 0 || in_y >= size ? context->zeros : ring + (size_t)(in_y % RING_ROWS) * row;
        }
        convolution(rows, width, op->filter->data, op->filter->bias, channels,
                    out + (ptrdiff_t)y * width * channels);
    }
}

const OpKernel f32_convolution_op = {
    .packed_size = packed_size,
    .pack = pack,
    .split = split,
    .scratch = scratch_bytes,
    .zeros = zero_bytes,
    .run = run,
};
