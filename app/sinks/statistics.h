/* Counts and times of what was detected in one input. */
#ifndef LOOKOUT_APP_SINKS_STATISTICS_H
#define LOOKOUT_APP_SINKS_STATISTICS_H

#include "app/run/sink.h"
#include "base/histogram.h"

/* Everything so far, or, added together, of several inputs; zeroed: nothing. */
typedef struct StatisticsTotals {
    int64_t frames;
    double alpha; /* of the latest frame */
    int size;
    int64_t started_ns, ended_ns; /* the beginning of the run, and its last frame; without frames its end */
    Histogram stages[STAGE_COUNT];
    int64_t *objects; /* [class_count] */
} StatisticsTotals;

/* NULL when out of memory. */
Sink *statistics_create(int class_count);
/* Valid until the sink is destroyed; complete once it was finished. */
const StatisticsTotals *statistics_totals(const Sink *sink);
/* Adds another input's; both have class_count classes. */
void statistics_add(StatisticsTotals *to, const StatisticsTotals *from, int class_count);

double statistics_seconds(const StatisticsTotals *totals);
double statistics_rate(const StatisticsTotals *totals); /* frames a second */

#endif
