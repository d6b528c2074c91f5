/*
 * What one step of a plan computes, and how it is cut into units that threads take. An op has a kernel, which
 * says how the weights of its layer are packed, how its work is cut, and how a unit is run; the kernels of
 * one data type are a family (f32.h).
 */
#ifndef LOOKOUT_DETECTOR_OPS_OP_H
#define LOOKOUT_DETECTOR_OPS_OP_H

#include "detector/kernels/kernels.h"

/* A map: [height][width] pixels of `channels` values, pixel_bytes from one to the next, also from the last of
 * a row to the first of the next row. */
typedef struct MapShape {
    int height, width, channels;
    DType dtype;
    ptrdiff_t pixel_bytes;
} MapShape;

/* The weights of a layer as a file has them: [out_channels][in_channels][taps], float16. in_channels is 1 for
 * a depthwise layer; taps: 1, or 9 in the order (row, column). */
typedef struct WeightShape {
    int in_channels, out_channels, taps;
} WeightShape;

/* The same in the layout that a kernel reads. */
typedef struct PackedWeights {
    const void *data;
    DType dtype;       /* of data */
    const float *bias; /* [out_channels] and zeros behind them, as many as the maps are padded by */
} PackedWeights;

/* Bytes of packed weights, and their type. */
typedef struct PackedSize {
    size_t data, bias;
    DType dtype;
} PackedSize;

struct OpKernel;

typedef struct Op {
    const struct OpKernel *kernel;
    MapShape in, out;
    size_t in_offset,
        out_offset;      /* bytes from the start of the working memory; no in_offset for the picture */
    int stride, padding; /* of a 3x3 layer */
    bool relu6;          /* of a pointwise layer */
    const PackedWeights *filter;    /* of a convolution or depthwise layer; else NULL */
    const PackedWeights *pointwise; /* of a pointwise or dense 3x3 layer; else NULL */

    /* The cut. */
    int units;          /* ranges * channel_groups */
    int ranges;         /* of rows or pixels, as even as possible */
    int channel_groups; /* that the output channels of a pointwise layer are divided into; else 1 */
    int group_panels;   /* packed panels in each group */
} Op;

/* What all ops of one run read and write. */
typedef struct OpContext {
    const Kernels *kernels;
    const uint8_t *rgb; /* the picture, [size][size][3] */
    ptrdiff_t stride;   /* bytes from one of its rows to the next */
    const void *zeros;  /* as many as the ops' kernels ask for */
    char *work;         /* working memory: the maps lie in it */
} OpContext;

typedef struct OpKernel {
    /* The layer's weights; NULL if it has none of its own. */
    PackedSize (*packed_size)(const WeightShape *shape, const Kernels *kernels);
    /* weight, bias: float16 of any alignment (float16_at()); data, packed_bias: of packed_size() bytes,
     * KERNEL_ALIGNMENT aligned. */
    void (*pack)(const WeightShape *shape, const Kernels *kernels, const uint8_t *weight, const uint8_t *bias,
                 void *data, float *packed_bias);
    /* Cuts the work for `threads` threads; all above the cut is set. */
    void (*split)(Op *op, const Kernels *kernels, int threads);
    /* Bytes of a worker's scratch memory that a unit needs, and of zeros that it reads. */
    size_t (*scratch)(const Op *op, const Kernels *kernels);
    size_t (*zeros)(const Op *op);
    /* Computes one of the units. scratch: KERNEL_ALIGNMENT aligned. */
    void (*run)(const Op *op, const OpContext *context, int unit, void *scratch);
} OpKernel;

/* The kernels of one data type. */
typedef struct OpFamily {
    /* A map of this type as the kernels want it. */
    MapShape (*map_shape)(int height, int width, int channels);
    const OpKernel *convolution; /* 3x3 of the picture's bytes, stride 2 */
    const OpKernel *depthwise;   /* 3x3 */
    const OpKernel *pointwise;   /* 1x1; also a dense 3x3 layer, behind gather_op */
    const OpKernel *separable;   /* a depthwise layer and the pointwise layer behind it in one */
    /* Whether separable is faster than its two layers one after the other. */
    bool (*fuses)(const MapShape *in, const MapShape *out, const Kernels *kernels, int threads);
} OpFamily;

/* Begin and end of a unit's rows or pixels, `all` of which are cut into the op's ranges. */
typedef struct OpRange {
    int begin, end;
} OpRange;

OpRange op_unit_range(const Op *op, int all, int unit);

/* Sets the cut to one of about `range` of all rows or pixels, with as many ranges for one thread as for
 * another. */
void op_split_evenly(Op *op, int all, int range, int threads);
/* Sets the cut to so many ranges. */
void op_split(Op *op, int ranges);

/* For an op that needs none. */
size_t op_no_scratch(const Op *op, const Kernels *kernels);
size_t op_no_zeros(const Op *op);

static inline int op_ceil_div(int a, int b)
{
    return (a + b - 1) / b;
}

static inline int op_smaller(int a, int b)
{
    return a < b ? a : b;
}

static inline int map_pixels(const MapShape *shape)
{
    return shape->height * shape->width;
}

static inline size_t map_bytes(const MapShape *shape)
{
    return (size_t)map_pixels(shape) * (size_t)shape->pixel_bytes;
}

#endif
