/*
 * First convolution of outputs whose channels fit one vector. Each multiply-add needs an input of its own
 * then, and loading them would take longer than multiplying; but the last column of an output is the first
 * one of the next, and is loaded once for both. Weights of a row stay in registers. Every output is one chain
 * of multiply-adds in the order (row, column, RGB) that starts from the bias.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_SINGLE_H
#define LOOKOUT_DETECTOR_KERNELS_F32_CONVOLUTION_SINGLE_H

/* Adds the taps of one row. Folded (f32.h): sums are of pairs of outputs. */
static ALWAYS_INLINE void convolve_single_row(Vec sum[], const float *in, const int count, const int folded,
                                              const float *weights, ptrdiff_t channels)
{
    Vec weight[3][3]; /* of a column and a colour */
    EACH (column, 3)
        EACH (colour, 3) {
            const float *tap = weights + (column * 3 + colour) * channels;
            weight[column][colour] = folded ? vec_twice(tap) : vec_load(tap);
        }
    EACH (column, 2 * count + 1)
        EACH (colour, 3) {
            const int i = column * 3 + colour, output = column / 2;
            Vec value = folded ? vec_splat_pair(in + 2 * i) : vec_splat(in + i);
            if (column % 2) {
                sum[output] = vec_fma(value, weight[1][colour], sum[output]);
            } else {
                if (output > 0)
                    sum[output - 1] = vec_fma(value, weight[2][colour], sum[output - 1]);
                if (output < count)
                    sum[output] = vec_fma(value, weight[0][colour], sum[output]);
            }
        }
}

/* in: index of the first output's first input in each row. The sums are clamped. */
static ALWAYS_INLINE void convolve_single(Vec sum[], const float *const rows[3], ptrdiff_t in,
                                          const int count, const int folded, const float *weights,
                                          const float *bias, ptrdiff_t channels)
{
    EACH (p, count)
        sum[p] = folded ? vec_twice(bias) : vec_load(bias);
    EACH (row, 3)
        convolve_single_row(sum, rows[row] + in, count, folded, weights + row * ROW_TAPS * channels,
                            channels);
    EACH (p, count)
        sum[p] = vec_clamp6(sum[p]);
}

#endif
