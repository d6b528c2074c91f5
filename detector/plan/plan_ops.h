/* The operations of a plan: what one of them computes, and how it is cut into units that threads take. */
#ifndef LOOKOUT_DETECTOR_PLAN_PLAN_OPS_H
#define LOOKOUT_DETECTOR_PLAN_PLAN_OPS_H

#include "detector/model/model.h"

typedef enum PlanOpKind {
    PLAN_CONVOLUTION, /* of the picture's bytes; a unit is a range of rows */
    PLAN_DEPTHWISE,   /* a unit is a range of pixels of the output, in the order of memory */
    PLAN_GATHER,    /* the nine inputs of each pixel of a dense 3x3 layer side by side, tap by tap, so that it
                       becomes a pointwise layer; a unit is a range of pixels */
    PLAN_POINTWISE, /* a unit is a range of pixels and a group of channels */
    PLAN_SEPARABLE, /* depthwise and the pointwise after it; a unit is a range of pixels, which is filtered
                       into a buffer of the worker and multiplied from there */
} PlanOpKind;

/* A map: pixels of `channels` floats, pixel_stride = kernel_pixel_stride(channels) floats apart, no gaps
 * between rows.
 */
typedef struct PlanShape {
    int height, width, channels, pixel_stride;
} PlanShape;

typedef struct PlanOp {
    PlanOpKind kind;
    int phase;                 /* ops of the same phase do not depend on each other */
    int layer;                 /* that its output belongs to, or is gathered for */
    int in_buffer, out_buffer; /* of the plan; in_buffer is -1 for the picture */
    int stride, padding;       /* of a 3x3 layer */
    int relu6;                 /* of a pointwise layer */
    PlanShape in_shape, out_shape;
    const float *in; /* NULL: the picture */
    float *out;
    const PackedLayer *filter;    /* the convolution or depthwise layer */
    const PackedLayer *pointwise; /* the pointwise layer, or the dense one */

    int units;          /* ranges * channel_groups */
    int ranges;         /* of rows or pixels, as even as can be */
    int channel_groups; /* that a pointwise layer's panels are shared out to; else 1 */
    int group_panels;   /* packed panels in each group */
} PlanOp;

/* What the units of all ops read besides their op. */
typedef struct PlanPicture {
    const uint8_t *rgb; /* [size][size][3] */
    ptrdiff_t stride;
    int size;
    const float *zeros; /* a row above or below any map, and of the normalised picture */
} PlanPicture;

/* Cuts an op's work into units for `threads` workers; kind, shapes and layers are set. */
void plan_op_split(PlanOp *op, const Kernels *kernels, int threads);
/* Whether there are pixels enough to keep `threads` workers busy, so that a depthwise layer and the pointwise
 * layer behind it are better done as one. */
int plan_op_fuses(const PlanShape *in, const PlanShape *out, const Kernels *kernels, int threads);
/* Floats of a worker's buffer that the op needs, and of the zero row. */
size_t plan_op_scratch(const PlanOp *op, const Kernels *kernels);
size_t plan_op_zeros(const PlanOp *op);
void plan_op_run(const PlanOp *op, const Kernels *kernels, const PlanPicture *picture, int unit,
                 float *scratch);

#endif
