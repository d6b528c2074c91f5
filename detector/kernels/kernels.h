/*
 * The kernels, and the table through which the plan calls them.
 *
 * The table is filled with the C reference first; each instruction set that the CPU has overrides
 * the entries it has a better kernel for. Kernels are single-threaded and work on one row or tile: how a
 * layer is cut and handed to threads is the plan's business. Every output value is computed by
 * the same sequence of roundings wherever it lies in a tile, so results do not depend on the split.
 *
 * Maps are [H][W][C], float32. "Pixel stride" is the distance between neighbouring pixels in
 * floats, a multiple of KERNEL_LANES; pixels are 64-byte aligned. Channels from C up to the pixel
 * stride are padding: weights and biases are zero there, so kernels may compute and must store
 * zeros in them (what they read there may be anything but is multiplied only into other padding).
 */
#ifndef LOOKOUT_KERNELS_H
#define LOOKOUT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "detector/cpu.h"

#define KERNEL_LANES 16     /* channels are padded to a multiple of this, in maps and in weights */
#define KERNEL_ALIGNMENT 64 /* bytes */

static inline int kernel_pad(int channels)
{
    return (channels + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
}

/* Floats from one pixel of a map to the next: the padded channels, and one vector more where pixels would lie
 * a multiple of 2 KB apart. A register tile walks along more than eight pixels side by side, and they would
 * all fall into one or two sets of a cache of 64 sets. */
static inline int kernel_pixel_stride(int channels)
{
    int padded = kernel_pad(channels);
    return padded % 512 == 0 ? padded + KERNEL_LANES : padded;
}

/* out[i] = (in[i] - 127.5) / 127.5 for i < count. Any alignment. */
typedef void NormaliseRow(const uint8_t *in, int count, float *out);

/* First convolution: one row of a 3x3 convolution of RGB, stride 2, padded by one, with bias and ReLU6.
 * rows[0..2]: normalised input rows, [2 * width + 2][3] floats that start with the pad pixel left of
 *   the picture: output x reads pixels 2x, 2x+1, 2x+2 of each row. Rows above or below the picture are zeros.
 * weights: [27][channels] in the order (row, column, RGB); bias: [channels]; channels padded.
 * out: [width][channels], channels being the pixel stride. */
typedef void ConvolutionRow(const float *const rows[3], int width, const float *weights, const float *bias,
                            int channels, float *out);

/* Output columns x_begin..x_end-1 of one row of a depthwise 3x3 convolution, padded by one, with bias and
 * ReLU6. Stride 1 (out width = in_width) or 2 (out width = (in_width + 1) / 2): one function each.
 * rows[0..2]: first pixel of the three input rows, [in_width][channels]; a row outside the map points to
 * zeros. Columns outside the map count as zero without being read. weights: [9][channels] in the order (row,
 * column); bias: [channels]; channels padded and equal to the pixel stride of the input and of the output.
 * out: the pixel of column x_begin. */
typedef void DepthwiseRow(const float *const rows[3], int in_width, int x_begin, int x_end,
                          const float *weights, const float *bias, int channels, float *out);

/* out[p][n] = activation(bias[n] + sum over k of in[p][k] * weight[k][n]) for p < pixels and
 * n < channels: a tile of a pointwise convolution.
 * in: pixel stride in_stride; k = depth values of each pixel are read (depth is not padded).
 * panels: packed by kernels_pack_panels(); channels is padded and may end in the middle of the last panel
 *   (of which only these channels are stored). out: pixel stride out_stride.
 * relu6: nonzero for ReLU6, zero for none. */
typedef void PointwiseTile(const float *in, ptrdiff_t in_stride, int pixels, const float *panels, int depth,
                           int channels, float *out, ptrdiff_t out_stride, int relu6);

/* Runs fused multiply-adds in registers; returns how many floating-point operations it did (2 a
 * multiply-add a lane). */
typedef double PeakBurst(int iterations);

typedef struct Kernels {
    const char *isa; /* the instruction set of the pointwise kernel */
    int panel;       /* output channels in a packed panel, a multiple of KERNEL_LANES */
    int tile;        /* pixels that the pointwise kernel likes to get a multiple of */
    NormaliseRow *normalise_row;
    ConvolutionRow *convolution_row;
    DepthwiseRow *depthwise_row[3]; /* by stride: [1], [2]; [0] is NULL */
    PointwiseTile *pointwise_tile;
    PeakBurst *peak_burst;
} Kernels;

/* The table for a CPU with these flags (detector/cpu.h). */
Kernels kernels_for(CpuFlags flags);

/* Floats that kernels_pack_panels() writes. */
size_t kernels_packed_size(const Kernels *kernels, int depth, int out_channels);
/* Packs weight [out_channels][depth] and bias [out_channels] for pointwise_tile: panel after panel
 * of `panel` output channels, each first its biases, then for each k its weights; zeros beyond out_channels.
 * packed: 64-byte aligned. */
void kernels_pack_panels(const Kernels *kernels, const float *weight, const float *bias, int depth,
                         int out_channels, float *packed);

/* Overrides of one instruction set, in the file kernels/<isa>.c of its own. */
void kernels_init_c(Kernels *kernels);
#ifdef LOOKOUT_HAVE_AVX2
void kernels_init_avx2(Kernels *kernels);
#endif
#ifdef LOOKOUT_HAVE_AVX512
void kernels_init_avx512(Kernels *kernels);
#endif
#ifdef LOOKOUT_HAVE_NEON
void kernels_init_neon(Kernels *kernels);
#endif

#endif
