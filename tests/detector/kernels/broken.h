/* Kernels broken on purpose, each in one small way, to see that the checks notice. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_BROKEN_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_BROKEN_H

#include "tests/detector/kernels/check.h"

typedef struct BrokenKernel {
    const char *how;
    Kernels kernels;
} BrokenKernel;

int broken_kernel_count(void);
/* Whether number `index` of them breaks the kernel that is checked there. */
bool broken_kernel_of(int index, const KernelCheck *check);
/* Number `index` of them, made from these kernels; valid until the next call. */
BrokenKernel broken_kernel(int index, const Kernels *kernels);

#endif
