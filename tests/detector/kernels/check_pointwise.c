#include "tests/detector/kernels/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/detector/kernels/buffer.h"
#include "tests/detector/kernels/expected.h"

#define MAX_PIXELS 49

/* A convolution with its expected outputs, [pixels][out_channels], without and with ReLU6. */
typedef struct Problem {
    int depth, taps, out_channels, in_stride;
    Buffer in;
    uint8_t *weight; /* [out_channels][depth / taps][taps] float16, at an odd address */
    Buffer bias;     /* [out_channels], padded with zeros */
    Expected *expected[2];
} Problem;

/* A finite half of a magnitude below 4; one in 32 is subnormal or zero. */
static uint32_t random_half(void)
{
    const uint32_t magnitude = random_below(32) ? random_below(0x4400) : random_below(0x400);
    return magnitude | random_below(2) << 15;
}

/* IEEE 754 binary16, little-endian. */
static float half_value(const uint8_t *bytes)
{
    const int bits = bytes[0] | bytes[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double magnitude = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return (float)(bits >> 15 ? -magnitude : magnitude);
}

/* Of the k-th input that output channel n multiplies: the inputs come tap by tap. */
static float weight_of(const Problem *problem, int n, int k)
{
    const int inputs = problem->depth / problem->taps;
    const int index = (n * inputs + k % inputs) * problem->taps + k / inputs;
    return half_value(&problem->weight[2 * index]);
}

static Problem problem_create(int depth, int out_channels)
{
    Problem problem = {.depth = depth,
                       .taps = depth % 9 == 0 ? 9 : 1, /* a dense 3x3 layer, or a pointwise one */
                       .out_channels = out_channels,
                       .in_stride = f32_pad(depth) + F32_LANES * (int)random_below(3)};
    problem.in = buffer_create((size_t)MAX_PIXELS * (size_t)problem.in_stride, BUFFER_AT_END);
    problem.weight = malloc((size_t)out_channels * (size_t)depth * 2 + 1);
    problem.bias = buffer_create((size_t)f32_pad(out_channels), BUFFER_AT_END);
    for (int relu6 = 0; relu6 < 2; relu6++)
        problem.expected[relu6] = malloc((size_t)MAX_PIXELS * (size_t)out_channels * sizeof(Expected));
    if (!problem.weight || !problem.expected[0] || !problem.expected[1])
        abort();

    for (int p = 0; p < MAX_PIXELS; p++)
        for (int k = 0; k < depth; k++)
            problem.in.data[p * problem.in_stride + k] = random_float();
    problem.weight++;
    for (int i = 0; i < out_channels * depth; i++) {
        const uint32_t half = random_half();
        problem.weight[2 * i] = (uint8_t)half;
        problem.weight[2 * i + 1] = (uint8_t)(half >> 8);
    }
    for (int n = 0; n < f32_pad(out_channels); n++)
        problem.bias.data[n] = n < out_channels ? 4 * random_float() : 0;
    for (int p = 0; p < MAX_PIXELS; p++)
        for (int n = 0; n < out_channels; n++) {
            Expected sum = expected_start(problem.bias.data[n]);
            for (int k = 0; k < depth; k++)
                expected_add(&sum, problem.in.data[p * problem.in_stride + k], weight_of(&problem, n, k));
            for (int relu6 = 0; relu6 < 2; relu6++)
                problem.expected[relu6][p * out_channels + n] = expected_end(sum, relu6);
        }
    return problem;
}

static void problem_destroy(Problem *problem)
{
    buffer_destroy(&problem->in);
    free(problem->weight - 1);
    buffer_destroy(&problem->bias);
    for (int relu6 = 0; relu6 < 2; relu6++)
        free(problem->expected[relu6]);
}

/* The first out_channels channels of a problem, as kernels take them. */
typedef struct Packed {
    int out_channels;
    Buffer panels[2]; /* of float16, and of float32 */
    Buffer bias, widened;
} Packed;

static const DType panel_types[2] = {DTYPE_F16, DTYPE_F32};

static Packed pack(Report *report, const Problem *problem, int out_channels)
{
    const F32Kernels *kernels = &report->kernels->f32;
    const size_t values = f32_packed_size(kernels, problem->depth, out_channels);
    const size_t channels = (size_t)f32_pad(out_channels);
    Packed packed = {
        .out_channels = out_channels,
        /* A row of a panel has at least 16 halves; one more if that makes it end unaligned. */
        .panels = {buffer_create((values / 2 + 15) / 16 * 16, BUFFER_AT_END),
                   buffer_create(values, BUFFER_AT_END)},
        .bias = buffer_create(channels, BUFFER_AT_END),
        .widened = buffer_create((size_t)problem->depth * (size_t)kernels->panel, BUFFER_AT_END),
    };
    for (size_t n = 0; n < channels; n++)
        packed.bias.data[n] = n < (size_t)out_channels ? problem->bias.data[n] : 0;
    for (int i = 0; i < 2; i++) {
        f32_pack_panels(kernels, problem->weight, problem->depth / problem->taps, problem->taps, out_channels,
                        panel_types[i], packed.panels[i].data);
        if (!buffer_intact(&packed.panels[i]))
            report_failure(report, "f32_pack_panels wrote out of bounds: depth %d, %d channels",
                           problem->depth, out_channels);
    }
    return packed;
}

static void packed_destroy(Packed *packed)
{
    buffer_destroy(&packed->panels[0]);
    buffer_destroy(&packed->panels[1]);
    buffer_destroy(&packed->bias);
    buffer_destroy(&packed->widened);
}

/* Pixels first..first+pixels-1 of the problem. */
static void check_tile(Report *report, const Problem *problem, const Packed *packed, int first, int pixels,
                       int type)
{
    const int out_channels = packed->out_channels, channels = f32_pad(out_channels);
    const int relu6 = (int)random_below(2), out_stride = channels + F32_LANES * (int)random_below(3);
    Buffer out =
        buffer_create((size_t)pixels * (size_t)out_stride, random_below(2) ? BUFFER_AT_START : BUFFER_AT_END);
    const F32Pointwise layer = {
        .panels = packed->panels[type].data,
        .dtype = panel_types[type],
        .bias = packed->bias.data,
        .depth = problem->depth,
        .channels = channels,
        .relu6 = relu6 != 0,
    };
    report->kernels->f32.pointwise_tile(&layer, problem->in.data + (ptrdiff_t)first * problem->in_stride,
                                        problem->in_stride, pixels, out.data, out_stride,
                                        packed->widened.data);
    report->checks++;

    const char *what = buffer_intact(&out) && buffer_intact(&packed->widened) ? NULL : "wrote out of bounds";
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
            "%d, relu6 %d, %s",
            what, pixel, channel, pixels, problem->depth, out_channels, problem->in_stride, out_stride, relu6,
            type ? "float32" : "float16");
    buffer_destroy(&out);
}

/* All numbers of pixels, from any pixel on, with the first out_channels channels. */
static void check_tiles(Report *report, const Problem *problem, int out_channels)
{
    Packed packed = pack(report, problem, out_channels);
    for (int pixels = 1; pixels <= 40; pixels++) {
        const int first = (int)random_below((uint32_t)(MAX_PIXELS - pixels + 1));
        check_tile(report, problem, &packed, first, pixels, 0);
        check_tile(report, problem, &packed, first, pixels, 1);
    }
    check_tile(report, problem, &packed, 0, MAX_PIXELS, 0);
    packed_destroy(&packed);
}

void check_pointwise_tile(Report *report)
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
    } large[] = {{128, 144}, {1152, 64}, {256, 224}, {512, 512}, {1024, 216}};
    const size_t larges = report->quick ? 1 : sizeof large / sizeof *large;
    for (size_t i = 0; i < larges; i++) {
        Problem problem = problem_create(large[i].depth, large[i].channels);
        check_tiles(report, &problem, large[i].channels);
        problem_destroy(&problem);
    }
}
