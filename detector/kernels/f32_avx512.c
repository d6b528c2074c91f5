#include "detector/kernels/simd.h"

#include <immintrin.h>
#include <string.h>

#define ISA avx512

typedef __m512 Vec;
#define VEC_LANES 16
#define KEEP_VECTOR(x) __asm__ volatile("" : "+v"(x))

static ALWAYS_INLINE Vec vec_zero(void)
{
    return _mm512_setzero_ps();
}

static ALWAYS_INLINE Vec vec_load(const float *p)
{
    return _mm512_load_ps(p);
}

static ALWAYS_INLINE void vec_store(float *p, Vec x)
{
    _mm512_store_ps(p, x);
}

static ALWAYS_INLINE void vec_store_unaligned(float *p, Vec x)
{
    _mm512_storeu_ps(p, x);
}

static ALWAYS_INLINE Vec vec_splat(const float *p)
{
    return _mm512_set1_ps(*p);
}

static ALWAYS_INLINE Vec vec_widen(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_load_si256((const __m256i *)p));
}

static ALWAYS_INLINE Vec vec_from_bytes(const uint8_t *p)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}

static ALWAYS_INLINE Vec vec_sub(Vec a, Vec b)
{
    return _mm512_sub_ps(a, b);
}

static ALWAYS_INLINE Vec vec_mul(Vec a, Vec b)
{
    return _mm512_mul_ps(a, b);
}

static ALWAYS_INLINE Vec vec_fma(Vec a, Vec b, Vec sum)
{
    return _mm512_fmadd_ps(a, b, sum);
}

static ALWAYS_INLINE Vec vec_clamp6(Vec x)
{
    return _mm512_min_ps(_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_set1_ps(6)); /* max(NaN, 0) is 0 */
}

/* Lanes 2i and 2i + 1 are p[0] and p[1]. */
static ALWAYS_INLINE Vec vec_splat_pair(const float *p)
{
    long long pair;
    memcpy(&pair, p, sizeof pair);
    return _mm512_castsi512_ps(_mm512_set1_epi64(pair));
}

/* Lanes 2i and 2i + 1 are p[i]. */
static ALWAYS_INLINE Vec vec_twice(const float *p)
{
    const __m512i spread = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return _mm512_permutexvar_ps(spread, _mm512_castps256_ps512(_mm256_load_ps(p)));
}

/* Lane i is lane 2i or 2i + 1; zeros from the middle on. */
static ALWAYS_INLINE Vec vec_even_lanes(Vec x)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0);
    return _mm512_maskz_permutexvar_ps(0xff, even, x);
}

static ALWAYS_INLINE Vec vec_odd_lanes(Vec x)
{
    const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 0, 0, 0, 0, 0, 0, 0, 0);
    return _mm512_maskz_permutexvar_ps(0xff, odd, x);
}

/* Lanes 2i and 2i + 1 are a[i] and b[i]. */
static ALWAYS_INLINE Vec vec_from_byte_pairs(const uint8_t *a, const uint8_t *b)
{
    const __m128i pairs =
        _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)a), _mm_loadl_epi64((const __m128i *)b));
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(pairs));
}

/* 28 sums, 2 weights and a value fill 31 of the 32 registers; a value is used twice, so that one load
 * feeds two multiply-adds. */
#define TILE_PIXELS 14
#define PANEL_VECTORS 2
#define PANEL 32
#define MAX_VECTORS 8
/* clang-format off */
#define TILES(X, vectors) \
    X(1, vectors) X(2, vectors) X(3, vectors) X(4, vectors) X(5, vectors) X(6, vectors) X(7, vectors) \
    X(8, vectors) X(9, vectors) X(10, vectors) X(11, vectors) X(12, vectors) X(13, vectors) X(14, vectors)
/* clang-format on */
#define PANEL_TILES(X) TILES(X, 2)
#define HALF_TILES(X) TILES(X, 1)
#define GROUPED_TILES(X) X(1, 8) X(2, 8) X(3, 4) X(4, 4)
#define GROUP_PIXELS 4 /* 512-bit stores take two cycles each on some CPUs */
#define BLOCK 16
#define PEAK_CHAINS 16

#include "detector/kernels/f32_convolution.h"
#include "detector/kernels/f32_convolution_folded.h"
#include "detector/kernels/f32_depthwise.h"
#include "detector/kernels/f32_multiply_broadcast.h"
#include "detector/kernels/f32_normalise.h"
#include "detector/kernels/f32_peak.h"
#include "detector/kernels/f32_pointwise.h"

void f32_init_avx512(F32Kernels *kernels)
{
    kernels->panel = PANEL;
    kernels->tile = TILE_PIXELS;
    kernels->normalise_row = f32_normalise_1x16_avx512;
    kernels->normalise_pairs = f32_normalise_pairs_1x16_avx512;
    kernels->convolution_row = f32_convolution_14x32_avx512;
    kernels->convolution_folded = f32_convolution_folded_14x16_avx512;
    kernels->depthwise_s1 = f32_depthwise_s1_8x16_avx512;
    kernels->depthwise_s2 = f32_depthwise_s2_8x16_avx512;
    kernels->pointwise_tile = f32_pointwise_14x32_avx512;
    kernels->peak = f32_peak_16x16_avx512;
}
