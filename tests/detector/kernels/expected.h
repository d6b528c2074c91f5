/* What a kernel should compute, and how far from it a value may be. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_EXPECTED_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_EXPECTED_H

#include "detector/kernels/kernels.h"

/* What an output should be. */
typedef struct Expected {
    double exact;     /* in double */
    double magnitude; /* of all terms: bounds the error together with their number */
    int terms;
    float fused; /* one chain of fused multiply-adds in order: the exact bits of every kernel but C's */
} Expected;

Expected expected_start(float bias);
void expected_add(Expected *expected, float a, float b);
Expected expected_end(Expected expected, bool relu6);
/* Whether `value` is as expected of these kernels. */
bool as_expected(const Kernels *kernels, const Expected *expected, float value);

#endif
