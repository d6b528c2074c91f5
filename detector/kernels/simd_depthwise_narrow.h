/*
 * Depthwise 3x3 convolution, stride 1, of a narrow map: a vector holds two neighbouring pixels. The columns
 * of a pair of outputs start one pixel apart, so that every other one lies across two vectors and is put
 * together from them. Otherwise as in simd_depthwise.h.
 */
#define PAIRS_TOGETHER 4
#define NARROW_IN_ROWS (ROWS_TOGETHER + 2)

/* Which pixels of a pair's three columns lie inside the map, and which of its outputs are wanted. */
typedef struct NarrowEdge {
    HalvesMask inside[3], wanted;
} NarrowEdge;

/* Of the pair at x. */
static ALWAYS_INLINE NarrowEdge narrow_edge(int x, int x_end, int in_width)
{
    const int after = x + 1 < in_width; /* a pixel */
    return (NarrowEdge){
        .inside = {halves_mask(x > 0, 1), halves_mask(1, after), halves_mask(after, x + 2 < in_width)},
        .wanted = halves_mask(1, x + 1 < x_end)};
}

/* `pairs` neighbouring pairs of outputs in each of out_rows rows. in[]: the middle column of the first
 * output, in each input row. edge: of the only pair, or NULL where all is inside. Inlined with constant
 * out_rows, pairs. */
static ALWAYS_INLINE void narrow_outputs(const float *const in[], const int out_rows, const int pairs,
                                         const NarrowEdge *edge, const Vec taps[9], Vec bias, float *out,
                                         ptrdiff_t out_row)
{
    Vec sum[ROWS_TOGETHER][PAIRS_TOGETHER];
    EACH (y, out_rows)
        EACH (o, pairs)
            sum[y][o] = bias;
    EACH (row, out_rows + 2) {
        Vec column[2 * PAIRS_TOGETHER + 1];
        const float *left = in[row] - KERNEL_NARROW;
        column[0] = edge ? vec_load_halves(left, edge->inside[0]) : vec_load_unaligned(left);
        column[1] = edge ? vec_load_halves(in[row], edge->inside[1]) : vec_load_unaligned(in[row]);
        EACH (o, pairs - 1) {
            column[2 * o + 3] = vec_load_unaligned(in[row] + (o + 1) * VEC_LANES);
            column[2 * o + 2] = vec_across(column[2 * o + 1], column[2 * o + 3]);
        }
        const float *right = in[row] + (2 * pairs - 1) * KERNEL_NARROW;
        column[2 * pairs] = edge ? vec_load_halves(right, edge->inside[2]) : vec_load_unaligned(right);
        EACH (y, out_rows) {
            const int tap_row = row - y;
            if (tap_row >= 0 && tap_row < 3)
                EACH (tap, 3)
                    EACH (o, pairs)
                        sum[y][o] = vec_fma(column[2 * o + tap], taps[tap_row * 3 + tap], sum[y][o]);
        }
    }
    EACH (y, out_rows)
        EACH (o, pairs) {
            float *at = out + y * out_row + o * VEC_LANES;
            if (edge)
                vec_store_halves(at, vec_clamp6(sum[y][o]), edge->wanted);
            else
                vec_store_unaligned(at, vec_clamp6(sum[y][o]));
        }
}

/* out_rows (constant) rows. */
static ALWAYS_INLINE void narrow_block(const float *const rows[], const int out_rows, int in_width,
                                       int x_begin, int x_end, const Vec taps[9], Vec bias, float *out)
{
    const ptrdiff_t out_row = (ptrdiff_t)(x_end - x_begin) * KERNEL_NARROW;
    const int inside_end = x_end < in_width - 1 ? x_end : in_width - 1;
    const float *in[NARROW_IN_ROWS];
    EACH (row, out_rows + 2)
        in[row] = rows[row] + (ptrdiff_t)x_begin * KERNEL_NARROW;
    int x = x_begin;

#define PAIRS(pairs, edge)                                                                                   \
    do {                                                                                                     \
        narrow_outputs(in, out_rows, pairs, edge, taps, bias, out, out_row);                                 \
        EACH (row, out_rows + 2)                                                                             \
            in[row] += 2 * (pairs)*KERNEL_NARROW;                                                            \
        out += 2 * (pairs)*KERNEL_NARROW;                                                                    \
        x += 2 * (pairs);                                                                                    \
    } while (0)
    if (x == 0 && x < x_end) {
        const NarrowEdge left = narrow_edge(x, x_end, in_width);
        PAIRS(1, &left);
    }
    while (x + 2 * PAIRS_TOGETHER <= inside_end)
        PAIRS(PAIRS_TOGETHER, NULL);
    while (x + 2 <= inside_end)
        PAIRS(1, NULL);
    if (x < x_end) {
        const NarrowEdge right = narrow_edge(x, x_end, in_width);
        PAIRS(1, &right);
    }
#undef PAIRS
}

static void KERNEL(depthwise_narrow)(const float *const rows[], int out_rows, int in_width, int x_begin,
                                     int x_end, const float *weights, const float *bias, int channels,
                                     ptrdiff_t pixel_stride, float *out)
{
    const ptrdiff_t out_row = (x_end - x_begin) * pixel_stride;
    Vec taps[9];
    EACH (tap, 9)
        taps[tap] = vec_halves(weights + (ptrdiff_t)tap * channels);
    const Vec start = vec_halves(bias);
    int y = 0;
    for (; y + ROWS_TOGETHER <= out_rows; y += ROWS_TOGETHER)
        narrow_block(rows + y, ROWS_TOGETHER, in_width, x_begin, x_end, taps, start, out + y * out_row);
    for (; y < out_rows; y++)
        narrow_block(rows + y, 1, in_width, x_begin, x_end, taps, start, out + y * out_row);
}
