#include "tests/detector/kernels/expected.h"

#include <float.h>
#include <math.h>
#include <string.h>

Expected expected_start(float bias)
{
    return (Expected){.exact = bias, .magnitude = fabs((double)bias), .fused = bias};
}

void expected_add(Expected *expected, float a, float b)
{
    const double product = (double)a * (double)b;
    expected->exact += product;
    expected->magnitude += fabs(product);
    expected->terms++;
    expected->fused = fmaf(a, b, expected->fused);
}

Expected expected_end(Expected expected, bool relu6)
{
    if (relu6) {
        expected.exact = fmin(fmax(expected.exact, 0), 6);
        expected.fused = fminf(fmaxf(expected.fused, 0), 6);
    }
    return expected;
}

bool as_expected(const Kernels *kernels, const Expected *expected, float value)
{
    /* A product is rounded once and a sum of n terms at most n times, each time by half an epsilon of at most
     * the magnitude. */
    const double tolerance = (expected->terms + 1) * (double)(FLT_EPSILON / 2) * expected->magnitude;
    if (!(fabs((double)value - expected->exact) <= tolerance))
        return false;
    return strcmp(kernels->isa, "c") == 0 || value == expected->fused;
}
