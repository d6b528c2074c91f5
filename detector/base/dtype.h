/* Data types of maps and weights. */
#ifndef LOOKOUT_DETECTOR_BASE_DTYPE_H
#define LOOKOUT_DETECTOR_BASE_DTYPE_H

#include <stddef.h>

typedef enum DType {
    DTYPE_U8,  /* the picture's bytes */
    DTYPE_F16, /* IEEE 754 binary16: weights alone */
    DTYPE_F32,
} DType;

/* Bytes of one value. */
static inline size_t dtype_size(DType dtype)
{
    return dtype == DTYPE_U8 ? 1 : dtype == DTYPE_F16 ? 2 : 4;
}

#endif
