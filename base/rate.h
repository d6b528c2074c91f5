/* A rate over the last second or so, from the times at which things happen. */
#ifndef LOOKOUT_BASE_RATE_H
#define LOOKOUT_BASE_RATE_H

#include <stdint.h>

#define RATE_TIMES 64

/* Zeroed at first. */
typedef struct Rate {
    int64_t times[RATE_TIMES]; /* a ring, ns */
    int64_t count;
} Rate;

/* Something happened at this time, not earlier than what was added before (else the past is forgotten). */
void rate_add(Rate *rate, int64_t time_ns);
/* Per second over what happened in the last 1.2 s before the latest time; 0 before there are two. */
double rate_per_second(const Rate *rate);

#endif
