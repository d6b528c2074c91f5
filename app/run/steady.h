/*
 * --steady: boxes that stay. Detections of one class are matched from frame to frame by IoU; a new object
 * must reach the threshold to appear, a known one may fall to a lower one, and is held for a short while when
 * it is missed, moving on as it did. Each gets a number that it keeps.
 */
#ifndef LOOKOUT_APP_RUN_STEADY_H
#define LOOKOUT_APP_RUN_STEADY_H

#include "detector/lookout.h"

typedef struct Steady Steady;

Steady *steady_create(void); /* NULL when out of memory */
void steady_destroy(Steady *steady);

/* The threshold to detect with, so that known objects may stay below `threshold`. */
double steady_lower_threshold(double threshold);

/* Takes what was detected in a frame with this timestamp and returns what is to be shown: the detections,
 * best first, and their ids; both are valid until the next call. */
LookoutResult steady_update(Steady *steady, const LookoutResult *result, int64_t time_ns, double threshold,
                            const int **ids);

#endif
