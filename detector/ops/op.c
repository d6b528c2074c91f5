#include "detector/ops/op.h"

static int range_begin(int all, int ranges, int index)
{
    return (int)((int64_t)all * index / ranges);
}

OpRange op_unit_range(const Op *op, int all, int unit)
{
    const int range = unit / op->channel_groups;
    return (OpRange){range_begin(all, op->ranges, range), range_begin(all, op->ranges, range + 1)};
}

void op_split(Op *op, int ranges)
{
    op->ranges = op->units = ranges;
    op->channel_groups = 1;
}

void op_split_evenly(Op *op, int all, int range, int threads)
{
    int ranges = op_ceil_div(op_ceil_div(all, range), threads) * threads;
    op_split(op, op_smaller(ranges, all));
}

size_t op_no_scratch(const Op *op, const Kernels *kernels)
{
    (void)op;
    (void)kernels;
    return 0;
}

size_t op_no_zeros(const Op *op)
{
    (void)op;
    return 0;
}
