/*
 * Depthwise 3x3 convolution, vectorised over channels. A block of channels runs along one or two rows with
 * its weights in registers; neighbouring outputs are computed together, so that they share inputs and their
 * chains of multiply-adds overlap. Every output is one chain in the order (row, column) that starts from the
 * bias; columns outside the map are zeros in registers.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_DEPTHWISE_H
#define LOOKOUT_DETECTOR_KERNELS_F32_DEPTHWISE_H

#define OUTPUTS_TOGETHER 4
#define ROWS_TOGETHER 2
#define DEPTHWISE_PIXELS 8 /* a plain number, for the kernels' names */
_Static_assert(DEPTHWISE_PIXELS == ROWS_TOGETHER * OUTPUTS_TOGETHER, "the name of the kernels");
#define BLOCK_VECTORS (BLOCK / VEC_LANES)
#define MAX_IN_ROWS (2 * (ROWS_TOGETHER - 1) + 3)

/* `outputs` neighbouring outputs in each of out_rows rows of one block of channels. centre[]: the middle
 * column of the first one, in each input row; columns are pixel_stride floats apart, rows of the output
 * out_row. at_left, at_right: how many columns are outside the map, left of it and right of it. Inlined with
 * constant out_rows, stride, outputs, at_left and at_right. */
static ALWAYS_INLINE void depthwise_outputs(const float *const centre[], const int out_rows,
                                            ptrdiff_t pixel_stride, const int stride, const int outputs,
                                            const int at_left, const int at_right, const Vec taps[9],
                                            Vec bias, float *out, ptrdiff_t out_row)
{
    const int columns = (outputs - 1) * stride + 3;
    Vec sum[ROWS_TOGETHER][OUTPUTS_TOGETHER];
    EACH (y, out_rows)
        EACH (o, outputs)
            sum[y][o] = bias;
    EACH (row, stride * (out_rows - 1) + 3) {
        Vec column[2 * OUTPUTS_TOGETHER + 1];
        EACH (i, columns)
            column[i] = i < at_left || i >= columns - at_right
                            ? vec_zero()
                            : vec_load(centre[row] + (i - 1) * pixel_stride);
        EACH (y, out_rows) {
            const int tap_row = row - y * stride;
            if (tap_row >= 0 && tap_row < 3)
                EACH (tap, 3)
                    EACH (o, outputs)
                        sum[y][o] = vec_fma(column[o * stride + tap], taps[tap_row * 3 + tap], sum[y][o]);
        }
    }
    EACH (y, out_rows)
        EACH (o, outputs)
            vec_store(out + y * out_row + o * pixel_stride, vec_clamp6(sum[y][o]));
}

/* All columns of out_rows rows (1..ROWS_TOGETHER) of the block of channels at `rows` and `out`. */
static ALWAYS_INLINE void depthwise_block(const float *const rows[], const int out_rows, int in_width,
                                          const int padding, int x_begin, int x_end, const int stride,
                                          Vec taps[][9], const Vec bias[], int channel,
                                          ptrdiff_t pixel_stride, float *out)
{
    const int in_rows = stride * (out_rows - 1) + 3;
    /* Outputs below this have all their right columns inside the map: all but the last at most. */
    const int right_inside = in_width + padding < 3 ? 0 : (in_width + padding - 3) / stride + 1;
    const int inside_end = x_end < right_inside ? x_end : right_inside;
    const ptrdiff_t out_row = (x_end - x_begin) * pixel_stride;
    const float *centre[MAX_IN_ROWS];
    EACH (row, in_rows)
        centre[row] = rows[row] + (x_begin * stride + 1 - padding) * pixel_stride + channel;
    int x = x_begin;

#define OUTPUTS(outputs, at_left, at_right)                                                                  \
    do {                                                                                                     \
        EACH (v, BLOCK_VECTORS) {                                                                            \
            const float *in[MAX_IN_ROWS];                                                                    \
            EACH (row, in_rows)                                                                              \
                in[row] = centre[row] + v * VEC_LANES;                                                       \
            depthwise_outputs(in, out_rows, pixel_stride, stride, outputs, at_left, at_right, taps[v],       \
                              bias[v], out + v * VEC_LANES, out_row);                                        \
        }                                                                                                    \
        EACH (row, in_rows)                                                                                  \
            centre[row] += (outputs)*stride * pixel_stride;                                                  \
        out += (outputs)*pixel_stride;                                                                       \
        x += (outputs);                                                                                      \
    } while (0)
    if (padding && x == 0 && x < x_end) {
        if (right_inside > 0)
            OUTPUTS(1, 1, 0);
        else
            OUTPUTS(1, 1, 1);
    }
    while (x + OUTPUTS_TOGETHER <= inside_end)
        OUTPUTS(OUTPUTS_TOGETHER, 0, 0);
    if (x + 2 <= inside_end)
        OUTPUTS(2, 0, 0);
    if (x < inside_end)
        OUTPUTS(1, 0, 0);
    if (stride == 2 && x < x_end && x * stride - padding == in_width - 1)
        OUTPUTS(1, 0, 2);
    if (x < x_end)
        OUTPUTS(1, 0, 1);
#undef OUTPUTS
}

static ALWAYS_INLINE void depthwise_rows(const float *const rows[], int out_rows, int in_width,
                                         const int padding, int x_begin, int x_end, const int stride,
                                         const float *weights, const float *bias, int channels,
                                         ptrdiff_t pixel_stride, float *out)
{
    const ptrdiff_t out_row = (x_end - x_begin) * pixel_stride;
    for (int c = 0; c < channels; c += BLOCK) {
        Vec taps[BLOCK_VECTORS][9], start[BLOCK_VECTORS];
        EACH (v, BLOCK_VECTORS) {
            EACH (tap, 9)
                taps[v][tap] = vec_load(weights + (ptrdiff_t)tap * channels + c + v * VEC_LANES);
            start[v] = vec_load(bias + c + v * VEC_LANES);
        }
        int y = 0;
        for (; y + ROWS_TOGETHER <= out_rows; y += ROWS_TOGETHER)
            depthwise_block(rows + y * stride, ROWS_TOGETHER, in_width, padding, x_begin, x_end, stride, taps,
                            start, c, pixel_stride, out + y * out_row + c);
        for (; y < out_rows; y++)
            depthwise_block(rows + y * stride, 1, in_width, padding, x_begin, x_end, stride, taps, start, c,
                            pixel_stride, out + y * out_row + c);
    }
}

static void F32_KERNEL(depthwise_s1, DEPTHWISE_PIXELS,
                       BLOCK)(const float *const rows[], int out_rows, int in_width, int padding, int x_begin,
                              int x_end, const float *weights, const float *bias, int channels,
                              ptrdiff_t pixel_stride, float *out)
{
    (void)padding; /* it is 1 */
    depthwise_rows(rows, out_rows, in_width, 1, x_begin, x_end, 1, weights, bias, channels, pixel_stride,
                   out);
}

static void F32_KERNEL(depthwise_s2, DEPTHWISE_PIXELS,
                       BLOCK)(const float *const rows[], int out_rows, int in_width, int padding, int x_begin,
                              int x_end, const float *weights, const float *bias, int channels,
                              ptrdiff_t pixel_stride, float *out)
{
    depthwise_rows(rows, out_rows, in_width, padding, x_begin, x_end, 2, weights, bias, channels,
                   pixel_stride, out);
}

#endif
