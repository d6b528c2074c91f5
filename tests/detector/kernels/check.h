/*
 * Kernel tests: every kernel of every instruction set that this CPU has, against plain loops in double, at
 * sizes below, at and above the edges of its tiles, with guards around what it may write and read, and NaN in
 * the padding.
 *
 * One check for each entry of the table, made from the same list: a kernel without one does not link.
 */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_CHECK_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_CHECK_H

#include "tests/detector/kernels/report.h"

#define DECLARE(type, name) void check_##name(Report *report);
F32_KERNELS(DECLARE)
#undef DECLARE

/* An entry of the table F32Kernels. */
typedef struct KernelCheck {
    const char *name;
    size_t offset; /* of its pointer in the table */
    void (*check)(Report *report);
} KernelCheck;

int kernel_check_count(void);
const KernelCheck *kernel_check(int index);
/* Whether the table has a kernel there. */
bool kernel_is_set(const F32Kernels *kernels, const KernelCheck *check);
/* Whether some instruction sets have none, as f32.h says; every other entry has at least the C reference. */
bool kernel_may_be_absent(const KernelCheck *check);
/* Copies that entry from one table to another. */
void kernel_copy(F32Kernels *to, const F32Kernels *from, const KernelCheck *check);

#endif
