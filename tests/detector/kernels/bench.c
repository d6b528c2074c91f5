#include "tests/detector/kernels/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/detector/kernels/report.h"

#define RUNS 301
#define RUN_SECONDS 100e-6

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct Call {
    const F32Kernels *kernels;
    const float *in, *weights;
    const uint16_t *panels;
    float *out, *widened;
    DType dtype; /* of pointwise weights */
    const uint8_t *bytes;
    int pixels, depth, channels, stride, padding, in_stride, out_rows;
} Call;

static void call_pointwise(const Call *call)
{
    const F32Pointwise layer = {
        .panels = call->dtype == DTYPE_F32 ? (const void *)call->weights : call->panels,
        .dtype = call->dtype,
        .bias = call->weights,
        .depth = call->depth,
        .channels = call->channels,
        .relu6 = true,
    };
    call->kernels->pointwise_tile(&layer, call->in, call->in_stride, call->pixels, call->out, call->channels,
                                  call->widened);
}

static void call_depthwise(const Call *call)
{
    const int width = call->pixels * call->stride;
    const ptrdiff_t pixel_stride = f32_pixel_stride(call->channels);
    const float *rows[2 * (F32_DEPTHWISE_MAX_ROWS - 1) + 3];
    for (int row = 0; row < call->stride * (call->out_rows - 1) + 3; row++)
        rows[row] = call->in + row * width * pixel_stride;
    F32DepthwiseRows *depthwise =
        call->stride == 1 ? call->kernels->depthwise_s1 : call->kernels->depthwise_s2;
    depthwise(rows, call->out_rows, width, call->padding, 0, call->pixels, call->weights,
              call->weights + 9 * call->channels, call->channels, pixel_stride, call->out);
}

static void call_convolution(const Call *call)
{
    const ptrdiff_t row = (2 * call->pixels + 2) * 3;
    const float *const rows[3] = {call->in, call->in + row, call->in + 2 * row};
    call->kernels->convolution_row(rows, call->pixels, call->weights, call->weights + 27 * call->channels,
                                   call->channels, call->out);
}

static void call_folded(const Call *call)
{
    const ptrdiff_t row = (2 * call->pixels + 2) * 3;
    const float *const rows[3] = {call->in, call->in + row, call->in + 2 * row};
    call->kernels->convolution_folded(rows, call->pixels, call->weights, call->weights + 27 * call->channels,
                                      call->channels, call->out);
}

static void call_normalise(const Call *call)
{
    call->kernels->normalise_row(call->bytes, call->pixels * 3, call->out);
}

static void call_peak(const Call *call)
{
    call->kernels->peak(call->depth);
}

typedef struct Timing {
    double best, median; /* seconds a call */
} Timing;

static Timing time_call(void (*function)(const Call *), const Call *call)
{
    int repeats = 1;
    for (double elapsed = 0; elapsed < RUN_SECONDS && repeats < 1 << 20; repeats *= 2) {
        const double start = now();
        for (int i = 0; i < repeats; i++)
            function(call);
        elapsed = now() - start;
    }
    double runs[RUNS];
    for (int run = 0; run < RUNS; run++) {
        const double start = now();
        for (int i = 0; i < repeats; i++)
            function(call);
        runs[run] = (now() - start) / repeats;
    }
    qsort(runs, RUNS, sizeof *runs, compare_doubles);
    return (Timing){runs[0], runs[RUNS / 2]};
}

static void print_line(const char *name, Timing timing, double operations, double peak)
{
    printf("  %-44s %9.3f us  %7.1f GFLOP/s  best %5.1f %%  median %5.1f %%\n", name, 1e6 * timing.median,
           1e-9 * operations / timing.median, 100 * operations / timing.best / peak,
           100 * operations / timing.median / peak);
}

