/* The clock for all measurements. */
#ifndef LOOKOUT_DETECTOR_BASE_CLOCK_H
#define LOOKOUT_DETECTOR_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since an arbitrary moment; never decreases. */
static inline int64_t clock_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline double clock_milliseconds(void)
{
    return 1e-6 * (double)clock_nanoseconds();
}

#endif
