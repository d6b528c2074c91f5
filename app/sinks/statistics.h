/* Counts and times of a run: an output, the summary on standard error, and the --stats file. */
#ifndef LOOKOUT_APP_SINKS_STATISTICS_H
#define LOOKOUT_APP_SINKS_STATISTICS_H

#include "app/sinks/output.h"

/* NULL when out of memory. */
Output *statistics_create(const RunInfo *run);

/* Says frames, speed and detections in messages; verbose: the stages' times as well. */
void statistics_say(const Output *statistics);

/* Writes {"frames":..,"seconds":..,"fps":..,"inference_ms":{"median":..,"p95":..},...,"detections":{class:
 * count},"peak_rss_mb":..} and a newline to outputs->stats; of a camera also "camera":{what became of its
 * frames, latency}, of a recording (may be NULL) its encoder and what it dropped. */
WriteStatus statistics_write(const Output *statistics, const Output *recording, Error *error);

#endif
