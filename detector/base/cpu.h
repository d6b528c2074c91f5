/* What the CPU can do, found once when an engine is created, as one word of flags. */
#ifndef LOOKOUT_DETECTOR_BASE_CPU_H
#define LOOKOUT_DETECTOR_BASE_CPU_H

#include <stdint.h>

typedef uint32_t CpuFlags;

#define CPU_AVX2 (1u << 0)   /* AVX2, FMA and F16C, with the operating system saving ymm */
#define CPU_AVX512 (1u << 1) /* AVX-512 F, BW, DQ, VL, with the operating system saving zmm */
#define CPU_NEON (1u << 2)   /* Advanced SIMD: every armv8-a */

/* Flags of this CPU, only those that this build has kernels for. */
CpuFlags cpu_detect(void);

/* Flags of the level named isa ("c", "avx2", ...), which includes the levels below it. Returns 0
 * and leaves flags alone if no such name is known to this build, else 1. */
int cpu_flags_of(const char *isa, CpuFlags *flags);

/* NULL-terminated, slowest first. */
const char *const *cpu_isa_names(void);

/* Cores in the affinity mask of the calling thread, at least 1. */
int cpu_cores(void);

#endif
