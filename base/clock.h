/* Time that never jumps. */
#ifndef LOOKOUT_BASE_CLOCK_H
#define LOOKOUT_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ns(void); /* of CLOCK_MONOTONIC */

static inline double clock_ms_since(int64_t start_ns)
{
    return (double)(clock_now_ns() - start_ns) / 1e6;
}

#endif
