/*
 * Depthwise 3x3 convolution, vectorised over channels. A block of channels runs along the row with its
 * weights in registers; neighbouring outputs are computed together, so that they share columns and their
 * chains of multiply-adds overlap. Every output is one chain in the order (row, column) that starts from the
 * bias; columns outside the map are zeros in registers.
 */
#define OUTPUTS_TOGETHER 4
#define BLOCK (BLOCK_VECTORS * VEC_LANES)

/* `outputs` neighbouring outputs of one block of channels. centre[]: the middle column of the first one, in
 * each row; columns are `channels` floats apart. Inlined with constant stride, outputs, at_left and at_right.
 */
static ALWAYS_INLINE void depthwise_outputs(const float *const centre[3], ptrdiff_t channels,
                                            const int stride, const int outputs, const int at_left,
                                            const int at_right, const Vec taps[9], Vec bias, float *out)
{
    const int columns = (outputs - 1) * stride + 3;
    Vec sum[OUTPUTS_TOGETHER];
    EACH (o, outputs)
        sum[o] = bias;
    EACH (row, 3) {
        Vec column[2 * OUTPUTS_TOGETHER + 1];
        EACH (i, columns)
            column[i] = (at_left && i == 0) || (at_right && i == columns - 1)
                            ? vec_zero()
                            : vec_load(centre[row] + (i - 1) * channels);
        EACH (tap, 3)
            EACH (o, outputs)
                sum[o] = vec_fma(column[o * stride + tap], taps[row * 3 + tap], sum[o]);
    }
    EACH (o, outputs)
        vec_store(out + o * channels, vec_clamp6(sum[o]));
}

static ALWAYS_INLINE void depthwise_row(const float *const rows[3], int in_width, int x_begin, int x_end,
                                        const int stride, const float *weights, const float *bias,
                                        int channels, float *out)
{
    /* Outputs below this have all their right columns inside the map. */
    const int right_inside = in_width < 2 ? 0 : (in_width - 2) / stride + 1;
    const int inside_end = x_end < right_inside ? x_end : right_inside;
    const ptrdiff_t distance = channels;

    for (int c = 0; c < channels; c += BLOCK, out += BLOCK) {
        Vec taps[BLOCK_VECTORS][9], block_bias[BLOCK_VECTORS];
        EACH (v, BLOCK_VECTORS) {
            EACH (tap, 9)
                taps[v][tap] = vec_load(weights + tap * distance + c + v * VEC_LANES);
            block_bias[v] = vec_load(bias + c + v * VEC_LANES);
        }
        const float *centre[3];
        EACH (row, 3)
            centre[row] = rows[row] + x_begin * stride * distance + c;
        float *to = out;
        int x = x_begin;

#define OUTPUTS(outputs, at_left, at_right)                                                                  \
    do {                                                                                                     \
        EACH (v, BLOCK_VECTORS) {                                                                            \
            const float *const in[3] = {centre[0] + v * VEC_LANES, centre[1] + v * VEC_LANES,                \
                                        centre[2] + v * VEC_LANES};                                          \
            depthwise_outputs(in, distance, stride, outputs, at_left, at_right, taps[v], block_bias[v],      \
                              to + v * VEC_LANES);                                                           \
        }                                                                                                    \
        EACH (row, 3)                                                                                        \
            centre[row] += (outputs)*stride * distance;                                                      \
        to += (outputs)*distance;                                                                            \
        x += (outputs);                                                                                      \
    } while (0)
        if (x == 0 && x < x_end) {
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
        if (x < x_end)
            OUTPUTS(1, 0, 1);
#undef OUTPUTS
    }
}

static void KERNEL(depthwise_row_s1)(const float *const rows[3], int in_width, int x_begin, int x_end,
                                     const float *weights, const float *bias, int channels, float *out)
{
    depthwise_row(rows, in_width, x_begin, x_end, 1, weights, bias, channels, out);
}

static void KERNEL(depthwise_row_s2)(const float *const rows[3], int in_width, int x_begin, int x_end,
                                     const float *weights, const float *bias, int channels, float *out)
{
    depthwise_row(rows, in_width, x_begin, x_end, 2, weights, bias, channels, out);
}
