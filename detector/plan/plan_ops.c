#include "detector/plan/plan_ops.h"

#include <string.h>

#define PICTURE_CHANNELS 3
#define RING_ROWS 3
#define MAX_STRIDE 2
/* Rows of the input that the rows computed at once need. */
#define MAX_FILTERED_ROWS (MAX_STRIDE * (DEPTHWISE_MAX_ROWS - 1) + 3)

static int ceil_div(int a, int b)
{
    return (a + b - 1) / b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int pixel_count(const PlanShape *shape)
{
    return shape->height * shape->width;
}

/* ---- the split ---------------------------------------------------------------------------------- */

/* The figures are for cores with 32 to 48 KB of L1 and 512 KB to 2 MB of L2. */
#define CHUNK_BYTES 16384     /* of filtered pixels multiplied at once: they stay in L1 beside a panel */
#define CACHED_WEIGHTS 262144 /* bytes of a pointwise layer's weights that stay in L2 from chunk to chunk */
#define UNIT_MULTIPLIES (1 << 19) /* multiply-adds worth a unit of their own: about 10 us */
#define FILTERED_ROWS 4           /* rows of the output that a unit filters at least: they share inputs */
#define CONVOLUTION_ROWS 4        /* a unit normalises one row more than twice this */

static size_t weight_bytes(const PlanShape *in, const PlanShape *out)
{
    return sizeof(float) * (size_t)in->channels * (size_t)out->channels;
}

/* Each worker streams all weights, so it wants pixels to use them on; the more, the farther away they are. */
int plan_op_fuses(const PlanShape *in, const PlanShape *out, const Kernels *kernels, int threads)
{
    int tiles = weight_bytes(in, out) <= CACHED_WEIGHTS ? 1 : 2;
    return threads == 1 || pixel_count(out) >= threads * tiles * kernels->tile;
}

/* About `pixels` in a range, and as many ranges for one worker as for another. */
static int even_ranges(int all, int range, int threads)
{
    int ranges = ceil_div(ceil_div(all, range), threads) * threads;
    return smaller(ranges, all);
}

/* Larger chunks use weights from beyond L2 more often, smaller ones leave more to share out. */
static int chunk_pixels(const PlanOp *op, const Kernels *kernels, int threads)
{
    int fit = CHUNK_BYTES / ((int)sizeof(float) * op->in_shape.pixel_stride);
    int tiles = weight_bytes(&op->in_shape, &op->out_shape) <= CACHED_WEIGHTS ? 2 : threads == 1 ? 8 : 4;
    int least = tiles * kernels->tile, rows = FILTERED_ROWS * op->out_shape.width;
    least = least > rows ? least : rows;
    return fit > least ? fit : least;
}

static void split_pointwise(PlanOp *op, const Kernels *kernels, int threads)
{
    int pixels = pixel_count(&op->out_shape);
    int panels = op->group_panels;
    if (pixels >= threads * 4 * kernels->tile) {
        op->ranges = even_ranges(pixels, 4 * kernels->tile, threads);
        return;
    }
    op->ranges = 1;
    int64_t panel_multiplies = (int64_t)pixels * op->in_shape.channels * kernels->panel;
    int64_t worth = UNIT_MULTIPLIES / panel_multiplies;
    int share = ceil_div(panels, threads);
    op->group_panels = worth < 1 ? 1 : worth < share ? (int)worth : share;
    op->channel_groups = ceil_div(panels, op->group_panels);
}

void plan_op_split(PlanOp *op, const Kernels *kernels, int threads)
{
    int pixels = pixel_count(&op->out_shape);
    op->channel_groups = 1;
    op->group_panels = ceil_div(op->out_shape.channels, kernels->panel);
    switch (op->kind) {
    case PLAN_CONVOLUTION:
        op->ranges = even_ranges(op->out_shape.height, CONVOLUTION_ROWS, threads);
        break;
    case PLAN_DEPTHWISE:
    case PLAN_GATHER:
        op->ranges = smaller(pixels, 2 * threads);
        break;
    case PLAN_POINTWISE:
        split_pointwise(op, kernels, threads);
        break;
    case PLAN_SEPARABLE:
        op->ranges = even_ranges(pixels, chunk_pixels(op, kernels, threads), threads);
        break;
    }
    op->units = op->ranges * op->channel_groups;
}

static int range_begin(int all, int ranges, int index)
{
    return (int)((int64_t)all * index / ranges);
}

/* ---- running units ------------------------------------------------------------------------------ */

/* One normalised row of the picture with its pad pixels, rounded up to keep rows aligned. */
static size_t ring_row_floats(int size)
{
    return ((size_t)(size + 2) * PICTURE_CHANNELS + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
}

/* Of the filtered pixels of a unit, which the room for a widened panel follows. */
static size_t filtered_floats(const PlanOp *op)
{
    return (size_t)ceil_div(pixel_count(&op->out_shape), op->ranges) * (size_t)op->in_shape.pixel_stride;
}

size_t plan_op_scratch(const PlanOp *op, const Kernels *kernels)
{
    size_t room = (size_t)op->in_shape.channels * (size_t)kernels->panel;
    switch (op->kind) {
    case PLAN_CONVOLUTION:
        return RING_ROWS * ring_row_floats(op->in_shape.width);
    case PLAN_DEPTHWISE:
    case PLAN_GATHER:
        return 0;
    case PLAN_POINTWISE:
        return room;
    case PLAN_SEPARABLE:
        return filtered_floats(op) + room;
    }
    return 0;
}

size_t plan_op_zeros(const PlanOp *op)
{
    if (op->kind == PLAN_CONVOLUTION)
        return ring_row_floats(op->in_shape.width);
    if (op->kind == PLAN_POINTWISE || op->kind == PLAN_GATHER)
        return 0;
    return (size_t)op->in_shape.width * (size_t)op->in_shape.pixel_stride;
}

static int folds(const PlanOp *op, const Kernels *kernels)
{
    return kernels->convolution_folded && op->out_shape.channels <= KERNEL_FOLDED_CHANNELS;
}

/* One row of the picture behind `padding` pad pixels and before at least one, as convolution_row reads it or,
 * if folded, convolution_folded: of the padded row, floats i and i + half side by side, up to the pad pixel
 * that the last output may read. */
static void normalise_padded(const Kernels *kernels, const uint8_t *rgb, int size, int padding, int folded,
                             float *row)
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

static void run_convolution(const PlanOp *op, const Kernels *kernels, const PlanPicture *picture, int begin,
                            int end, float *scratch)
{
    int size = picture->size, width = op->out_shape.width, channels = op->out_shape.pixel_stride;
    size_t row_floats = ring_row_floats(size);
    int folded = folds(op, kernels);
    ConvolutionRow *convolution = folded ? kernels->convolution_folded : kernels->convolution_row;
    int ready = 2 * begin - op->padding; /* the next input row to normalise */
    for (int y = begin; y < end; y++) {
        for (; ready <= 2 * y - op->padding + 2 && ready < size; ready++) {
            if (ready < 0)
                continue;
            normalise_padded(kernels, picture->rgb + ready * picture->stride, size, op->padding, folded,
                             scratch + (size_t)(ready % RING_ROWS) * row_floats);
        }
        const float *rows[3];
        for (int i = 0; i < 3; i++) {
            int in_y = 2 * y - op->padding + i;
            rows[i] =
                in_y < 0 || in_y >= size ? picture->zeros : scratch + (size_t)(in_y % RING_ROWS) * row_floats;
        }
        convolution(rows, width, op->filter->taps, op->filter->bias, channels,
                    op->out + (ptrdiff_t)y * width * channels);
    }
}

/* Filters output pixels begin..end-1, which may lie in several rows, to out. */
static void run_depthwise(const PlanOp *op, const Kernels *kernels, const float *zeros, int begin, int end,
                          float *out)
{
    const PlanShape *in = &op->in_shape;
    int width = op->out_shape.width;
    ptrdiff_t row_floats = (ptrdiff_t)in->width * in->pixel_stride;
    while (begin < end) {
        int y = begin / width, x_begin = begin % width;
        int x_end = smaller(width, x_begin + end - begin);
        int out_rows = x_begin == 0 ? smaller((end - begin) / width, DEPTHWISE_MAX_ROWS) : 1;
        out_rows = out_rows > 0 ? out_rows : 1;
        const float *rows[MAX_FILTERED_ROWS];
        for (int i = 0; i < op->stride * (out_rows - 1) + 3; i++) {
            int in_y = y * op->stride - op->padding + i;
            rows[i] = in_y < 0 || in_y >= in->height ? zeros : op->in + in_y * row_floats;
        }
        kernels->depthwise_rows[op->stride](rows, out_rows, in->width, op->padding, x_begin, x_end,
                                            op->filter->taps, op->filter->bias, kernel_pad(in->channels),
                                            in->pixel_stride, out);
        int pixels = out_rows * (x_end - x_begin);
        out += (ptrdiff_t)pixels * in->pixel_stride;
        begin += pixels;
    }
}

/* Output pixels begin..end-1 of a dense layer: for each, its nine inputs one after the other. */
static void run_gather(const PlanOp *op, int begin, int end)
{
    const PlanShape *in = &op->in_shape;
    const size_t channels = (size_t)in->channels;
    for (int pixel = begin; pixel < end; pixel++) {
        int y = pixel / op->out_shape.width * op->stride - op->padding;
        int x = pixel % op->out_shape.width * op->stride - op->padding;
        float *out = op->out + (ptrdiff_t)pixel * op->out_shape.pixel_stride;
        for (int tap = 0; tap < 9; tap++, out += channels) {
            int in_y = y + tap / 3, in_x = x + tap % 3;
            if (in_y < 0 || in_y >= in->height || in_x < 0 || in_x >= in->width)
                memset(out, 0, channels * sizeof *out);
            else
                memcpy(out, op->in + ((ptrdiff_t)in_y * in->width + in_x) * in->pixel_stride,
                       channels * sizeof *out);
        }
    }
}

/* Pixels begin..end-1, which lie at in, to one group of the output's channels. */
static void run_pointwise(const PlanOp *op, const Kernels *kernels, const float *in, int begin, int end,
                          int group, float *room)
{
    int out_stride = op->out_shape.pixel_stride, depth = op->in_shape.channels;
    int first_channel = group * op->group_panels * kernels->panel;
    size_t first_weight = (size_t)first_channel * (size_t)depth;
    const PackedLayer *packed = op->pointwise;
    Pointwise layer = {
        .panels = packed->panels ? packed->panels + first_weight : NULL,
        .wide_panels = packed->panels ? NULL : packed->wide_panels + first_weight,
        .bias = packed->bias + first_channel,
        .depth = depth,
        .channels =
            smaller(op->group_panels * kernels->panel, kernel_pad(op->out_shape.channels) - first_channel),
        .relu6 = op->relu6,
    };
    kernels->pointwise_tile(&layer, in, op->in_shape.pixel_stride, end - begin,
                            op->out + (ptrdiff_t)begin * out_stride + first_channel, out_stride, room);
}

void plan_op_run(const PlanOp *op, const Kernels *kernels, const PlanPicture *picture, int unit,
                 float *scratch)
{
    int range = unit / op->channel_groups, group = unit % op->channel_groups;
    int all = op->kind == PLAN_CONVOLUTION ? op->out_shape.height : pixel_count(&op->out_shape);
    int begin = range_begin(all, op->ranges, range), end = range_begin(all, op->ranges, range + 1);
    switch (op->kind) {
    case PLAN_CONVOLUTION:
        run_convolution(op, kernels, picture, begin, end, scratch);
        break;
    case PLAN_DEPTHWISE:
        run_depthwise(op, kernels, picture->zeros, begin, end,
                      op->out + (ptrdiff_t)begin * op->out_shape.pixel_stride);
        break;
    case PLAN_GATHER:
        run_gather(op, begin, end);
        break;
    case PLAN_POINTWISE:
        run_pointwise(op, kernels, op->in + (ptrdiff_t)begin * op->in_shape.pixel_stride, begin, end, group,
                      scratch);
        break;
    case PLAN_SEPARABLE:
        run_depthwise(op, kernels, picture->zeros, begin, end, scratch);
        run_pointwise(op, kernels, scratch, begin, end, 0, scratch + filtered_floats(op));
        break;
    }
}
