/* Time that never jumps. */
#ifndef LOOKOUT_CLOCK_H
#define LOOKOUT_CLOCK_H

#include <stdint.h>

int64_t clock_now_ns(void); /* of CLOCK_MONOTONIC */

#endif
