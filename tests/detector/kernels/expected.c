#include "tests/detector/kernels/check.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRINTED_FAILURES 10

static uint32_t random_bits(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

float random_float(void)
{
    return (float)(random_bits() >> 8) / (1 << 23) - 1;
}

uint32_t random_below(uint32_t limit)
{
    return (uint32_t)((uint64_t)random_bits() * limit >> 32);
}

void report_failure(Report *report, const char *format, ...)
{
    report->failures++;
    if (report->quiet || report->failures > PRINTED_FAILURES)
        return;
    printf("  FAILED %s: ", report->kernels->isa);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("%s\n", report->failures == PRINTED_FAILURES ? " (further failures are not printed)" : "");
}

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

Expected expected_end(Expected expected, int relu6)
{
    if (relu6) {
        expected.exact = fmin(fmax(expected.exact, 0), 6);
        expected.fused = fminf(fmaxf(expected.fused, 0), 6);
    }
    return expected;
}

int as_expected(const Kernels *kernels, const Expected *expected, float value)
{
    /* A product is rounded once and a sum of n terms at most n times, each time by half an epsilon of at most
     * the magnitude. */
    const double tolerance = (expected->terms + 1) * (double)(FLT_EPSILON / 2) * expected->magnitude;
    if (!(fabs((double)value - expected->exact) <= tolerance))
        return 0;
    return strcmp(kernels->isa, "c") == 0 || value == expected->fused;
}
