/* The rate of events over the last second or so. */
#ifndef LOOKOUT_BASE_RATE_H
#define LOOKOUT_BASE_RATE_H

#include <stdint.h>

#define RATE_TIMES 64

/* Zeroed at first. */
typedef struct Rate {
    int64_t times[RATE_TIMES]; /* a ring, ns */
    int64_t count;
} Rate;

/* Adds an event. A time before that of the last event starts anew: all events before are forgotten. */
void rate_add(Rate *rate, int64_t time_ns);
/* Events a second, over those of the 1.2 s before the latest; 0 before there are two. */
double rate_per_second(const Rate *rate);

#endif
