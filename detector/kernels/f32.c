#include "detector/kernels/f32.h"

#include <string.h>

#include "detector/base/float16.h"

static int panel_count(const F32Kernels *kernels, int out_channels)
{
    return (out_channels + kernels->panel - 1) / kernels->panel;
}

size_t f32_packed_size(const F32Kernels *kernels, int depth, int out_channels)
{
    return (size_t)panel_count(kernels, out_channels) * (size_t)kernels->panel * (size_t)depth;
}

/* Packs one tap of the output channels of one panel, whose weights begin at `weight`, to in_channels rows of
 * the panel. Weights are read half a cache line at a time: the distance from one output channel to the next
 * is often a power of two, and a column of single weights would be stored in a few sets of the cache. */
static void pack_tap(const uint8_t *weight, int in_channels, int taps, int tap, int channels, size_t panel,
                     uint16_t *halves, float *floats)
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
                    floats[i * panel + n] = float16_widen(half);
            }
    }
}

void f32_pack_panels(const F32Kernels *kernels, const uint8_t *weight, int in_channels, int taps,
                     int out_channels, DType dtype, void *packed)
{
    const int depth = in_channels * taps, panel = kernels->panel;
    uint16_t *halves = dtype == DTYPE_F16 ? packed : NULL;
    float *floats = dtype == DTYPE_F32 ? packed : NULL;
    if (out_channels % panel != 0)
        memset(packed, 0, f32_packed_size(kernels, depth, out_channels) * dtype_size(dtype));
    for (int first = 0; first < out_channels; first += panel) {
        int channels = out_channels - first < panel ? out_channels - first : panel;
        size_t begin = (size_t)first * (size_t)depth;
        for (int tap = 0; tap < taps; tap++) {
            size_t to = begin + (size_t)tap * (size_t)in_channels * (size_t)panel;
            pack_tap(weight + 2 * begin, in_channels, taps, tap, channels, (size_t)panel,
                     halves ? halves + to : NULL, floats ? floats + to : NULL);
        }
    }
}
