#include "tests/detector/kernels/check.h"

#include <string.h>

static const KernelCheck checks[] = {
#define CHECK(type, name) {#name, offsetof(F32Kernels, name), check_##name},
    F32_KERNELS(CHECK)
#undef CHECK
};

typedef void AnyKernel(void);

int kernel_check_count(void)
{
    return (int)(sizeof checks / sizeof *checks);
}

const KernelCheck *kernel_check(int index)
{
    return &checks[index];
}

bool kernel_is_set(const F32Kernels *kernels, const KernelCheck *check)
{
    AnyKernel *kernel;
    memcpy(&kernel, (const char *)kernels + check->offset, sizeof kernel);
    return kernel != NULL;
}

bool kernel_may_be_absent(const KernelCheck *check)
{
    return check->offset == offsetof(F32Kernels, normalise_pairs) ||
           check->offset == offsetof(F32Kernels, convolution_folded);
}

void kernel_copy(F32Kernels *to, const F32Kernels *from, const KernelCheck *check)
{
    memcpy((char *)to + check->offset, (const char *)from + check->offset, sizeof(AnyKernel *));
}
