/* PEAK_CHAINS independent chains of multiply-adds: enough to hide the latency in every unit. */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_PEAK_H
#define LOOKOUT_DETECTOR_KERNELS_F32_PEAK_H

static double F32_KERNEL(peak, PEAK_CHAINS, VEC_LANES)(int iterations)
{
    const float half = 0.5f, one = 1;
    Vec sum[PEAK_CHAINS];
    EACH (chain, PEAK_CHAINS)
        sum[chain] = vec_splat(&one);
    Vec a = vec_splat(&half), b = vec_splat(&one);
    for (int i = 0; i < iterations; i++)
        EACH (chain, PEAK_CHAINS) {
            sum[chain] = vec_fma(a, b, sum[chain]);
            KEEP_VECTOR(sum[chain]);
        }
    return 2.0 * VEC_LANES * PEAK_CHAINS * iterations;
}

#endif
