/*
 * First convolution, in the register tiles of the pointwise kernel.
 * Every output is one chain of multiply-adds in the order (row, column, RGB) that starts from the bias.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_H
#define LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_H

#define ROW_TAPS 9   /* three RGB pixels */
#define PIXEL_STEP 6 /* floats between the inputs of neighbouring outputs: two RGB pixels */

/* Adds the taps of one row to `pixels` outputs; in: the first tap's input of the first one. */
static ALWAYS_INLINE void convolve_row(Vec sum[][PANEL_VECTORS], const float *in, const int pixels,
                                       const float *weights, ptrdiff_t channels)
{
    ROLLED
    for (int tap = 0; tap < ROW_TAPS; tap++, in++, weights += channels) {
        Vec weight[PANEL_VECTORS];
        EACH (v, PANEL_VECTORS)
            weight[v] = vec_load(weights + v * VEC_LANES);
        EACH (p, pixels) {
            Vec value = vec_splat(in + p * PIXEL_STEP);
            EACH (v, PANEL_VECTORS)
                sum[p][v] = vec_fma(value, weight[v], sum[p][v]);
        }
    }
}

static ALWAYS_INLINE void convolve(const float *const rows[3], ptrdiff_t first_input, const int pixels,
                                   const float *weights, const float *bias, ptrdiff_t channels, float *out)
{
    Vec sum[TILE_PIXELS][PANEL_VECTORS];
    EACH (v, PANEL_VECTORS) {
        Vec start = vec_load(bias + v * VEC_LANES);
        EACH (p, pixels)
            sum[p][v] = start;
    }
    convolve_row(sum, rows[0] + first_input, pixels, weights, channels);
    convolve_row(sum, rows[1] + first_input, pixels, weights + ROW_TAPS * channels, channels);
    /* The last taps are added group by group of pixels: one group is stored while the next is computed. */
    EACH (group, (pixels + GROUP_PIXELS - 1) / GROUP_PIXELS) {
        const int first = group * GROUP_PIXELS, left = pixels - first;
        const int count = left < GROUP_PIXELS ? left : GROUP_PIXELS;
        convolve_row(sum + first, rows[2] + first_input + first * PIXEL_STEP, count,
                     weights + 2 * ROW_TAPS * channels, channels);
        EACH (p, count)
            EACH (v, PANEL_VECTORS)
                vec_store(out + (first + p) * channels + v * VEC_LANES, vec_clamp6(sum[first + p][v]));
    }
}

typedef void ConvolveTile(const float *const rows[3], ptrdiff_t first_input, const float *weights,
                          const float *bias, ptrdiff_t channels, float *out);

#define CONVOLVE_NAME(pixels, vectors) convolve_##pixels##x##vectors
#define DEFINE_CONVOLVE(pixels, vectors)                                                                     \
    static void CONVOLVE_NAME(pixels, vectors)(const float *const rows[3], ptrdiff_t first_input,            \
                                               const float *weights, const float *bias, ptrdiff_t channels,  \
                                               float *out)                                                   \
    {                                                                                                        \
        convolve(rows, first_input, pixels, weights, bias, channels, out);                                   \
    }
PANEL_TILES(DEFINE_CONVOLVE)
#ifdef HALF_TILES
#include "detector/kernels/f32_convolution_single.h"
#define DEFINE_CONVOLVE_HALF(pixels, vectors)                                                                \
    static void CONVOLVE_NAME(pixels, vectors)(const float *const rows[3], ptrdiff_t first_input,            \
                                               const float *weights, const float *bias, ptrdiff_t channels,  \
                                               float *out)                                                   \
    {                                                                                                        \
        Vec sum[TILE_PIXELS];                                                                                \
        convolve_single(sum, rows, first_input, pixels, 0, weights, bias, channels);                         \
        EACH (p, pixels)                                                                                     \
            vec_store(out + p * channels, sum[p]);                                                           \
    }
HALF_TILES(DEFINE_CONVOLVE_HALF)
#endif

#define CONVOLVE_ENTRY(pixels, vectors) [pixels] = CONVOLVE_NAME(pixels, vectors),
static ConvolveTile *const panel_convolve[TILE_PIXELS + 1] = {PANEL_TILES(CONVOLVE_ENTRY)};
#ifdef HALF_TILES
static ConvolveTile *const half_convolve[TILE_PIXELS + 1] = {HALF_TILES(CONVOLVE_ENTRY)};
#endif

static void F32_KERNEL(convolution, TILE_PIXELS, PANEL)(const float *const rows[3], int width,
                                                        const float *weights, const float *bias, int channels,
                                                        float *out)
{
    for (int x = 0, tiles = (width + TILE_PIXELS - 1) / TILE_PIXELS; tiles > 0; tiles--) {
        const int count = (width - x + tiles - 1) / tiles;
        for (int c = 0; c < channels; c += PANEL) {
            ConvolveTile *const *convolve_tile = panel_convolve;
#ifdef HALF_TILES
            if (channels - c < PANEL)
                convolve_tile = half_convolve;
#endif
            convolve_tile[count](rows, (ptrdiff_t)x * PIXEL_STEP, weights + c, bias + c, channels,
                                 out + (ptrdiff_t)x * channels + c);
        }
        x += count;
    }
}

#endif
