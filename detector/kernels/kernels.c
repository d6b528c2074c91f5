#include "detector/kernels/kernels.h"

Kernels kernels_for(CpuFlags flags)
{
    Kernels kernels = {0};
#define INIT(isa_name, needed)                                                                               \
    if ((flags & (needed)) == (needed)) {                                                                    \
        kernels.isa = #isa_name;                                                                             \
        f32_init_##isa_name(&kernels.f32);                                                                   \
    }
    CPU_LEVELS(INIT)
#undef INIT
    return kernels;
}
