#include "detector/kernels/kernels.h"

#include <string.h>

Kernels kernels_for(CpuFlags flags)
{
    Kernels kernels = {0};
    kernels_init_c(&kernels);
#ifdef LOOKOUT_HAVE_AVX2
    if (flags & CPU_AVX2)
        kernels_init_avx2(&kernels);
#endif
#ifdef LOOKOUT_HAVE_AVX512
    if (flags & CPU_AVX512)
        kernels_init_avx512(&kernels);
#endif
#ifdef LOOKOUT_HAVE_NEON
    if (flags & CPU_NEON)
        kernels_init_neon(&kernels);
#endif
    (void)flags;
    return kernels;
}

static int panel_count(const Kernels *kernels, int out_channels)
{
    return (out_channels + kernels->panel - 1) / kernels->panel;
}

size_t kernels_packed_size(const Kernels *kernels, int depth, int out_channels)
{
    return (size_t)panel_count(kernels, out_channels) * (size_t)kernels->panel * ((size_t)depth + 1);
}

/* Rows of `weight` are read a cache line at a time: their distance is often a power of two, and a column of
 * them would fall into a few sets of the cache. */
void kernels_pack_panels(const Kernels *kernels, const float *weight, const float *bias, int depth,
                         int out_channels, float *packed)
{
    enum { STRIP = 16 };
    int panel = kernels->panel;
    for (int first = 0; first < out_channels; first += panel) {
        int channels = out_channels - first < panel ? out_channels - first : panel;
        const float *rows = weight + (size_t)first * (size_t)depth;
        memcpy(packed, bias + first, (size_t)channels * sizeof *packed);
        if (channels < panel)
            memset(packed + channels, 0, (size_t)(panel - channels) * sizeof *packed);
        packed += panel;
        for (int k = 0; k < depth; k += STRIP) {
            int strip = depth - k < STRIP ? depth - k : STRIP;
            if (channels < panel)
                memset(packed, 0, (size_t)strip * (size_t)panel * sizeof *packed);
            for (int n = 0; n < channels; n++)
                for (int i = 0; i < strip; i++)
                    packed[i * panel + n] = rows[(size_t)n * (size_t)depth + (size_t)(k + i)];
            packed += strip * panel;
        }
    }
}
