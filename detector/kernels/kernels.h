/*
 * The table through which the layers call the kernels: one part for each data type, f32.h and what may
 * follow.
 *
 * Each part is filled with the C reference first, then by each instruction set that the CPU has. Kernels are
 * single-threaded and work on one row or tile: how a layer is cut and handed to threads is decided above
 * (detector/ops). Every output value is computed by the same sequence of roundings wherever it lies in a
 * tile, so results do not depend on the cut.
 *
 * A kernel is named type_op_tile_isa, as f32_pointwise_6x16_avx2: the data type of its maps, what it
 * computes, pixels x channels that it holds in registers at once, and the instruction set.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_KERNELS_H
#define LOOKOUT_DETECTOR_KERNELS_KERNELS_H

#include "detector/base/cpu.h"
#include "detector/kernels/f32.h"

#define KERNEL_ALIGNMENT 64 /* bytes, of maps and packed weights */

typedef struct Kernels {
    const char *isa; /* the fastest instruction set that the kernels use */
    F32Kernels f32;
} Kernels;

/* The table for a CPU with these flags. */
Kernels kernels_for(CpuFlags flags);

#endif
