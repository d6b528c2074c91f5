/* Where the checks of one instruction set's kernels report to, and the random numbers that they use. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_REPORT_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_REPORT_H

#include "detector/kernels/kernels.h"

/* The first few failures are printed, unless quiet. */
typedef struct Report {
    const Kernels *kernels;
    bool quiet;
    bool quick; /* fewer depths and no large layers, for emulated CPUs */
    int failures;
    long checks;
} Report;

void report_failure(Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Uniform in -1..1, the same sequence in every run. */
float random_float(void);
uint32_t random_below(uint32_t limit);

#endif
