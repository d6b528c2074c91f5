#include "tests/detector/kernels/check.h"

#include <stdlib.h>
#include <string.h>

#include "tests/detector/kernels/buffer.h"
#include "tests/detector/kernels/expected.h"

static void fill(float *data, size_t count, float scale)
{
    for (size_t i = 0; i < count; i++)
        data[i] = scale * random_float();
}

/* weights: [taps][channels], bias: [channels]; zeros from out_channels on, as they are packed. */
static void fill_weights(Buffer *weights, Buffer *bias, int taps, int out_channels, int channels)
{
    for (int row = 0; row <= taps; row++) {
        float *to = row < taps ? weights->data + row * channels : bias->data;
        fill(to, (size_t)out_channels, 2);
        memset(to + out_channels, 0, (size_t)(channels - out_channels) * sizeof(float));
    }
}

#define MAX_ROWS (2 * (F32_DEPTHWISE_MAX_ROWS - 1) + 3)

typedef struct Depthwise {
    int width, stride, padding, channels, padded, pixel_stride;
    Buffer rows[MAX_ROWS], weights, bias;
} Depthwise;

static Expected expected_depthwise(const Depthwise *depthwise, int y, int x, int channel)
{
    Expected sum = expected_start(depthwise->bias.data[channel]);
    for (int tap = 0; tap < 9; tap++) {
        const int column = x * depthwise->stride - depthwise->padding + tap % 3;
        const int row = y * depthwise->stride + tap / 3;
        const float value = column < 0 || column >= depthwise->width
                                ? 0
                                : depthwise->rows[row].data[column * depthwise->pixel_stride + channel];
        expected_add(&sum, value, depthwise->weights.data[tap * depthwise->padded + channel]);
    }
    return expected_end(sum, 1);
}

/* The outputs, for the caller to destroy. */
static Buffer check_columns(Report *report, const Depthwise *depthwise, int out_rows, int begin, int end)
{
    const int padded = depthwise->padded;
    const float *rows[MAX_ROWS] = {NULL};
    for (int row = 0; row < depthwise->stride * (out_rows - 1) + 3; row++)
        rows[row] = depthwise->rows[row].data;
    Buffer out = buffer_create((size_t)(out_rows * (end - begin)) * (size_t)depthwise->pixel_stride,
                               random_below(2) ? BUFFER_AT_START : BUFFER_AT_END);
    const F32Kernels *kernels = &report->kernels->f32;
    (depthwise->stride == 1 ? kernels->depthwise_s1 : kernels->depthwise_s2)(
        rows, out_rows, depthwise->width, depthwise->padding, begin, end, depthwise->weights.data,
        depthwise->bias.data, padded, depthwise->pixel_stride, out.data);
    report->checks++;

    const char *what = buffer_intact(&out) ? NULL : "wrote out of bounds";
    int row = 0, column = 0, channel = 0;
    for (int i = 0; i < out_rows * (end - begin) && !what; i++)
        for (int c = 0; c < depthwise->pixel_stride && !what; c++) {
            const float value = out.data[i * depthwise->pixel_stride + c];
            row = i / (end - begin);
            column = begin + i % (end - begin);
            if (c >= padded) {
                if (!is_untouched(value))
                    what = "wrote between two pixels";
            } else if (c >= depthwise->channels) {
                if (value != 0)
                    what = "padding is not zero";
            } else {
                const Expected expected = expected_depthwise(depthwise, row, column, c);
                if (!as_expected(report->kernels, &expected, value))
                    what = "wrong value";
            }
            channel = c;
        }
    if (what)
        report_failure(
            report,
            "depthwise_rows, stride %d, padding %d: %s at row %d of %d, column %d, channel %d: columns %d to "
            "%d of %d, %d channels",
            depthwise->stride, depthwise->padding, what, row, out_rows, column, channel, begin, end,
            depthwise->width, depthwise->channels);
    return out;
}

/* Every part of the rows has to be what it is in `whole`, which holds all columns, bit by bit. */
static void check_splits(Report *report, const Depthwise *depthwise, int out_rows, int out_width,
                         const Buffer *whole)
{
    const size_t pixel_bytes = (size_t)depthwise->padded * sizeof(float);
    for (int begin = 0; begin < out_width; begin++)
        for (int end = begin + 1; end <= out_width; end++) {
            Buffer part = check_columns(report, depthwise, out_rows, begin, end);
            for (int i = 0; i < out_rows * (end - begin); i++) {
                const int row = i / (end - begin), column = begin + i % (end - begin);
                const int in_whole = (row * out_width + column) * depthwise->pixel_stride;
                if (memcmp(part.data + i * depthwise->pixel_stride, whole->data + in_whole, pixel_bytes) == 0)
                    continue;
                report_failure(report,
                               "depthwise_rows, stride %d, padding %d: row %d, column %d of %d rows, columns "
                               "%d to %d differs from the whole row, of width %d",
                               depthwise->stride, depthwise->padding, row, column, out_rows, begin, end,
                               depthwise->width);
                break;
            }
            buffer_destroy(&part);
        }
}

