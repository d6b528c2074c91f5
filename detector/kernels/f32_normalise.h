/* Bytes to floats in -1..1. */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_NORMALISE_H
#define LOOKOUT_DETECTOR_KERNELS_F32_NORMALISE_H

static void F32_KERNEL(normalise, 1, VEC_LANES)(const uint8_t *in, int count, float *out)
{
    const float half = 127.5f, scale = 1 / 127.5f;
    const Vec halves = vec_splat(&half), scales = vec_splat(&scale);
    int i = 0;
    for (; i + VEC_LANES <= count; i += VEC_LANES)
        vec_store_unaligned(out + i, vec_mul(vec_sub(vec_from_bytes(in + i), halves), scales));
    for (; i < count; i++)
        out[i] = ((float)in[i] - half) * scale;
}

#endif
