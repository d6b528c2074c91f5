#include "detector/kernels/kernels.h"

#include <string.h>

#include "detector/float16.h"

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
    return (size_t)panel_count(kernels, out_channels) * (size_t)kernels->panel * (size_t)depth;
}

/* Rows of `weight` are read half a cache line at a time: their distance is often a power of two, and a column
 * of them would fall into a few sets of the cache. */
void kernels_pack_panels(const Kernels *kernels, const uint8_t *weight, int depth, int out_channels,
                         uint16_t *panels, float *wide_panels)
{
    enum { STRIP = 16 };
    const size_t size = kernels_packed_size(kernels, depth, out_channels);
    int panel = kernels->panel;
    if (out_channels % panel != 0 && panels)
        memset(panels, 0, size * sizeof *panels);
    if (out_channels % panel != 0 && wide_panels)
        memset(wide_panels, 0, size * sizeof *wide_panels);
    for (int first = 0; first < out_channels; first += panel) {
        int channels = out_channels - first < panel ? out_channels - first : panel;
        for (int k = 0; k < depth; k += STRIP) {
            int end = depth - k < STRIP ? depth : k + STRIP;
            for (int n = 0; n < channels; n++) {
                size_t from = (size_t)(first + n) * (size_t)depth;
                size_t to = (size_t)first * (size_t)depth + (size_t)n;
                for (size_t i = (size_t)k; i < (size_t)end; i++) {
                    uint16_t half = float16_at(weight, from + i);
                    if (panels)
                        panels[to + i * (size_t)panel] = half;
                    else
                        wide_panels[to + i * (size_t)panel] = float16_widen(half);
                }
            }
        }
    }
}
