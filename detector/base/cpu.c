#include "detector/base/cpu.h"

#include <sched.h>
#include <string.h>

#if defined(__x86_64__) && (defined(LOOKOUT_HAVE_AVX2) || defined(LOOKOUT_HAVE_AVX512))
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
    int has_fma_f16c = (c & bit_FMA) && (c & bit_F16C);
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
#elif defined(__aarch64__)
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
    {"c", 0},
#ifdef LOOKOUT_HAVE_AVX2
    {"avx2", CPU_AVX2},
#endif
#ifdef LOOKOUT_HAVE_AVX512
    {"avx512", CPU_AVX512 | CPU_AVX2},
#endif
#ifdef LOOKOUT_HAVE_NEON
    {"neon", CPU_NEON},
#endif
};

static const char *const names[] = {
    "c",
#ifdef LOOKOUT_HAVE_AVX2
    "avx2",
#endif
#ifdef LOOKOUT_HAVE_AVX512
    "avx512",
#endif
#ifdef LOOKOUT_HAVE_NEON
    "neon",
#endif
    NULL,
};

CpuFlags cpu_detect(void)
{
    CpuFlags built = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        built |= levels[i].flags;
    return detect() & built;
}

int cpu_flags_of(const char *isa, CpuFlags *flags)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(levels[i].name, isa) == 0) {
            *flags = levels[i].flags;
            return 1;
        }
    return 0;
}

const char *const *cpu_isa_names(void)
{
    return names;
}

int cpu_cores(void)
{
    /* Machines with more CPUs than a cpu_set_t holds want a larger set. */
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
