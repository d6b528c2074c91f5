#include "detector/ops/gather.h"

#include <string.h>

static void split(Op *op, const Kernels *kernels, int threads)
{
    (void)kernels;
    op_split(op, op_smaller(map_pixels(&op->out), 2 * threads));
}

/* Inputs outside the map are zeros. */
static void run(const Op *op, const OpContext *context, int unit, void *scratch)
{
    (void)scratch;
    const MapShape *in = &op->in;
    const size_t bytes = (size_t)in->channels * dtype_size(in->dtype);
    const OpRange range = op_unit_range(op, map_pixels(&op->out), unit);
    for (int pixel = range.begin; pixel < range.end; pixel++) {
        int y = pixel / op->out.width * op->stride - op->padding;
        int x = pixel % op->out.width * op->stride - op->padding;
        char *out = context->work + op->out_offset + pixel * op->out.pixel_bytes;
        for (int tap = 0; tap < 9; tap++, out += bytes) {
            int in_y = y + tap / 3, in_x = x + tap % 3;
            if (in_y < 0 || in_y >= in->height || in_x < 0 || in_x >= in->width)
                memset(out, 0, bytes);
            else
                memcpy(out,
                       context->work + op->in_offset + ((ptrdiff_t)in_y * in->width + in_x) * in->pixel_bytes,
                       bytes);
        }
    }
}

const OpKernel gather_op = {
    .split = split,
    .scratch = op_no_scratch,
    .zeros = op_no_zeros,
    .run = run,
};
