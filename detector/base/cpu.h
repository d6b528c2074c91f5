/* What the CPU can do, as one word of flags, and the instruction sets of this build. */
#ifndef LOOKOUT_DETECTOR_BASE_CPU_H
#define LOOKOUT_DETECTOR_BASE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

typedef uint32_t CpuFlags;

#define CPU_AVX2 (1u << 0)   /* AVX2, FMA and F16C, with the operating system saving ymm */
#define CPU_AVX512 (1u << 1) /* AVX-512 F, BW, DQ, VL, with the operating system saving zmm */
#define CPU_NEON (1u << 2)   /* Advanced SIMD: every armv8-a */

/* The instruction sets that this build has kernels for, slowest first: X(name, flags that it needs). */
#define CPU_LEVELS(X) X(c, 0) CPU_AVX2_LEVEL(X) CPU_AVX512_LEVEL(X) CPU_NEON_LEVEL(X)
#if LOOKOUT_HAVE_AVX2
#define CPU_AVX2_LEVEL(X) X(avx2, CPU_AVX2)
#else
#define CPU_AVX2_LEVEL(X)
#endif
#if LOOKOUT_HAVE_AVX512
#define CPU_AVX512_LEVEL(X) X(avx512, CPU_AVX512 | CPU_AVX2)
#else
#define CPU_AVX512_LEVEL(X)
#endif
#if LOOKOUT_HAVE_NEON
#define CPU_NEON_LEVEL(X) X(neon, CPU_NEON)
#else
#define CPU_NEON_LEVEL(X)
#endif

/* Flags of this CPU, only those that a level of this build needs. */
CpuFlags cpu_detect(void);

/* Flags of the level named isa ("c", "avx2", ...), which includes the levels below it. Returns false and
 * leaves flags alone if this build has no level of that name. */
bool cpu_flags_of(const char *isa, CpuFlags *flags);

/* Names of the levels, NULL-terminated, slowest first; static. */
const char *const *cpu_isa_names(void);

/* Cores in the affinity mask of the calling thread, at least 1. */
int cpu_cores(void);

#endif