static void check_depthwise_row(Report *report, int width, int stride, int padding, int channels)
{
    Depthwise depthwise = {.width = width,
                           .stride = stride,
                           .padding = padding,
                           .channels = channels,
                           .padded = f32_pad(channels),
                           .pixel_stride = f32_pad(channels) + F32_LANES * (int)random_below(2)};
    const size_t padded = (size_t)depthwise.padded;
    depthwise.weights = buffer_create(9 * padded, BUFFER_AT_END);
    depthwise.bias = buffer_create(padded, BUFFER_AT_END);
    fill_weights(&depthwise.weights, &depthwise.bias, 9, channels, depthwise.padded);
    for (int row = 0; row < MAX_ROWS; row++) {
        depthwise.rows[row] = buffer_create((size_t)width * (size_t)depthwise.pixel_stride,
                                            row % 2 ? BUFFER_AT_END : BUFFER_AT_START);
        for (int x = 0; x < width; x++) /* padding stays NaN */
            fill(depthwise.rows[row].data + x * depthwise.pixel_stride, (size_t)channels, 3);
    }

    const int out_width = (width + stride - 1) / stride;
    for (int out_rows = 1; out_rows <= F32_DEPTHWISE_MAX_ROWS; out_rows++) {
        Buffer whole = check_columns(report, &depthwise, out_rows, 0, out_width);
        if (out_width <= 14 && out_rows <= 3) /* one row, a pair, and both */
            check_splits(report, &depthwise, out_rows, out_width, &whole);
        buffer_destroy(&whole);
    }

    for (int row = 0; row < MAX_ROWS; row++)
        buffer_destroy(&depthwise.rows[row]);
    buffer_destroy(&depthwise.weights);
    buffer_destroy(&depthwise.bias);
}

static void check_depthwise_layers(Report *report, int stride, int padding)
{
    static const int channels[] = {1, 8, 16, 24, 32, 48, 64, 80, 112};
    for (int width = 1; width <= 24; width += report->quick ? 5 : 1)
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
            if ((size_t)width % 3 == i % 3)
                check_depthwise_row(report, width, stride, padding, channels[i]);
    check_depthwise_row(report, 112, stride, padding, 32);
    check_depthwise_row(report, 49, stride, padding, 224);
    check_depthwise_row(report, 7, stride, padding, 512);
}

void check_depthwise_s1(Report *report)
{
    check_depthwise_layers(report, 1, 1);
}

void check_depthwise_s2(Report *report)
{
    check_depthwise_layers(report, 2, 0);
    check_depthwise_layers(report, 2, 1);
}

/* The folded row of a row for `width` outputs. */
static Buffer folded_row(const Buffer *row, int width, BufferSide side)
{
    const size_t fold = 6 * (size_t)f32_fold(width), pairs = 6 * (size_t)width - fold + 3;
    Buffer folded = buffer_create(2 * pairs, side);
    for (size_t i = 0; i < pairs; i++) {
        folded.data[2 * i] = row->data[i];
        folded.data[2 * i + 1] = row->data[i + fold];
    }
    return folded;
}

