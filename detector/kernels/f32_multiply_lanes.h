/*
 * The register tile of a pointwise convolution for CPUs whose multiply-add takes one lane of a vector as an
 * operand: four depths of a pixel are loaded at once.
 *
 * Every output is one chain of fused multiply-adds in ascending k that starts from the bias, so it does not
 * depend on the shape of the tile it is in.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_MULTIPLY_LANES_H
#define LOOKOUT_DETECTOR_KERNELS_F32_MULTIPLY_LANES_H

#include "detector/kernels/f32_panel.h"

static ALWAYS_INLINE void multiply(const float *in, ptrdiff_t in_stride, const int pixels, Panel panel,
                                   const PanelWeights weights, const float *bias, const int vectors,
                                   int depth, float *out, ptrdiff_t out_stride, int relu6)
{
/* Depth `lane` of the four. */
#define STEP(lane)                                                                                           \
    do {                                                                                                     \
        Vec weight[MAX_VECTORS];                                                                             \
        EACH (v, vectors)                                                                                    \
            weight[v] = panel_vector(&panel, weights, 0, v);                                                 \
        EACH (v, vectors)                                                                                    \
            EACH (p, pixels)                                                                                 \
                sum[p][v] = vec_fma_lane(weight[v], value[p], lane, sum[p][v]);                              \
        panel_advance(&panel, weights);                                                                      \
    } while (0)

    Vec sum[TILE_PIXELS][MAX_VECTORS];
    EACH (v, vectors) {
        Vec start = vec_load(bias + v * VEC_LANES);
        EACH (p, pixels)
            sum[p][v] = start;
    }
    int left = depth;
    for (; left >= 4; left -= 4) {
        Vec value[TILE_PIXELS];
        EACH (p, pixels)
            value[p] = vec_load(in + p * in_stride);
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
        in += 4;
    }
    for (; left > 0; left--) {
        Vec value[TILE_PIXELS];
        EACH (p, pixels)
            value[p] = vec_splat(in + p * in_stride);
        STEP(0);
        in++;
    }
#undef STEP

    if (relu6)
        EACH (p, pixels)
            EACH (v, vectors)
                sum[p][v] = vec_clamp6(sum[p][v]);
    EACH (p, pixels)
        EACH (v, vectors)
            vec_store(out + p * out_stride + v * VEC_LANES, sum[p][v]);
}

#endif
