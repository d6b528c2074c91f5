#include "detector/ops/f32_pointwise.h"

#include "detector/ops/f32_pack.h"

/* Layers of at most so many weights are packed in float32: these stay in L2 from one tile to the next
 * together with the pixels that they are multiplied by, so to widen them again and again would cost more than
 * it saves. */
#define FLOAT32_WEIGHTS ((size_t)1 << 16)
#define UNIT_MULTIPLIES (1 << 19) /* multiply-adds that are worth a unit of their own: about 10 us */

static int depth_of(const WeightShape *shape)
{
    return shape->in_channels * shape->taps;
}

static DType packed_dtype(const WeightShape *shape)
{
    const size_t weights = (size_t)depth_of(shape) * (size_t)shape->out_channels;
    return weights <= FLOAT32_WEIGHTS ? DTYPE_F32 : DTYPE_F16;
}

static PackedSize packed_size(const WeightShape *shape, const Kernels *kernels)
{
    const DType dtype = packed_dtype(shape);
    return (PackedSize){
        .data = f32_packed_size(&kernels->f32, depth_of(shape), shape->out_channels) * dtype_size(dtype),
        .bias = (size_t)f32_pad(shape->out_channels) * sizeof(float),
        .dtype = dtype,
    };
}

static void pack(const WeightShape *shape, const Kernels *kernels, const uint8_t *weight, const uint8_t *bias,
                 void *data, float *packed_bias)
{
    f32_pack_panels(&kernels->f32, weight, shape->in_channels, shape->taps, shape->out_channels,
                    packed_dtype(shape), data);
    f32_pack_bias(shape->out_channels, f32_pad(shape->out_channels), bias, packed_bias);
}

size_t f32_pointwise_weight_bytes(const MapShape *in, const MapShape *out)
{
    return sizeof(float) * (size_t)in->channels * (size_t)out->channels;
}

/* Ranges of pixels if there are enough of them, so that every thread reads all weights but few pixels; else
 * groups of channels, so that every thread reads all pixels but few weights. */
static void split(Op *op, const Kernels *kernels, int threads)
{
    const int pixels = map_pixels(&op->out), tiles = 4 * kernels->f32.tile;
    const int panels = op_ceil_div(op->out.channels, kernels->f32.panel);
    op->group_panels = panels;
    if (pixels >= threads * tiles) {
        op_split_evenly(op, pixels, tiles, threads);
        return;
    }
    int64_t panel_multiplies = (int64_t)pixels * op->in.channels * kernels->f32.panel;
    int64_t worth = UNIT_MULTIPLIES / panel_multiplies;
    int share = op_ceil_div(panels, threads);
    op->group_panels = worth < 1 ? 1 : worth < share ? (int)worth : share;
    op->ranges = 1;
    op->channel_groups = op->units = op_ceil_div(panels, op->group_panels);
}

size_t f32_pointwise_widened_bytes(const MapShape *in, const Kernels *kernels)
{
    return (size_t)in->channels * (size_t)kernels->f32.panel * sizeof(float);
}

static size_t scratch_bytes(const Op *op, const Kernels *kernels)
{
    return f32_pointwise_widened_bytes(&op->in, kernels);
}

void f32_pointwise_pixels(const Op *op, const OpContext *context, const float *in, OpRange range, int group,
                          float *widened)
{
    const F32Kernels *kernels = &context->kernels->f32;
    const PackedWeights *weights = op->pointwise;
    const int depth = op->in.channels, first = group * op->group_panels * kernels->panel;
    const int group_channels = op->group_panels * kernels->panel;
    const size_t first_weight = (size_t)first * (size_t)depth * dtype_size(weights->dtype);
    const F32Pointwise layer = {
        .panels = (const char *)weights->data + first_weight,
        .dtype = weights->dtype,
        .bias = weights->bias + first,
        .depth = depth,
        .channels = op_smaller(group_channels, f32_pad(op->out.channels) - first),
        .relu6 = op->relu6,
    };
    char *out = context->work + op->out_offset + range.begin * op->out.pixel_bytes;
    kernels->pointwise_tile(&layer, in, f32_pixel_stride(depth), range.end - range.begin,
                            (float *)(void *)out + first, f32_pixel_stride(op->out.channels), widened);
}

static void run(const Op *op, const OpContext *context, int unit, void *scratch)
{
    const OpRange range = op_unit_range(op, map_pixels(&op->out), unit);
    const char *in = context->work + op->in_offset + range.begin * op->in.pixel_bytes;
    f32_pointwise_pixels(op, context, (const float *)(const void *)in, range, unit % op->channel_groups,
                         scratch);
}

const OpKernel f32_pointwise_op = {
    .packed_size = packed_size,
    .pack = pack,
    .split = split,
    .scratch = scratch_bytes,
    .zeros = op_no_zeros,
    .run = run,
};