static void check_row(Report *report, int width, int channels, bool folded)
{
    const int padded = f32_pad(channels);
    Buffer weights = buffer_create(27 * (size_t)padded, BUFFER_AT_END);
    Buffer bias = buffer_create((size_t)padded, BUFFER_AT_END);
    fill_weights(&weights, &bias, 27, channels, padded);
    const size_t row_floats = (size_t)(2 * width + 1) * 3;
    Buffer plain[3], in[3];
    for (int row = 0; row < 3; row++) {
        const BufferSide side = row == 1 ? BUFFER_AT_START : BUFFER_AT_END;
        plain[row] = buffer_create(row_floats, side);
        fill(plain[row].data, row_floats, 1);
        in[row] = folded ? folded_row(&plain[row], width, side) : plain[row];
    }
    Buffer out =
        buffer_create((size_t)width * (size_t)padded, random_below(2) ? BUFFER_AT_START : BUFFER_AT_END);
    const float *const rows[3] = {in[0].data, in[1].data, in[2].data};
    F32ConvolutionRow *convolution =
        folded ? report->kernels->f32.convolution_folded : report->kernels->f32.convolution_row;
    convolution(rows, width, weights.data, bias.data, padded, out.data);
    report->checks++;

    const char *what = buffer_intact(&out) ? NULL : "wrote out of bounds";
    int column = 0, channel = 0;
    for (int x = 0; x < width && !what; x++)
        for (int c = 0; c < padded && !what; c++) {
            Expected sum = expected_start(bias.data[c]);
            for (int tap = 0; tap < 27; tap++)
                expected_add(&sum, plain[tap / 9].data[6 * x + tap % 9], weights.data[tap * padded + c]);
            sum = expected_end(sum, 1);
            if (!as_expected(report->kernels, &sum, out.data[x * padded + c]))
                what = c < channels ? "wrong value" : "padding is not zero";
            column = x;
            channel = c;
        }
    if (what)
        report_failure(report, "%s: %s at column %d, channel %d: width %d, %d channels",
                       folded ? "convolution_folded" : "convolution_row", what, column, channel, width,
                       channels);
    for (int row = 0; row < 3; row++) {
        buffer_destroy(&plain[row]);
        if (folded)
            buffer_destroy(&in[row]);
    }
    buffer_destroy(&weights);
    buffer_destroy(&bias);
    buffer_destroy(&out);
}

void check_convolution_row(Report *report)
{
    static const int channels[] = {8, 16, 24, 32, 48, 64};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        for (int width = 1; width <= 40; width += report->quick ? 5 : 1)
            check_row(report, width, channels[i], false);
        for (int width = 64; width <= 112; width += 16)
            check_row(report, width, channels[i], false);
    }
}

void check_convolution_folded(Report *report)
{
    for (int few = 1; few <= F32_FOLDED_CHANNELS; few += F32_FOLDED_CHANNELS - 1)
        for (int width = 1; width <= 130; width += report->quick ? 9 : 1)
            check_row(report, width, few, true);
}

static void check_pairs(Report *report, int count)
{
    /* Bytes that end at the inaccessible page. */
    const size_t floats = ((size_t)count + 3) / 4;
    Buffer in[2], out = buffer_create(2 * (size_t)count, BUFFER_AT_END);
    uint8_t *bytes[2];
    for (int side = 0; side < 2; side++) {
        in[side] = buffer_create(floats, BUFFER_AT_END);
        bytes[side] = (uint8_t *)(in[side].data + floats) - count;
        for (int i = 0; i < count; i++)
            bytes[side][i] = (uint8_t)random_below(256);
    }
    report->kernels->f32.normalise_pairs(bytes[0], bytes[1], count, out.data);
    report->checks++;
    for (int i = 0; i < 2 * count; i++)
        if (out.data[i] != ((float)bytes[i % 2][i / 2] - 127.5f) * (1 / 127.5f) || !buffer_intact(&out)) {
            report_failure(report, "normalise_pairs: wrong value or out of bounds at %d of %d", i, 2 * count);
            break;
        }
    buffer_destroy(&in[0]);
    buffer_destroy(&in[1]);
    buffer_destroy(&out);
}

void check_normalise_pairs(Report *report)
{
    for (int count = 1; count <= 200; count++)
        check_pairs(report, count);
}

void check_normalise_row(Report *report)
{
    for (int count = 1; count <= 200; count++) {
        const int shift = (int)random_below(16);
        /* Bytes that end at the inaccessible page. */
        const size_t floats = ((size_t)(count + shift) + 3) / 4;
        Buffer in = buffer_create(floats, BUFFER_AT_END), out = buffer_create((size_t)count, BUFFER_AT_END);
        uint8_t *bytes = (uint8_t *)(in.data + floats) - count;
        for (int i = 0; i < count; i++)
            bytes[i] = (uint8_t)(count == 200 ? (uint32_t)i : random_below(256));
        if (count == 200)
            bytes[199] = 255;
        report->kernels->f32.normalise_row(bytes, count, out.data);
        report->checks++;
        for (int i = 0; i < count; i++)
            if (out.data[i] != ((float)bytes[i] - 127.5f) * (1 / 127.5f) || !buffer_intact(&out)) {
                report_failure(report, "normalise_row: wrong value or out of bounds at %d of %d", i, count);
                break;
            }
        buffer_destroy(&in);
        buffer_destroy(&out);
    }
}

void check_peak(Report *report)
{
    const double once = report->kernels->f32.peak(1), often = report->kernels->f32.peak(1000);
    report->checks++;
    if (!(once >= 8) || often != 1000 * once)
        report_failure(report, "peak: 1 iteration makes %g operations, 1000 make %g", once, often);
}
