#include "detector/kernels/kernels.h"

#include <string.h>

#include "detector/base/float16.h"

Kernels kernels_for(CpuFlags flags)
{
    Kernels kernels = {0};
#define INIT(isa, needed)                                                                                    \
    if ((flags & (needed)) == (needed))                                                                      \
        kernels_init_##isa(&kernels);
    CPU_LEVELS(INIT)
#undef INIT
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

/* One tap of the output channels of one panel, which begin at `weight`, to in_channels rows of the panel.
 * Rows are read half a cache line at a time: their distance is often a power of two, and a column of them
 * would fall into a few sets of the cache. */
static void pack_tap(const uint8_t *weight, int in_channels, int taps, int tap, int channels, size_t panel,
                     uint16_t *halves, float *wide)
{
    enum { STRIP = 16 };
    const size_t row = (size_t)in_channels * (size_t)taps;
    for (int k = 0; k < in_channels; k += STRIP) {
        int end = in_channels - k < STRIP ? in_channels : k + STRIP;
        for (size_t n = 0; n < (size_t)channels; n++)
            for (size_t i = (size_t)k; i < (size_t)end; i++) {
                uint16_t half = float16_at(weight, n * row + i * (size_t)taps + (size_t)tap);
                if (halves)
                    halves[i * panel + n] = half;
                else
                    wide[i * panel + n] = float16_widen(half);
            }
    }
}

void kernels_pack_panels(const Kernels *kernels, const uint8_t *weight, int in_channels, int taps,
                         int out_channels, uint16_t *panels, float *wide_panels)
{
    const int depth = in_channels * taps, panel = kernels->panel;
    const size_t size = kernels_packed_size(kernels, depth, out_channels);
    if (out_channels % panel != 0 && panels)
        memset(panels, 0, size * sizeof *panels);
    if (out_channels % panel != 0 && wide_panels)
        memset(wide_panels, 0, size * sizeof *wide_panels);
    for (int first = 0; first < out_channels; first += panel) {
        int channels = out_channels - first < panel ? out_channels - first : panel;
        size_t begin = (size_t)first * (size_t)depth;
        for (int tap = 0; tap < taps; tap++) {
            size_t to = begin + (size_t)tap * (size_t)in_channels * (size_t)panel;
            pack_tap(weight + 2 * begin, in_channels, taps, tap, channels, (size_t)panel,
                     panels ? panels + to : NULL, panels ? NULL : wide_panels + to);
        }
    }
}
