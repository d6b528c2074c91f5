#include "tests/detector/kernels/bench.h"
#include "tests/detector/kernels/broken.h"
#include "tests/detector/kernels/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_kernels(Report *report)
{
    for (int i = 0; i < kernel_check_count(); i++)
        if (kernel_is_set(&report->kernels->f32, kernel_check(i)))
            kernel_check(i)->check(report);
        else if (!kernel_may_be_absent(kernel_check(i)))
            report_failure(report, "there is no kernel %s", kernel_check(i)->name);
}

/* Every check has to fail with each broken version of its kernel, and there has to be one. */
static bool check_notices(const Kernels *kernels, const KernelCheck *check)
{
    bool all_noticed = true;
    int versions = 0;
    for (int i = 0; i < broken_kernel_count(); i++) {
        if (!broken_kernel_of(i, check))
            continue;
        BrokenKernel broken = broken_kernel(i, kernels);
        Report report = {.kernels = &broken.kernels, .quiet = true};
        check->check(&report);
        versions++;
        if (report.failures == 0) {
            printf("  FAILED %s: the checks do not notice: %s\n", kernels->isa, broken.how);
            all_noticed = false;
        }
    }
    if (versions == 0)
        printf("  FAILED %s: there is no broken version of %s\n", kernels->isa, check->name);
    return all_noticed && versions > 0;
}

static bool checks_notice(const Kernels *kernels)
{
    bool all_noticed = true;
    for (int i = 0; i < kernel_check_count(); i++)
        if (kernel_is_set(&kernels->f32, kernel_check(i)))
            all_noticed &= check_notices(kernels, kernel_check(i));
    return all_noticed;
}

/* --quick, for emulators, leaves out the broken kernels. */
int main(int argc, char **argv)
{
    const char *only = NULL;
    bool bench = false, quick = false, bad = false;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--bench") == 0)
            bench = true;
        else if (strcmp(argv[i], "--quick") == 0)
            quick = true;
        else if (strcmp(argv[i], "--isa") == 0 && i + 1 < argc)
            only = argv[++i];
        else
            bad = true;
    if (bad) {
        fprintf(stderr, "usage: %s [--bench | --quick] [--isa NAME]\n", argv[0]);
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, 0);
    const CpuFlags cpu = cpu_detect();
    bool ran = false, failed = false;
    for (const char *const *isa = cpu_isa_names(); *isa; isa++) {
        CpuFlags flags;
        if (only && strcmp(only, *isa) != 0)
            continue;
        if (!cpu_flags_of(*isa, &flags) || (flags & ~cpu)) {
            printf("%s: skipped, this CPU lacks it\n", *isa);
            continue;
        }
        const Kernels kernels = kernels_for(flags);
        ran = true;
        if (strcmp(kernels.isa, *isa) != 0) {
            printf("%s: FAILED, its table says %s\n", *isa, kernels.isa);
            failed = true;
        } else if (bench) {
            bench_kernels(&kernels);
        } else {
            Report report = {.kernels = &kernels, .quick = quick};
            check_kernels(&report);
            const bool noticed = quick || checks_notice(&kernels);
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
