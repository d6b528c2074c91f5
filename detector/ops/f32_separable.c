#include "detector/ops/f32_separable.h"

#include "detector/ops/f32_depthwise.h"
#include "detector/ops/f32_pointwise.h"

/* The figures are for cores with 32 to 48 KB of L1 and 512 KB to 2 MB of L2. */
#define CHUNK_BYTES 16384     /* of filtered pixels multiplied at once: they stay in L1 beside a panel */
#define CACHED_WEIGHTS 262144 /* bytes of a pointwise layer's weights that stay in L2 from chunk to chunk */
#define FILTERED_ROWS 4       /* rows of the output that a unit filters at least: they share inputs */

static bool weights_stay_cached(const MapShape *in, const MapShape *out)
{
    return f32_pointwise_weight_bytes(in, out) <= CACHED_WEIGHTS;
}

/* Every thread reads all weights, so each needs enough pixels to use them on; the more, the farther away the
 * weights are. */
bool f32_separable_fuses(const MapShape *in, const MapShape *out, const Kernels *kernels, int threads)
{
    const int tiles = weights_stay_cached(in, out) ? 1 : 2;
    return threads == 1 || map_pixels(out) >= threads * tiles * kernels->f32.tile;
}

/* Larger chunks read weights from beyond L2 less often, smaller ones leave more units to share out. */
static int chunk_pixels(const Op *op, const Kernels *kernels, int threads)
{
    int fit = CHUNK_BYTES / (int)op->in.pixel_bytes;
    int tiles = weights_stay_cached(&op->in, &op->out) ? 2 : threads == 1 ? 8 : 4;
    int least = tiles * kernels->f32.tile, rows = FILTERED_ROWS * op->out.width;
    least = least > rows ? least : rows;
    return fit > least ? fit : least;
}

static void split(Op *op, const Kernels *kernels, int threads)
{
    op->group_panels = op_ceil_div(op->out.channels, kernels->f32.panel);
    op_split_evenly(op, map_pixels(&op->out), chunk_pixels(op, kernels, threads), threads);
}

/* Of the filtered pixels of a unit; the memory for a widened panel follows them. */
static size_t filtered_bytes(const Op *op)
{
    return (size_t)op_ceil_div(map_pixels(&op->out), op->ranges) * (size_t)op->in.pixel_bytes;
}

static size_t scratch_bytes(const Op *op, const Kernels *kernels)
{
    return filtered_bytes(op) + f32_pointwise_widened_bytes(&op->in, kernels);
}

static size_t zero_bytes(const Op *op)
{
    return f32_depthwise_op.zeros(op);
}

static void run(const Op *op, const OpContext *context, int unit, void *scratch)
{
    const OpRange range = op_unit_range(op, map_pixels(&op->out), unit);
    char *widened = (char *)scratch + filtered_bytes(op);
    f32_depthwise_pixels(op, context, range, scratch);
    f32_pointwise_pixels(op, context, scratch, range, 0, (float *)(void *)widened);
}

const OpKernel f32_separable_op = {
    .split = split,
    .scratch = scratch_bytes,
    .zeros = zero_bytes,
    .run = run,
};
