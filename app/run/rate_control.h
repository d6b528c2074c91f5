/*
 * `auto`: the most accurate (alpha, size) that holds a frame rate, from measured times. Pure arithmetic: no
 * clock, no threads.
 */
#ifndef LOOKOUT_APP_RUN_RATE_CONTROL_H
#define LOOKOUT_APP_RUN_RATE_CONTROL_H

#include "app/run/model_choice.h"

typedef struct RateControl RateControl;

/* target_rate in frames a second, above 0. NULL when out of memory. */
RateControl *rate_control_create(double target_rate);
void rate_control_destroy(RateControl *control);
/* From now on another rate, above 0, is to be held. */
void rate_control_set_target(RateControl *control, double target_rate);

/* A frame was detected at `point`: it took busy_ms from taking the frame to the boxes, and ended at now_ns of
 * any clock. points: what may be chosen, up to MODEL_MAX_POINTS (model_choice_ready()); they are ranked by
 * their accuracy where all tell it, else by what they cost, and only those count that are better than every
 * cheaper one. Returns the point to use from now on, most often the same. Goes down as soon as the rate is
 * not held, up only when the better point is expected to leave a margin for a while, and the later after an
 * attempt that failed, so that it never swings. Allocates nothing.
 */
NetworkPoint rate_control_update(RateControl *control, NetworkPoint point, double busy_ms, int64_t now_ns,
                                 const NetworkPoint points[], int count);

#endif
