#include "tests/detector/kernels/broken.h"
#include "tests/detector/kernels/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_kernels(Report *report)
{
    check_peak(report);
    check_normalise(report);
    check_convolution(report);
    check_depthwise(report);
    check_pointwise(report);
}

/* 0 if a check lets a kernel pass that is broken. */
static int broken_kernels_fail(const Kernels *kernels)
{
    int all_fail = 1;
    for (int i = 0; i < broken_kernel_count(); i++) {
        BrokenKernel broken = broken_kernel(i, kernels);
        if (!broken.check)
            continue;
        Report report = {.kernels = &broken.kernels, .quiet = 1};
        broken.check(&report);
        if (report.failures == 0) {
            printf("  FAILED %s: the checks do not notice: %s\n", kernels->isa, broken.how);
            all_fail = 0;
        }
    }
    return all_fail;
}

/* --quick, for emulators, leaves out the broken kernels. */
int main(int argc, char **argv)
{
    const char *only = NULL;
    int bench = 0, quick = 0, bad = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--bench") == 0)
            bench = 1;
        else if (strcmp(argv[i], "--quick") == 0)
            quick = 1;
        else if (strcmp(argv[i], "--isa") == 0 && i + 1 < argc)
            only = argv[++i];
        else
            bad = 1;
    if (bad) {
        fprintf(stderr, "usage: %s [--bench | --quick] [--isa NAME]\n", argv[0]);
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, 0);
    const CpuFlags cpu = cpu_detect();
    int ran = 0, failed = 0;
    for (const char *const *isa = cpu_isa_names(); *isa; isa++) {
        CpuFlags flags;
        if (only && strcmp(only, *isa) != 0)
            continue;
        if (!cpu_flags_of(*isa, &flags) || (flags & ~cpu)) {
            printf("%s: skipped, this CPU lacks it\n", *isa);
            continue;
        }
        const Kernels kernels = kernels_for(flags);
        ran = 1;
        if (strcmp(kernels.isa, *isa) != 0) {
            printf("%s: FAILED, its table says %s\n", *isa, kernels.isa);
            failed = 1;
        } else if (bench) {
            bench_kernels(&kernels);
        } else {
            Report report = {.kernels = &kernels, .quick = quick};
            check_kernels(&report);
            const int noticed = quick || broken_kernels_fail(&kernels);
            printf("%s: %ld checks, %d failures\n", *isa, report.checks, report.failures);
            failed |= report.failures > 0 || !noticed;
        }
    }
    if (!ran) {
        fprintf(stderr, "%s: no kernels of '%s' on this CPU\n", argv[0], only ? only : "any kind");
        return 77;
    }
    return failed;
}
