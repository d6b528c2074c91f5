/*
 * The register tile of a pointwise convolution for CPUs that broadcast an operand from memory for free.
 *
 * Every output is one chain of fused multiply-adds in ascending k that starts from the bias, so it does not
 * depend on the shape of the tile it is in.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_MULTIPLY_BROADCAST_H
#define LOOKOUT_DETECTOR_KERNELS_F32_MULTIPLY_BROADCAST_H

#include "detector/kernels/f32_panel.h"

/* With base + {0, 1, 2} * stride as addresses, a tile needs a third of the pointers. */
#define PIXELS_A_BASE 3
#define BASES(pixels) (((pixels) + PIXELS_A_BASE - 1) / PIXELS_A_BASE)

/* How many rows of the panel are prefetched ahead, since hardware prefetchers stop at the end of a page.
 * Weights in float16 come from beyond L2. */
#define F32_AHEAD 32
#define F16_AHEAD 128

/* The last steps in k are done group by group of pixels: one group is stored while the next is computed. */
#define TAIL_STEPS 4

/* Adds depth k of pixels first..first+pixels-1; the panel's row `row` holds the weights. */
static ALWAYS_INLINE void multiply_step(Vec sum[][MAX_VECTORS], const float *const base[],
                                        ptrdiff_t in_stride, const int k, const int first, const int pixels,
                                        const Panel *panel, const PanelWeights weights, const int vectors)
{
    Vec weight[MAX_VECTORS];
    EACH (v, vectors) {
        weight[v] = panel_vector(panel, weights, k, v);
        if (pixels > 1)
            KEEP_VECTOR(weight[v]); /* else gcc loads it again for each pixel */
    }
    EACH (i, pixels) {
        const int p = first + i;
        Vec value = vec_splat(base[p / PIXELS_A_BASE] + p % PIXELS_A_BASE * in_stride + k);
        EACH (v, vectors)
            sum[p][v] = vec_fma(value, weight[v], sum[p][v]);
    }
}

static ALWAYS_INLINE void prefetch_panel(const Panel *panel, const PanelWeights weights)
{
    if (weights == F32)
        for (int bytes = 0; bytes < PANEL * (int)sizeof(float); bytes += CACHE_LINE)
            PREFETCH(panel->floats, F32_AHEAD * PANEL * (int)sizeof(float) + bytes);
    else
        PREFETCH(panel->halves, F16_AHEAD * PANEL * (int)sizeof(uint16_t));
}

/* `pixels` pixels times `vectors` vectors of output channels. Inlined with constant pixels and vectors: the
 * sums are registers. */
static ALWAYS_INLINE void multiply(const float *in, ptrdiff_t in_stride, const int pixels, Panel panel,
                                   const PanelWeights weights, const float *bias, const int vectors,
                                   int depth, float *out, ptrdiff_t out_stride, int relu6)
{
    Vec sum[TILE_PIXELS][MAX_VECTORS];
    EACH (v, vectors) {
        Vec start = vec_load(bias + v * VEC_LANES);
        EACH (p, pixels)
            sum[p][v] = start;
    }

    const float *base[BASES(TILE_PIXELS)];
    EACH (b, BASES(pixels))
        base[b] = in + b * PIXELS_A_BASE * in_stride;
    const int tail = depth < TAIL_STEPS ? 0 : TAIL_STEPS;
    for (int k = 0; k < depth - tail; k++) {
        if (pixels > 4) /* with fewer, the loads themselves are the limit */
            prefetch_panel(&panel, weights);
        multiply_step(sum, base, in_stride, 0, 0, pixels, &panel, weights, vectors);
        panel_advance(&panel, weights);
        EACH (b, BASES(pixels)) {
            base[b]++;
            KEEP_POINTER(base[b]);
        }
    }

    EACH (group, (pixels + GROUP_PIXELS - 1) / GROUP_PIXELS) {
        const int first = group * GROUP_PIXELS, left = pixels - first;
        const int count = left < GROUP_PIXELS ? left : GROUP_PIXELS;
        /* The first group has just widened these rows. */
        const int is_widened = group > 0 && weights == F16_TO_WIDENED;
        const Panel rest = is_widened ? (Panel){.floats = panel.widened, .size = panel.size} : panel;
        if (tail)
            EACH (k, TAIL_STEPS)
                multiply_step(sum, base, in_stride, k, first, count, &rest, is_widened ? F32 : weights,
                              vectors);
        if (relu6)
            EACH (p, count)
                EACH (v, vectors)
                    sum[first + p][v] = vec_clamp6(sum[first + p][v]);
        EACH (p, count)
            EACH (v, vectors)
                vec_store(out + (first + p) * out_stride + v * VEC_LANES, sum[first + p][v]);
    }
}

#endif
