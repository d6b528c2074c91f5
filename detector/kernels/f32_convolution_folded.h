/*
 * First convolution of half a vector of channels: outputs x and x + fold share a vector, the channels of one
 * in its even lanes and those of the other in its odd ones. Their inputs lie side by side in a folded row, so
 * one load spreads them.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_FOLDED_H
#define LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_FOLDED_H

/* first: of the pairs, whose outputs lie at out and `fold` floats behind. */
static ALWAYS_INLINE void convolve_folded(const float *const rows[3], ptrdiff_t first, const int pairs,
                                          const float *weights, const float *bias, ptrdiff_t channels,
                                          float *out, ptrdiff_t fold)
{
    Vec sum[TILE_PIXELS];
    convolve_single(sum, rows, 2 * first * PIXEL_STEP, pairs, 1, weights, bias, channels);
    EACH (p, pairs) {
        vec_store(out + p * channels, vec_even_lanes(sum[p]));
        vec_store(out + fold + p * channels, vec_odd_lanes(sum[p]));
    }
}

typedef void ConvolveFoldedTile(const float *const rows[3], ptrdiff_t first, const float *weights,
                                const float *bias, ptrdiff_t channels, float *out, ptrdiff_t fold);

#define CONVOLVE_FOLDED_NAME(pairs) convolve_folded_##pairs
#define DEFINE_CONVOLVE_FOLDED(pairs, vectors)                                                               \
    static void CONVOLVE_FOLDED_NAME(pairs)(const float *const rows[3], ptrdiff_t first,                     \
                                            const float *weights, const float *bias, ptrdiff_t channels,     \
                                            float *out, ptrdiff_t fold)                                      \
    {                                                                                                        \
        convolve_folded(rows, first, pairs, weights, bias, channels, out, fold);                             \
    }
HALF_TILES(DEFINE_CONVOLVE_FOLDED)

#define CONVOLVE_FOLDED_ENTRY(pairs, vectors) [pairs] = CONVOLVE_FOLDED_NAME(pairs),
static ConvolveFoldedTile *const folded_convolve[TILE_PIXELS + 1] = {HALF_TILES(CONVOLVE_FOLDED_ENTRY)};

static void F32_KERNEL(convolution_folded, TILE_PIXELS, VEC_LANES)(const float *const rows[3], int width,
                                                                   const float *weights, const float *bias,
                                                                   int channels, float *out)
{
    const int fold = f32_fold(width), pairs = width - fold;
    for (int x = 0, tiles = (pairs + TILE_PIXELS - 1) / TILE_PIXELS; tiles > 0; tiles--) {
        const int count = (pairs - x + tiles - 1) / tiles;
        folded_convolve[count](rows, x, weights, bias, channels, out + (ptrdiff_t)x * channels,
                               (ptrdiff_t)fold * channels);
        x += count;
    }
}

/* Bytes of two rows to floats in -1..1, side by side. */
static void F32_KERNEL(normalise_pairs, 1, VEC_LANES)(const uint8_t *a, const uint8_t *b, int count,
                                                      float *out)
{
    const float half = 127.5f, scale = 1 / 127.5f;
    const Vec halves = vec_splat(&half), scales = vec_splat(&scale);
    int i = 0;
    for (; i + VEC_LANES / 2 <= count; i += VEC_LANES / 2)
        vec_store_unaligned(out + 2 * i, vec_mul(vec_sub(vec_from_byte_pairs(a + i, b + i), halves), scales));
    for (; i < count; i++) {
        out[2 * i] = ((float)a[i] - half) * scale;
        out[2 * i + 1] = ((float)b[i] - half) * scale;
    }
}

#endif
