/*
 * The kernels, and the table through which the plan calls them.
 *
 * The table is filled with the C reference first; each instruction set that the CPU has overrides
 * the entries it has a better kernel for. Kernels are single-threaded and work on one row or tile: how a
 * layer is cut and handed to threads is the plan's business. Every output value is computed by
 * the same sequence of roundings wherever it lies in a tile, so results do not depend on the split.
 *
 * Maps are [H][W][C], float32. "Pixel stride" is the distance between neighbouring pixels in
 * floats, a multiple of KERNEL_LANES; pixels are 64-byte aligned. Channels from C up to the next multiple
 * of KERNEL_LANES are padding: weights and biases are zero there, so kernels may compute and must store
 * zeros in them (what they read there may be anything but is multiplied only into other padding).
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_KERNELS_H
#define LOOKOUT_DETECTOR_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "detector/base/cpu.h"

#define KERNEL_LANES 16     /* channels are padded to a multiple of this, in maps and in weights */
#define KERNEL_ALIGNMENT 64 /* bytes */

static inline int kernel_pad(int channels)
{
    return (channels + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
}

/* Floats from one pixel of a map to the next: the padded channels, and one vector more where pixels would lie
 * a multiple of 512 bytes apart. Neighbouring pixels are read side by side, and they would all fall into a
 * few sets of a cache of 64 sets. What lies in the gap is neither read nor written. */
static inline int kernel_pixel_stride(int channels)
{
    int padded = kernel_pad(channels);
    return padded % 128 == 0 ? padded + KERNEL_LANES : padded;
}

/* out[i] = (in[i] - 127.5) / 127.5 for i < count. Any alignment. */
typedef void NormaliseRow(const uint8_t *in, int count, float *out);

/* First convolution: one row of a 3x3 convolution of RGB, stride 2, with bias and ReLU6.
 * rows[0..2]: normalised input rows, [2 * width + 1][3] floats that start with as many pad pixels, zeros, as
 * the layer's padding says: output x reads pixels 2x, 2x+1, 2x+2 of each row. Rows above or below the
 * picture, and pixels right of it, are zeros. weights: [27][channels] in the order (row, column, RGB); bias:
 * [channels]; channels padded. out: [width][channels], channels being the pixel stride. */
typedef void ConvolutionRow(const float *const rows[3], int width, const float *weights, const float *bias,
                            int channels, float *out);

/* Where a vector holds the channels of two outputs, up to KERNEL_FOLDED_CHANNELS each, output x is computed
 * together with x + kernel_fold(width), and input rows are folded: floats 2i and 2i + 1 are floats i and
 * i + 6 * kernel_fold(width) of a row as above, for i < 6 * (width - kernel_fold(width)) + 3. */
#define KERNEL_FOLDED_CHANNELS 8

static inline int kernel_fold(int width)
{
    return width / 2;
}

/* Of a folded row: out[2 * i] and out[2 * i + 1] are a[i] and b[i], normalised, for i < count. Any
 * alignment. */
typedef void NormalisePairs(const uint8_t *a, const uint8_t *b, int count, float *out);

#define DEPTHWISE_MAX_ROWS 8

/* Output columns x_begin..x_end-1 of out_rows rows (1..DEPTHWISE_MAX_ROWS) of a depthwise 3x3 convolution
 * with bias and ReLU6. Stride 1 (out width = in_width, padding 1) or 2 (out width = (in_width + 1) / 2,
 * padding 0 or 1): one function each. Output x reads columns stride * x - padding + {0, 1, 2}; those outside
 * the map count as zero without being read. Neighbouring rows share inputs, so several at once cost less than
 * one after the other. rows[0..stride * (out_rows - 1) + 2]: first pixel of the input rows,
 * [in_width][channels]; a row outside the map points to zeros. weights: [9][channels] in the order (row,
 * column); bias: [channels]; channels padded. out: [out_rows][x_end - x_begin][channels]. Input and output
 * have the same pixel_stride. */
typedef void DepthwiseRows(const float *const rows[], int out_rows, int in_width, int padding, int x_begin,
                           int x_end, const float *weights, const float *bias, int channels,
                           ptrdiff_t pixel_stride, float *out);

/* A pointwise convolution, or some of its output channels, from the first of a panel on. Its weights are
 * packed by kernels_pack_panels() as float16, as they came, or widened to float32; the other pointer is NULL.
 */
typedef struct Pointwise {
    const uint16_t *panels;
    const float *wide_panels;
    const float *bias; /* [channels], 64-byte aligned */
    int depth;         /* input channels, not padded */
    int channels;      /* padded; may end in the middle of the last panel */
    int relu6;         /* nonzero for ReLU6, zero for none */
} Pointwise;

/* out[p][n] = activation(bias[n] + sum over k of in[p][k] * weight[k][n]) for p < pixels and
 * n < channels: a tile of a pointwise convolution.
 * in, out: pixel strides in_stride and out_stride; of a pixel, depth values are read and channels are stored.
 * room: depth * panel floats to widen a panel to, once for all pixels; 64-byte aligned. */
typedef void PointwiseTile(const Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                           float *out, ptrdiff_t out_stride, float *room);

/* Runs fused multiply-adds in registers; returns how many floating-point operations it did (2 a
 * multiply-add a lane). */
typedef double PeakBurst(int iterations);

typedef struct Kernels {
    const char *isa; /* the instruction set of the pointwise kernel */
    int panel;       /* output channels in a packed panel, a multiple of KERNEL_LANES */
    int tile;        /* pixels that the pointwise kernel likes to get a multiple of */
    NormaliseRow *normalise_row;
    ConvolutionRow *convolution_row;
    NormalisePairs *normalise_pairs; /* NULL, as the next one, where vectors are too short for two outputs */
    ConvolutionRow *convolution_folded; /* of folded rows, for at most KERNEL_FOLDED_CHANNELS channels */
    DepthwiseRows *depthwise_rows[3];   /* by stride: [1], [2]; [0] is NULL */
    PointwiseTile *pointwise_tile;
    PeakBurst *peak_burst;
} Kernels;

/* The table for a CPU with these flags (detector/cpu.h). */
Kernels kernels_for(CpuFlags flags);

/* Values that kernels_pack_panels() writes. */
size_t kernels_packed_size(const Kernels *kernels, int depth, int out_channels);
/* Packs weight [out_channels][in_channels][taps], float16 as in a file (float16_at()), for pointwise_tile
 * with a depth of taps * in_channels, tap by tap: panel after panel of `panel` output channels, for each k
 * its weights; zeros beyond out_channels. Packs to float16 or float32, whichever pointer is not NULL: 64-byte
 * aligned. */
void kernels_pack_panels(const Kernels *kernels, const uint8_t *weight, int in_channels, int taps,
                         int out_channels, uint16_t *panels, float *wide_panels);

/* Fills the table with the kernels of one instruction set, from the file kernels/<isa>.c. */
#define KERNELS_INIT(isa, flags) void kernels_init_##isa(Kernels *kernels);
CPU_LEVELS(KERNELS_INIT)
#undef KERNELS_INIT

#endif
