/*
 * What the kernels of all instruction sets share. Each kernels/<isa>.c includes this, then defines the names
 * below and includes the kernels, simd_<family>.h. They round alike in every instruction set: fused
 * multiply-adds in the same order.
 *
 * KERNEL(name): name_<isa>
 *
 * Vec, VEC_LANES: a vector of floats
 *
 * vec_load(p), vec_widen(p) of float16, vec_store(p, x), vec_store_unaligned(p, x), vec_splat(p),
 * vec_from_bytes(p), vec_zero(), vec_sub(a, b), vec_mul(a, b), vec_fma(a, b, sum), and vec_clamp6(x), which
 * makes 0 of NaN
 *
 * KEEP_VECTOR(x): has x in a register, whatever the compiler knows about it
 *
 * vec_splat_pair(p), vec_twice(p), vec_even_lanes(x), vec_odd_lanes(x), vec_from_byte_pairs(a, b): where
 * simd_convolution_folded.h is used
 *
 * TILE_PIXELS, PANEL_VECTORS, PANEL = PANEL_VECTORS * VEC_LANES, MAX_VECTORS: the register tile, see
 * simd_pointwise.h; GROUP_PIXELS of it are stored while the next ones are computed
 *
 * BLOCK_VECTORS: see simd_depthwise.h
 *
 * PEAK_CHAINS: see simd_peak.h
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_SIMD_H
#define LOOKOUT_DETECTOR_KERNELS_SIMD_H

#include "detector/kernels/kernels.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#define ROLLED _Pragma("GCC unroll 1")
#endif
/* A loop over registers: its count is a constant once inlined, and it must vanish. Others are ROLLED where
 * the vectors of more than one turn would not fit in the registers. */
#define EACH(i, count) UNROLLED for (int i = 0; i < (count); i++)
/* Stops the compiler from turning one pointer that moves into many that do, more than there are registers. */
#define KEEP_POINTER(p) __asm__("" : "+r"(p))
/* Fetches the cache line `bytes` bytes from p, which may lie outside of any object. */
#define PREFETCH(p, bytes) __builtin_prefetch((const void *)((uintptr_t)(p) + (size_t)(bytes)))
#define CACHE_LINE 64

#endif
