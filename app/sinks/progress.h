/* A rewritten line on a terminal, elsewhere a line a second: how far a run has come. */
#ifndef LOOKOUT_APP_SINKS_PROGRESS_H
#define LOOKOUT_APP_SINKS_PROGRESS_H

#include "app/run/sink.h"

/* frames: how many are expected, 0: unknown. NULL when out of memory. */
Sink *progress_create(int64_t frames);

#endif
