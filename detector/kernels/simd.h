/*
 * What the kernels of all instruction sets share. Each f32_<isa>.c includes this, then defines the names
 * below and includes the kernels, f32_<family>.h. They round alike in every instruction set: fused
 * multiply-adds in the same order.
 *
 * ISA: the last part of the kernels' names
 *
 * Vec, VEC_LANES: a vector of floats
 *
 * vec_load(p), vec_widen(p) of float16, vec_store(p, x), vec_store_unaligned(p, x), vec_splat(p),
 * vec_from_bytes(p), vec_zero(), vec_sub(a, b), vec_mul(a, b), vec_fma(a, b, sum), and vec_clamp6(x), which
 * makes 0 of NaN
 *
 * KEEP_VECTOR(x): forces x into a register, where the compiler would rather compute or load it again
 *
 * vec_splat_pair(p), vec_twice(p), vec_even_lanes(x), vec_odd_lanes(x), vec_from_byte_pairs(a, b): if
 * f32_convolution_folded.h is used
 *
 * TILE_PIXELS, PANEL, PANEL_VECTORS = PANEL / VEC_LANES, MAX_VECTORS: the register tile, see f32_pointwise.h;
 * GROUP_PIXELS of it are stored while the next ones are computed
 *
 * BLOCK: channels that a depthwise kernel works on at once, see f32_depthwise.h
 *
 * PEAK_CHAINS: see f32_peak.h
 *
 * vec_fma_lane(a, b, lane, sum), which multiplies a by one lane of b: if f32_multiply_lanes.h is used
 *
 * VEC_LANES, TILE_PIXELS, PANEL, BLOCK and PEAK_CHAINS are plain numbers, since names are made of them.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_SIMD_H
#define LOOKOUT_DETECTOR_KERNELS_SIMD_H

#include "detector/kernels/f32.h"

/* type_op_tile_isa (kernels.h), as f32_pointwise_6x16_avx2. */
#define KERNEL_NAME_OF(type, op, pixels, channels, isa) type##_##op##_##pixels##x##channels##_##isa
#define KERNEL_NAME(type, op, pixels, channels, isa) KERNEL_NAME_OF(type, op, pixels, channels, isa)
#define F32_KERNEL(op, pixels, channels) KERNEL_NAME(f32, op, pixels, channels, ISA)

#define ALWAYS_INLINE inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#define ROLLED _Pragma("GCC unroll 1")
#endif
/* A loop over registers: its count is a constant once inlined, and it must be unrolled completely. A loop is
 * ROLLED if the vectors of two iterations would not fit in the registers. */
#define EACH(i, count) UNROLLED for (int i = 0; i < (count); i++)
/* Stops the compiler from replacing one moving pointer by many, more than there are registers. */
#define KEEP_POINTER(p) __asm__("" : "+r"(p))
/* Fetches the cache line `bytes` bytes behind p, which may lie outside of any object. */
#define PREFETCH(p, bytes) __builtin_prefetch((const void *)((uintptr_t)(p) + (size_t)(bytes)))
#define CACHE_LINE 64

#endif
