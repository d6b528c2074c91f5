/* Speed of the kernels. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_BENCH_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_BENCH_H

#include "detector/kernels/kernels.h"

/* Prints the speed of each kernel on data that lies in L1 or L2, and its share of the peak. */
void bench_kernels(const Kernels *kernels);

#endif
