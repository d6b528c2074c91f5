#include "tests/detector/kernels/report.h"

#include <stdarg.h>
#include <stdio.h>

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
