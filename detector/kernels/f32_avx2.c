#include "detector/kernels/simd.h"

#include <immintrin.h>

#define ISA avx2

typedef __m256 Vec;
#define VEC_LANES 8
#define KEEP_VECTOR(x) __asm__ volatile("" : "+x"(x))

static ALWAYS_INLINE Vec vec_zero(void)
{
    return _mm256_setzero_ps();
}

static ALWAYS_INLINE Vec vec_load(const float *p)
{
    return _mm256_load_ps(p);
}

static ALWAYS_INLINE void vec_store(float *p, Vec x)
{
    _mm256_store_ps(p, x);
}

static ALWAYS_INLINE void vec_store_unaligned(float *p, Vec x)
{
    _mm256_storeu_ps(p, x);
}

static ALWAYS_INLINE Vec vec_splat(const float *p)
{
    return _mm256_set1_ps(*p);
}

static ALWAYS_INLINE Vec vec_widen(const uint16_t *p)
{
    return _mm256_cvtph_ps(_mm_load_si128((const __m128i *)p));
}

static ALWAYS_INLINE Vec vec_from_bytes(const uint8_t *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}

static ALWAYS_INLINE Vec vec_sub(Vec a, Vec b)
{
    return _mm256_sub_ps(a, b);
}

static ALWAYS_INLINE Vec vec_mul(Vec a, Vec b)
{
    return _mm256_mul_ps(a, b);
}

static ALWAYS_INLINE Vec vec_fma(Vec a, Vec b, Vec sum)
{
    return _mm256_fmadd_ps(a, b, sum);
}

static ALWAYS_INLINE Vec vec_clamp6(Vec x)
{
    return _mm256_min_ps(_mm256_max_ps(x, _mm256_setzero_ps()), _mm256_set1_ps(6)); /* max(NaN, 0) is 0 */
}

/* 12 sums, 2 weights and a value fill 15 of the 16 registers. */
#define TILE_PIXELS 6
#define PANEL_VECTORS 2
#define PANEL 16
#define MAX_VECTORS 8
#define PANEL_TILES(X) X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)
#define GROUPED_TILES(X) X(1, 8) X(2, 4)
#define GROUP_PIXELS TILE_PIXELS /* narrower stores keep up by themselves */
/* A cache line: not read in two passes, though not all of its weights fit in registers. */
#define BLOCK 16
#define PEAK_CHAINS 12

#include "detector/kernels/f32_convolution.h"
#include "detector/kernels/f32_depthwise.h"
#include "detector/kernels/f32_multiply_broadcast.h"
#include "detector/kernels/f32_normalise.h"
#include "detector/kernels/f32_peak.h"
#include "detector/kernels/f32_pointwise.h"

void f32_init_avx2(F32Kernels *kernels)
{
    kernels->panel = PANEL;
    kernels->tile = TILE_PIXELS;
    kernels->normalise_row = f32_normalise_1x8_avx2;
    kernels->convolution_row = f32_convolution_6x16_avx2;
    kernels->depthwise_s1 = f32_depthwise_s1_8x16_avx2;
    kernels->depthwise_s2 = f32_depthwise_s2_8x16_avx2;
    kernels->pointwise_tile = f32_pointwise_6x16_avx2;
    kernels->peak = f32_peak_12x8_avx2;
}
