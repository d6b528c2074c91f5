#include "detector/ops/f32_depthwise.h"

#include "detector/ops/f32_pack.h"

#define MAX_STRIDE 2
/* Rows of the input that the rows computed at once read. */
#define MAX_IN_ROWS (MAX_STRIDE * (F32_DEPTHWISE_MAX_ROWS - 1) + 3)

static PackedSize packed_size(const WeightShape *shape, const Kernels *kernels)
{
    (void)kernels;
    return f32_taps_size(shape, f32_pad(shape->out_channels));
}

static void pack(const WeightShape *shape, const Kernels *kernels, const uint8_t *weight, const uint8_t *bias,
                 void *data, float *packed_bias)
{
    (void)kernels;
    const int channels = f32_pad(shape->out_channels);
    f32_pack_taps(shape, channels, weight, data);
    f32_pack_bias(shape->out_channels, channels, bias, packed_bias);
}

static void split(Op *op, const Kernels *kernels, int threads)
{
    (void)kernels;
    op_split(op, op_smaller(map_pixels(&op->out), 2 * threads));
}

/* A row above or below the map. */
static size_t zero_bytes(const Op *op)
{
    return (size_t)op->in.width * (size_t)op->in.pixel_bytes;
}

void f32_depthwise_pixels(const Op *op, const OpContext *context, OpRange range, float *out)
{
    const MapShape *in = &op->in;
    const F32Kernels *kernels = &context->kernels->f32;
    F32DepthwiseRows *depthwise = op->stride == 1 ? kernels->depthwise_s1 : kernels->depthwise_s2;
    const char *in_map = context->work + op->in_offset;
    const int width = op->out.width, stride = op->stride;
    const ptrdiff_t pixel_stride = in->pixel_bytes / (ptrdiff_t)sizeof(float);
    const ptrdiff_t row_bytes = in->width * in->pixel_bytes;
    for (int begin = range.begin; begin < range.end;) {
        int y = begin / width, x_begin = begin % width;
        int x_end = op_smaller(width, x_begin + range.end - begin);
        int out_rows = x_begin == 0 ? op_smaller((range.end - begin) / width, F32_DEPTHWISE_MAX_ROWS) : 1;
        out_rows = out_rows > 0 ? out_rows : 1;
        const float *rows[MAX_IN_ROWS];
        for (int i = 0; i < stride * (out_rows - 1) + 3; i++) {
            int in_y = y * stride - op->padding + i;
            rows[i] = in_y < 0 || in_y >= in->height
                          ? context->zeros
                          : (const float *)(const void *)(in_map + in_y * row_bytes);
        }
        depthwise(rows, out_rows, in->width, op->padding, x_begin, x_end, op->filter->data, op->filter->bias,
                  f32_pad(in->channels), pixel_stride, out);
        int pixels = out_rows * (x_end - x_begin);
        out += pixels * pixel_stride;
        begin += pixels;
    }
}

static void run(const Op *op, const OpContext *context, int unit, void *scratch)
{
    (void)scratch;
    const OpRange range = op_unit_range(op, map_pixels(&op->out), unit);
    char *out = context->work + op->out_offset + range.begin * op->out.pixel_bytes;
    f32_depthwise_pixels(op, context, range, (float *)(void *)out);
}

const OpKernel f32_depthwise_op = {
    .packed_size = packed_size,
    .pack = pack,
    .split = split,
    .scratch = op_no_scratch,
    .zeros = zero_bytes,
    .run = run,
};
