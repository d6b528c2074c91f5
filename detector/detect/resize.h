/*
 * Separable resize of RGB bytes to the network's input. An axis that shrinks by more than 1.5 averages the
 * exact source interval of each output pixel (fractional ends weighted); otherwise bilinear with half-pixel
 * centres and clamped edges. Nothing is rounded between the axes; the result is rounded once to the nearest
 * byte.
 */
#ifndef LOOKOUT_DETECTOR_DETECT_RESIZE_H
#define LOOKOUT_DETECTOR_DETECT_RESIZE_H

#include "detector/base/pool.h"
#include "detector/lookout.h"

typedef struct Resizer Resizer;

/* For one output size; remembers the coefficients of the last input geometry. */
Resizer *resizer_create(int size, LookoutError *error);
void resizer_destroy(Resizer *resizer);

/* Returns [size][size][3] bytes that the resizer owns, valid until the next call, or NULL (error: MEMORY).
 * Runs on the pool's threads. */
const uint8_t *resizer_run(Resizer *resizer, Pool *pool, const LookoutImage *image, LookoutError *error);

#endif
