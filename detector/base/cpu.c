#include "detector/base/cpu.h"

#include <sched.h>
#include <string.h>

#if LOOKOUT_HAVE_AVX2 || LOOKOUT_HAVE_AVX512
#include <cpuid.h>

/* Bits of XCR0: the operating system saves xmm, ymm, and mask and zmm registers. */
#define XCR0_XMM (1u << 1)
#define XCR0_YMM (1u << 2)
#define XCR0_OPMASK_ZMM (7u << 5)

static uint32_t read_xcr0(void)
{
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static CpuFlags detect(void)
{
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return 0;
    bool has_fma_f16c = (c & bit_FMA) && (c & bit_F16C);
    uint32_t saved = read_xcr0();
    if ((saved & (XCR0_XMM | XCR0_YMM)) != (XCR0_XMM | XCR0_YMM) || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;

    CpuFlags flags = 0;
    if (has_fma_f16c && (b & bit_AVX2))
        flags |= CPU_AVX2;
    uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if (flags && (b & avx512) == avx512 && (saved & XCR0_OPMASK_ZMM) == XCR0_OPMASK_ZMM)
        flags |= CPU_AVX512;
    return flags;
}
#elif LOOKOUT_HAVE_NEON
static CpuFlags detect(void)
{
    return CPU_NEON;
}
#else
static CpuFlags detect(void)
{
    return 0;
}
#endif

static const struct {
    const char *name;
    CpuFlags flags;
} levels[] = {
#define LEVEL(name, flags) {#name, flags},
    CPU_LEVELS(LEVEL)
#undef LEVEL
};

static const char *const names[] = {
#define NAME(name, flags) #name,
    CPU_LEVELS(NAME)
#undef NAME
        NULL,
};

CpuFlags cpu_detect(void)
{
    CpuFlags built = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        built |= levels[i].flags;
    return detect() & built;
}

bool cpu_flags_of(const char *isa, CpuFlags *flags)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(levels[i].name, isa) == 0) {
            *flags = levels[i].flags;
            return true;
        }
    return false;
}

const char *const *cpu_isa_names(void)
{
    return names;
}

int cpu_cores(void)
{
    /* A machine with more CPUs than a cpu_set_t holds needs a larger set. */
    for (int cpus = CPU_SETSIZE; cpus <= CPU_SETSIZE * 64; cpus *= 4) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (!set)
            break;
        int failed = sched_getaffinity(0, CPU_ALLOC_SIZE(cpus), set);
        int count = failed ? 0 : CPU_COUNT_S(CPU_ALLOC_SIZE(cpus), set);
        CPU_FREE(set);
        if (count > 0)
            return count;
    }
    return 1;
}
