#include "detector/kernels/simd.h"

#include <arm_neon.h>
#include <string.h>

#ifndef __clang__
/* gcc would move all loads of a tile to its top, where there are not enough registers for them. */
#pragma GCC optimize("no-schedule-insns")
#endif

#define ISA neon

typedef float32x4_t Vec;
#define VEC_LANES 4
#define KEEP_VECTOR(x) __asm__ volatile("" : "+w"(x))

static ALWAYS_INLINE Vec vec_zero(void)
{
    return vdupq_n_f32(0);
}

static ALWAYS_INLINE Vec vec_load(const float *p)
{
    return vld1q_f32(p);
}

static ALWAYS_INLINE void vec_store(float *p, Vec x)
{
    vst1q_f32(p, x);
}

static ALWAYS_INLINE void vec_store_unaligned(float *p, Vec x)
{
    vst1q_f32(p, x);
}

static ALWAYS_INLINE Vec vec_splat(const float *p)
{
    return vld1q_dup_f32(p);
}

static ALWAYS_INLINE Vec vec_widen(const uint16_t *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

static ALWAYS_INLINE Vec vec_from_bytes(const uint8_t *p)
{
    uint32_t four;
    memcpy(&four, p, sizeof four);
    const uint8x8_t bytes = vreinterpret_u8_u32(vdup_n_u32(four));
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}

static ALWAYS_INLINE Vec vec_sub(Vec a, Vec b)
{
    return vsubq_f32(a, b);
}

static ALWAYS_INLINE Vec vec_mul(Vec a, Vec b)
{
    return vmulq_f32(a, b);
}

static ALWAYS_INLINE Vec vec_fma(Vec a, Vec b, Vec sum)
{
    return vfmaq_f32(sum, a, b);
}

#define vec_fma_lane(a, b, lane, sum) vfmaq_laneq_f32(sum, a, b, lane)

static ALWAYS_INLINE Vec vec_clamp6(Vec x)
{
    return vminq_f32(vmaxnmq_f32(x, vdupq_n_f32(0)), vdupq_n_f32(6)); /* maxnm(NaN, 0) is 0 */
}

/* 20 sums, 5 values and 4 weights of the 32 registers: the rest lets loads run ahead. */
#define TILE_PIXELS 5
#define PANEL_VECTORS 4
#define PANEL 16
#define MAX_VECTORS 8
#define PANEL_TILES(X) X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4)
#define GROUPED_TILES(X) X(1, 8)
#define GROUP_PIXELS TILE_PIXELS /* narrower stores keep up by themselves */
#define BLOCK 4                  /* its weights fit in registers */
#define PEAK_CHAINS 16

#include "detector/kernels/f32_convolution.h"
#include "detector/kernels/f32_depthwise.h"
#include "detector/kernels/f32_multiply_lanes.h"
#include "detector/kernels/f32_normalise.h"
#include "detector/kernels/f32_peak.h"
#include "detector/kernels/f32_pointwise.h"

void f32_init_neon(F32Kernels *kernels)
{
    kernels->panel = PANEL;
    kernels->tile = TILE_PIXELS;
    kernels->normalise_row = f32_normalise_1x4_neon;
    kernels->convolution_row = f32_convolution_5x16_neon;
    kernels->depthwise_s1 = f32_depthwise_s1_8x4_neon;
    kernels->depthwise_s2 = f32_depthwise_s2_8x4_neon;
    kernels->pointwise_tile = f32_pointwise_5x16_neon;
    kernels->peak = f32_peak_16x4_neon;
}
