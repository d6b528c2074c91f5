#include "tests/kernel/check.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS 49

/* A convolution with its expected outputs, [pixels][out_channels], without and with ReLU6. */
typedef struct Problem {
    int depth, out_channels, in_stride;
    Buffer in;
    float *weight, *bias; /* [out_channels][depth], [out_channels] */
    Expected *expected[2];
} Problem;

static Problem problem_create(int depth, int out_channels)
{
    Problem problem = {.depth = depth,
                       .out_channels = out_channels,
                       .in_stride = kernel_pad(depth) + KERNEL_LANES * (int)random_below(3)};
    problem.in = buffer_create((size_t)MAX_PIXELS * (size_t)problem.in_stride, BUFFER_AT_END);
    problem.weight = malloc((size_t)out_channels * (size_t)depth * sizeof(float));
    problem.bias = malloc((size_t)out_channels * sizeof(float));
    for (int relu6 = 0; relu6 < 2; relu6++)
        problem.expected[relu6] = malloc((size_t)MAX_PIXELS * (size_t)out_channels * sizeof(Expected));
    if (!problem.weight || !problem.bias || !problem.expected[0] || !problem.expected[1])
        abort();

    for (int p = 0; p < MAX_PIXELS; p++)
        for (int k = 0; k < depth; k++)
            problem.in.data[p * problem.in_stride + k] = random_float();
    for (int i = 0; i < out_channels * depth; i++)
        problem.weight[i] = 4 * random_float();
    for (int n = 0; n < out_channels; n++)
        problem.bias[n] = 4 * random_float();
    for (int p = 0; p < MAX_PIXELS; p++)
        for (int n = 0; n < out_channels; n++) {
            Expected sum = expected_start(problem.bias[n]);
            for (int k = 0; k < depth; k++)
                expected_add(&sum, problem.in.data[p * problem.in_stride + k], problem.weight[n * depth + k]);
            for (int relu6 = 0; relu6 < 2; relu6++)
                problem.expected[relu6][p * out_channels + n] = expected_end(sum, relu6);
        }
    return problem;
}

static void problem_destroy(Problem *problem)
{
    buffer_destroy(&problem->in);
    free(problem->weight);
    free(problem->bias);
    for (int relu6 = 0; relu6 < 2; relu6++)
        free(problem->expected[relu6]);
}

static Buffer pack(Report *report, const Problem *problem, int out_channels)
{
    /* Rounded up, so that the panels are aligned and end at the inaccessible page. */
    Buffer panels =
        buffer_create(kernels_packed_size(report->kernels, problem->depth, out_channels), BUFFER_AT_END);
    kernels_pack_panels(report->kernels, problem->weight, problem->bias, problem->depth, out_channels,
                        panels.data);
    if (!buffer_intact(&panels))
        report_failure(report, "kernels_pack_panels wrote out of bounds: depth %d, %d channels",
                       problem->depth, out_channels);
    return panels;
}

/* Pixels first..first+pixels-1 of the problem with its first out_channels channels. */
static void check_tile(Report *report, const Problem *problem, const Buffer *panels, int out_channels,
                       int first, int pixels)
{
    const int channels = kernel_pad(out_channels), relu6 = (int)random_below(2);
    const int out_stride = channels + KERNEL_LANES * (int)random_below(3);
    Buffer out =
        buffer_create((size_t)pixels * (size_t)out_stride, random_below(2) ? BUFFER_AT_START : BUFFER_AT_END);
    report->kernels->pointwise_tile(problem->in.data + (ptrdiff_t)first * problem->in_stride,
                                    problem->in_stride, pixels, panels->data, problem->depth, channels,
                                    out.data, out_stride, relu6);
    report->checks++;

    const char *what = buffer_intact(&out) ? NULL : "wrote out of bounds";
    int pixel = 0, channel = 0;
    for (int p = 0; p < pixels && !what; p++)
        for (int n = 0; n < out_stride && !what; n++) {
            const float value = out.data[p * out_stride + n];
            const Expected *expected =
                &problem->expected[relu6][(first + p) * problem->out_channels + (n < out_channels ? n : 0)];
            if (n < out_channels && !as_expected(report->kernels, expected, value))
                what = "wrong value";
            else if (n >= out_channels && n < channels && value != 0)
                what = "padding is not zero";
            else if (n >= channels && !is_untouched(value))
                what = "wrote between two pixels";
            pixel = p;
            channel = n;
        }
    if (what)
        report_failure(
            report,
            "pointwise_tile: %s at pixel %d, channel %d: %d pixels, depth %d, %d channels, strides %d and "
            "%d, relu6 %d",
            what, pixel, channel, pixels, problem->depth, out_channels, problem->in_stride, out_stride,
            relu6);
    buffer_destroy(&out);
}

/* All numbers of pixels, from any pixel on, with the first out_channels channels. */
static void check_tiles(Report *report, const Problem *problem, int out_channels)
{
    Buffer panels = pack(report, problem, out_channels);
    for (int pixels = 1; pixels <= 40; pixels++)
        check_tile(report, problem, &panels, out_channels,
                   (int)random_below((uint32_t)(MAX_PIXELS - pixels + 1)), pixels);
    check_tile(report, problem, &panels, out_channels, 0, MAX_PIXELS);
    buffer_destroy(&panels);
}

void check_pointwise(Report *report)
{
    static const int channels[] = {1, 8, 16, 24, 32, 33, 48, 64, 80, 108, 112, 128};
    for (int depth = 1; depth <= 70; depth += report->quick ? 5 : 1) {
        Problem problem = problem_create(depth, 128);
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
            /* Every depth with some channels, every number of channels with some depths. */
            if (depth <= 20 || (size_t)depth % 6 == i % 6)
                check_tiles(report, &problem, channels[i]);
        problem_destroy(&problem);
    }

    static const struct {
        int depth, channels;
    } large[] = {{128, 144}, {256, 224}, {512, 512}, {1024, 216}};
    const size_t larges = report->quick ? 1 : sizeof large / sizeof *large;
    for (size_t i = 0; i < larges; i++) {
        Problem problem = problem_create(large[i].depth, large[i].channels);
        check_tiles(report, &problem, large[i].channels);
        problem_destroy(&problem);
    }
}
