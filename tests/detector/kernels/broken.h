/* Kernels broken on purpose, each in one small way, to see that the checks notice. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_BROKEN_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_BROKEN_H

#include "tests/detector/kernels/check.h"

typedef struct BrokenKernel {
    const char *how;
    void (*check)(Report *report); /* that should fail; NULL where there is no such kernel to break */
    Kernels kernels;
} BrokenKernel;

int broken_kernel_count(void);
/* Number `index` of them, made from these kernels; valid until the next call. */
BrokenKernel broken_kernel(int index, const Kernels *kernels);

#endif
