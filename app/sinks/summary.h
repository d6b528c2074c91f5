/* What is told of a run when it has ended: on standard error, and as JSON for --stats. */
#ifndef LOOKOUT_APP_SINKS_SUMMARY_H
#define LOOKOUT_APP_SINKS_SUMMARY_H

#include "app/run/channel.h"
#include "app/sinks/result_file.h"

typedef struct SummarySource {
    const char *name;
    Channel *channel;
    const Sink *statistics;
    const Sink *recorder; /* of --output; NULL: none */
} SummarySource;

/* All of it is the caller's. The sinks have been finished. */
typedef struct Summary {
    const LookoutModelInfo *model;
    const char *isa;
    int threads;
    const SummarySource *sources; /* [count] */
    int count;
    bool has_names; /* there were to be several, though fewer may have opened */
} Summary;

/* Frames, speed and objects of each source and, where they have names, of all; verbose: also what the
 * stages took and how much memory. */
void summary_report(const Summary *summary, bool verbose);

/* Writes {"frames":..,"seconds":..,"fps":..,"inference_ms":{"median":..,"p95":..},...,"detections":{class:
 * count},"memory_mb":..,"peak_rss_mb":..} and a newline to path ("-": standard output); of a camera also
 * "camera":{what became of its frames, latency}, of a recording its encoder and what it dropped. source: of
 * this one; -1: of all, which stand in "sources" where they have names. */
WriteStatus summary_write(const Summary *summary, int source, const char *path, Error *error);

#endif