void bench_kernels(const Kernels *kernels)
{
    const size_t floats = 1 << 21;
    float *in = aligned_alloc(KERNEL_ALIGNMENT, floats * sizeof(float));
    float *weights = aligned_alloc(KERNEL_ALIGNMENT, floats * sizeof(float));
    float *out = aligned_alloc(KERNEL_ALIGNMENT, floats * sizeof(float));
    float *widened = aligned_alloc(KERNEL_ALIGNMENT, floats * sizeof(float));
    uint16_t *panels = aligned_alloc(KERNEL_ALIGNMENT, floats * sizeof(uint16_t));
    if (!in || !weights || !out || !widened || !panels)
        abort();
    for (size_t i = 0; i < floats; i++) {
        in[i] = random_float();
        weights[i] = 0.01f * random_float();
        out[i] = 0;
        widened[i] = 0;
        panels[i] = (uint16_t)random_below(0x2000); /* up to 1/128 */
    }

    Call call = {.kernels = &kernels->f32,
                 .in = in,
                 .weights = weights,
                 .panels = panels,
                 .out = out,
                 .widened = widened,
                 .bytes = (const uint8_t *)in};
    call.depth = 2000;
    const double operations = kernels->f32.peak(call.depth);
    const double peak = operations / time_call(call_peak, &call).best;
    printf("%s: peak %.1f GFLOP/s\n", kernels->isa, 1e-9 * peak);

    static const struct {
        int pixels, depth, channels, in_stride;
    } pointwise[] = {{28, 32, 64, 32},       {28, 64, 128, 64},   {28, 128, 128, 128}, {28, 256, 256, 256},
                     {14, 512, 512, 512},    {14, 512, 512, 528}, {7, 512, 1024, 528}, {49, 1024, 1024, 1024},
                     {49, 1024, 1024, 1040}, {28, 16, 32, 16},    {28, 48, 96, 48},    {28, 256, 144, 256},
                     {16, 256, 64, 256},     {8, 256, 64, 256},   {4, 256, 128, 256},  {3, 256, 128, 256},
                     {2, 256, 128, 256},     {1, 256, 128, 256},  {4, 256, 512, 256},  {1, 256, 512, 256}};
    char name[100];
    for (size_t i = 0; i < sizeof pointwise / sizeof *pointwise; i++) {
        call.pixels = pointwise[i].pixels;
        call.depth = pointwise[i].depth;
        call.channels = pointwise[i].channels;
        call.in_stride = pointwise[i].in_stride;
        call.dtype = call.depth * call.channels <= 1 << 16 ? DTYPE_F32 : DTYPE_F16;
        snprintf(name, sizeof name, "pointwise %d pixels, %d (stride %d) -> %d, %s", call.pixels, call.depth,
                 call.in_stride, call.channels, call.dtype == DTYPE_F32 ? "float32" : "float16");
        print_line(name, time_call(call_pointwise, &call), 2.0 * call.pixels * call.depth * call.channels,
                   peak);
    }

    static const struct {
        int width, channels;
    } rows[] = {{112, 16}, {112, 32}, {56, 64}, {56, 128}, {28, 128},
                {28, 256}, {14, 512}, {7, 512}, {7, 1024}};
    static const struct {
        int stride, padding;
    } layers[] = {{1, 1}, {2, 1}, {2, 0}};
    for (size_t i = 0; i < 6 * (sizeof rows / sizeof *rows); i++) {
        call.stride = layers[i / 2 % 3].stride;
        call.padding = layers[i / 2 % 3].padding;
        call.out_rows = i % 2 ? 4 : 1;
        call.pixels = rows[i / 6].width;
        call.channels = rows[i / 6].channels;
        snprintf(name, sizeof name, "depthwise, stride %d, padding %d, %d x %d x %d", call.stride,
                 call.padding, call.out_rows, call.pixels, call.channels);
        print_line(name, time_call(call_depthwise, &call), 18.0 * call.out_rows * call.pixels * call.channels,
                   peak);
    }

    for (int channels = 16; channels <= 32; channels += 16) {
        call.pixels = 112;
        call.channels = channels;
        snprintf(name, sizeof name, "convolution row, 112 x %d", channels);
        print_line(name, time_call(call_convolution, &call), 54.0 * call.pixels * channels, peak);
    }
    if (kernels->f32.convolution_folded) {
        call.channels = F32_LANES;
        snprintf(name, sizeof name, "folded convolution row, %d x %d", call.pixels, F32_FOLDED_CHANNELS);
        print_line(name, time_call(call_folded, &call), 54.0 * call.pixels * F32_FOLDED_CHANNELS, peak);
    }
    call.pixels = 224;
    print_line("normalise row, 224 pixels", time_call(call_normalise, &call), 2.0 * 3 * call.pixels, peak);
    free(in);
    free(weights);
    free(out);
    free(widened);
    free(panels);
}
