/* IEEE 754 binary16, the format of weights, widened to float32 without loss. */
#ifndef LOOKOUT_DETECTOR_BASE_FLOAT16_H
#define LOOKOUT_DETECTOR_BASE_FLOAT16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of finite values. Both cases are computed and one is chosen, so that it vectorises. */
static inline float float16_widen(uint16_t half)
{
    uint32_t magnitude = half & 0x7fff;
    float subnormal = (float)(int32_t)magnitude * 0x1p-24f, value;
    uint32_t small, normal = (magnitude << 13) + (112u << 23);
    memcpy(&small, &subnormal, sizeof small);
    uint32_t bits = (uint32_t)(half & 0x8000) << 16 | (magnitude < 0x400 ? small : normal);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Value i of an array as it lies in a file: little-endian, of any alignment. */
static inline uint16_t float16_at(const uint8_t *bytes, size_t i)
{
    return (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
}

#endif
