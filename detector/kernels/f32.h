/*
 * Kernels of float32 maps.
 *
 * Maps are [H][W][C]. "Pixel stride" is the distance between neighbouring pixels in floats, a multiple of
 * F32_LANES; pixels are 64-byte aligned. Channels from C up to the next multiple of F32_LANES are padding:
 * weights and biases are zero there, so kernels may compute and must store zeros in them (what they read
 * there may be anything but is multiplied only into other padding).
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_H
#define LOOKOUT_DETECTOR_KERNELS_F32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detector/base/cpu.h"
#include "detector/base/dtype.h"

#define F32_LANES 16 /* channels are padded to a multiple of this, in maps and in weights */

static inline int f32_pad(int channels)
{
    return (channels + F32_LANES - 1) / F32_LANES * F32_LANES;
}

/* Floats from one pixel of a map to the next: the padded channels, and one vector more if pixels would
 * otherwise lie a multiple of 512 bytes apart. Neighbouring pixels are read side by side, and at such a
 * distance they would all be stored in a few of the 64 sets of an L1 cache. The gap is neither read nor
 * written. */
static inline int f32_pixel_stride(int channels)
{
    int padded = f32_pad(channels);
    return padded % 128 == 0 ? padded + F32_LANES : padded;
}

/* out[i] = (in[i] - 127.5) / 127.5 for i < count. Any alignment. */
typedef void F32NormaliseRow(const uint8_t *in, int count, float *out);

/* First convolution: one row of a 3x3 convolution of RGB, stride 2, with bias and ReLU6.
 * rows[0..2]: normalised input rows, [2 * width + 1][3] floats that begin with as many pad pixels, zeros, as
 * the layer's padding says: output x reads pixels 2x, 2x+1, 2x+2 of each row. Rows above or below the
 * picture, and pixels right of it, are zeros. weights: [27][channels] in the order (row, column, RGB); bias:
 * [channels]; channels padded. out: [width][channels], channels being the pixel stride. */
typedef void F32ConvolutionRow(const float *const rows[3], int width, const float *weights, const float *bias,
                               int channels, float *out);

/* If a vector holds the channels of two outputs, up to F32_FOLDED_CHANNELS each, output x is computed
 * together with x + f32_fold(width), and input rows are folded: floats 2i and 2i + 1 are floats i and i + 6 *
 * f32_fold(width) of a row as above, for i < 6 * (width - f32_fold(width)) + 3. */
#define F32_FOLDED_CHANNELS 8

static inline int f32_fold(int width)
{
    return width / 2;
}

/* Of a folded row: out[2 * i] and out[2 * i + 1] are a[i] and b[i], normalised, for i < count. Any
 * alignment. */
typedef void F32NormalisePairs(const uint8_t *a, const uint8_t *b, int count, float *out);

#define F32_DEPTHWISE_MAX_ROWS 8

/* Output columns x_begin..x_end-1 of out_rows rows (1..F32_DEPTHWISE_MAX_ROWS) of a depthwise 3x3 convolution
 * with bias and ReLU6. Stride 1 (out width = in_width, padding 1) or 2 (out width = (in_width + 1) / 2,
 * padding 0 or 1): one function each. Output x reads columns stride * x - padding + {0, 1, 2}; those outside
 * the map count as zero without being read. Neighbouring rows share inputs, so several at once cost less than
 * one after the other. rows[0..stride * (out_rows - 1) + 2]: first pixel of the input rows,
 * [in_width][channels]; a row outside the map points to zeros. weights: [9][channels] in the order (row,
 * column); bias: [channels]; channels padded. out: [out_rows][x_end - x_begin][channels]. Input and output
 * have the same pixel_stride. */
typedef void F32DepthwiseRows(const float *const rows[], int out_rows, int in_width, int padding, int x_begin,
                              int x_end, const float *weights, const float *bias, int channels,
                              ptrdiff_t pixel_stride, float *out);

/* A pointwise convolution, or some of its output channels, from the first of a panel on. */
typedef struct F32Pointwise {
    const void *panels; /* packed by f32_pack_panels() */
    DType dtype;        /* of the panels: F16 as in the file, or F32 */
    const float *bias;  /* [channels], 64-byte aligned */
    int depth;          /* input channels, not padded */
    int channels;       /* padded; may end in the middle of the last panel */
    bool relu6;         /* else no activation */
} F32Pointwise;

/* out[p][n] = activation(bias[n] + sum over k of in[p][k] * weight[k][n]) for p < pixels and
 * n < channels: a tile of a pointwise convolution.
 * in, out: pixel strides in_stride and out_stride; of a pixel, depth values are read and channels are stored.
 * widened: depth * panel floats that a panel of float16 is widened to, once for all pixels; 64-byte aligned.
 */
typedef void F32PointwiseTile(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                              float *out, ptrdiff_t out_stride, float *widened);

/* Runs fused multiply-adds in registers; returns how many floating-point operations it did (2 a
 * multiply-add a lane). */
typedef double F32Peak(int iterations);

/* All kernels: X(type, name). The table is made from this list, and so is that of the kernel tests: a kernel
 * without a test does not link. normalise_pairs and convolution_folded, for at most F32_FOLDED_CHANNELS
 * channels, are NULL if vectors are too short for two outputs. */
#define F32_KERNELS(X)                                                                                       \
    X(F32NormaliseRow, normalise_row)                                                                        \
    X(F32NormalisePairs, normalise_pairs)                                                                    \
    X(F32ConvolutionRow, convolution_row)                                                                    \
    X(F32ConvolutionRow, convolution_folded)                                                                 \
    X(F32DepthwiseRows, depthwise_s1)                                                                        \
    X(F32DepthwiseRows, depthwise_s2)                                                                        \
    X(F32PointwiseTile, pointwise_tile)                                                                      \
    X(F32Peak, peak)

typedef struct F32Kernels {
    int panel; /* output channels in a packed panel, a multiple of F32_LANES */
    int tile;  /* pixels that pointwise_tile is fastest with a multiple of */
#define F32_ENTRY(type, name) type *name;
    F32_KERNELS(F32_ENTRY)
#undef F32_ENTRY
} F32Kernels;

/* Sets the entries that one instruction set has kernels for and leaves the others as they are; panel, tile and
 * pointwise_tile are set together or not at all. The reference, f32_init_c(), sets all that may not be NULL.
 * In f32_<isa>.c. */
#define F32_INIT(isa, flags) void f32_init_##isa(F32Kernels *kernels);
CPU_LEVELS(F32_INIT)
#undef F32_INIT

/* Values that f32_pack_panels() writes. */
size_t f32_packed_size(const F32Kernels *kernels, int depth, int out_channels);
/* Packs weight [out_channels][in_channels][taps], float16 as in a file (float16_at()), for pointwise_tile
 * with a depth of taps * in_channels, tap by tap: panel after panel of `panel` output channels, for each k
 * its weights; zeros beyond out_channels. dtype: F16 or F32. packed: 64-byte aligned. */
void f32_pack_panels(const F32Kernels *kernels, const uint8_t *weight, int in_channels, int taps,
                     int out_channels, DType dtype, void *packed);

#endif
