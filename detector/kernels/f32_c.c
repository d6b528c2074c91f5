/*
 * The reference that every other kernel is compared with, and the kernels of CPUs without a faster set.
 * Vectors of four are written out, since gcc keeps plain arrays of sums in memory; every x86-64 and armv8-a
 * has them.
 */
#include "detector/base/float16.h"
#include "detector/kernels/f32.h"

#define TILE 2

typedef float Float4 __attribute__((vector_size(16), may_alias));
typedef int32_t Int4 __attribute__((vector_size(16)));
#define VECTORS (F32_LANES / 4)

static inline Float4 splat(float x)
{
    return (Float4){x, x, x, x};
}

/* min(max(x, 0), 6); NaN becomes 0. */
static inline Float4 clamp6(Float4 x)
{
    x = (Float4)((Int4)x & (x > 0));
    Int4 below = x < 6;
    return (Float4)(((Int4)x & below) | ((Int4)splat(6) & ~below));
}

static void f32_normalise_1x1_c(const uint8_t *restrict in, int count, float *restrict out)
{
    for (int i = 0; i < count; i++)
        out[i] = ((float)in[i] - 127.5f) * (1 / 127.5f);
}

static void f32_convolution_1x16_c(const float *const rows[3], int width, const float *weights,
                                   const float *bias, int channels, float *out)
{
    for (int x = 0; x < width; x++, out += channels)
        for (int c = 0; c < channels; c += F32_LANES) {
            Float4 sum[VECTORS];
            for (int i = 0; i < VECTORS; i++)
                sum[i] = ((const Float4 *)(bias + c))[i];
            for (int tap = 0; tap < 27; tap++) {
                Float4 value = splat(rows[tap / 9][6 * x + tap % 9]);
                const Float4 *weight = (const Float4 *)(weights + (ptrdiff_t)tap * channels + c);
                for (int i = 0; i < VECTORS; i++)
                    sum[i] += value * weight[i];
            }
            for (int i = 0; i < VECTORS; i++)
                ((Float4 *)(out + c))[i] = clamp6(sum[i]);
        }
}

static void depthwise_row(const float *const rows[3], int in_width, int padding, int x_begin, int x_end,
                          int stride, const float *weights, const float *bias, int channels,
                          ptrdiff_t pixel_stride, float *out)
{
    for (int x = x_begin; x < x_end; x++, out += pixel_stride) {
        int left = x * stride - padding;
        int first = left < 0 ? 1 : 0, last = left + 2 < in_width ? 2 : in_width - 1 - left;
        for (int c = 0; c < channels; c += F32_LANES) {
            Float4 sum[VECTORS];
            for (int i = 0; i < VECTORS; i++)
                sum[i] = ((const Float4 *)(bias + c))[i];
            for (int row = 0; row < 3; row++)
                for (int column = first; column <= last; column++) {
                    const Float4 *in = (const Float4 *)(rows[row] + (left + column) * pixel_stride + c);
                    const Float4 *weight =
                        (const Float4 *)(weights + (ptrdiff_t)(row * 3 + column) * channels + c);
                    for (int i = 0; i < VECTORS; i++)
                        sum[i] += in[i] * weight[i];
                }
            for (int i = 0; i < VECTORS; i++)
                ((Float4 *)(out + c))[i] = clamp6(sum[i]);
        }
    }
}

static void f32_depthwise_s1_1x16_c(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    for (int y = 0; y < out_rows; y++, out += (x_end - x_begin) * pixel_stride)
        depthwise_row(rows + y, in_width, padding, x_begin, x_end, 1, weights, bias, channels, pixel_stride,
                      out);
}

static void f32_depthwise_s2_1x16_c(const float *const rows[], int out_rows, int in_width, int padding,
                                    int x_begin, int x_end, const float *weights, const float *bias,
                                    int channels, ptrdiff_t pixel_stride, float *out)
{
    for (int y = 0; y < out_rows; y++, out += (x_end - x_begin) * pixel_stride)
        depthwise_row(rows + 2 * y, in_width, padding, x_begin, x_end, 2, weights, bias, channels,
                      pixel_stride, out);
}

/* `pixels` (a constant where this is inlined) times one panel of F32_LANES channels. */
static inline void multiply_panel(const float *in, ptrdiff_t in_stride, int pixels, const float *panel,
                                  const float *bias, int depth, float *out, ptrdiff_t out_stride, int relu6)
{
    Float4 sum[TILE][VECTORS];
    for (int p = 0; p < pixels; p++)
        for (int i = 0; i < VECTORS; i++)
            sum[p][i] = ((const Float4 *)bias)[i];
    for (int k = 0; k < depth; k++, panel += F32_LANES) {
        for (int p = 0; p < pixels; p++) {
            Float4 value = splat(in[p * in_stride + k]);
            for (int i = 0; i < VECTORS; i++)
                sum[p][i] += value * ((const Float4 *)panel)[i];
        }
    }
    for (int p = 0; p < pixels; p++)
        for (int i = 0; i < VECTORS; i++)
            ((Float4 *)(out + p * out_stride))[i] = relu6 ? clamp6(sum[p][i]) : sum[p][i];
}

static void f32_pointwise_2x16_c(const F32Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                 float *out, ptrdiff_t out_stride, float *widened)
{
    const ptrdiff_t panel_size = (ptrdiff_t)F32_LANES * layer->depth;
    for (int n = 0; n < layer->channels; n += F32_LANES) {
        const ptrdiff_t first = n / F32_LANES * panel_size;
        const float *floats = widened;
        if (layer->dtype == DTYPE_F16)
            for (ptrdiff_t i = 0; i < panel_size; i++)
                widened[i] = float16_widen(((const uint16_t *)layer->panels)[first + i]);
        else
            floats = (const float *)layer->panels + first;
        int p = 0;
        for (; p + TILE <= pixels; p += TILE)
            multiply_panel(in + p * in_stride, in_stride, TILE, floats, layer->bias + n, layer->depth,
                           out + p * out_stride + n, out_stride, layer->relu6);
        for (; p < pixels; p++)
            multiply_panel(in + p * in_stride, in_stride, 1, floats, layer->bias + n, layer->depth,
                           out + p * out_stride + n, out_stride, layer->relu6);
    }
}

static double f32_peak_12x4_c(int iterations)
{
    enum { CHAINS = 12 };
    Float4 sum[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++)
        sum[chain] = splat((float)chain);
    for (int iteration = 0; iteration < iterations; iteration++)
        for (int chain = 0; chain < CHAINS; chain++)
            sum[chain] = sum[chain] * 0.5f + 1.0f;
    for (int chain = 1; chain < CHAINS; chain++)
        sum[0] += sum[chain];
    volatile float keep = sum[0][0] + sum[0][1] + sum[0][2] + sum[0][3];
    (void)keep;
    return 2.0 * 4 * CHAINS * iterations;
}

void f32_init_c(F32Kernels *kernels)
{
    *kernels = (F32Kernels){
        .panel = F32_LANES,
        .tile = TILE,
        .normalise_row = f32_normalise_1x1_c,
        .convolution_row = f32_convolution_1x16_c,
        .depthwise_s1 = f32_depthwise_s1_1x16_c,
        .depthwise_s2 = f32_depthwise_s2_1x16_c,
        .pointwise_tile = f32_pointwise_2x16_c,
        .peak = f32_peak_12x4_c,
    };
}
