/*
 * Where observations go: JSON lines, recordings, snapshots, statistics, progress. A sink says what it wants,
 * how much may wait for it, and what becomes of the rest; app/run/sink_queue.h gives it a thread and a
 * bounded queue, so that no sink slows detection and no broken one stops another.
 */
#ifndef LOOKOUT_APP_RUN_SINK_H
#define LOOKOUT_APP_RUN_SINK_H

#include "app/run/observation.h"
#include "base/error.h"
#include <stdatomic.h>

typedef struct Sink Sink;

typedef enum SinkWants {
    SINK_WANTS_DETECTED, /* every frame that was looked at */
    SINK_WANTS_PICTURES, /* every frame, with its picture and the newest objects */
} SinkWants;

typedef enum SinkResult {
    SINK_OK = 0,
    SINK_FAILED = -1, /* error says why; the sink takes nothing any more */
    SINK_CLOSED = 1,  /* whoever read our standard output has gone: the run has no purpose any more */
} SinkResult;

/* What a command asks of the sinks of the input that it acts on. */
typedef enum SinkCommand {
    SINK_RECORD,         /* begin a recording, or end it */
    SINK_SNAPSHOT,       /* save the picture that is shown, with its boxes */
    SINK_CLEAN_SNAPSHOT, /* without */
} SinkCommand;

typedef struct SinkDriver {
    const char *name;
    SinkWants wants;
    int queue_length; /* observations that may wait; 0: take() never waits and is called at once, without a
                         thread */
    bool never_waits; /* nobody waits for room in the queue, not even with a clip */
    bool is_a_result; /* somebody asked for it: a run without a window ends when all of these have failed */
    bool outlives_inputs; /* is finished after the window, not when the last input has ended */

    /* Takes one observation, keeping a reference if it must. */
    SinkResult (*take)(Sink *sink, Observation *observation, Error *error);
    /* Completes what was begun; called once, also after take() has failed. */
    SinkResult (*finish)(Sink *sink, Error *error);
    /* From any thread: an opening or a write that waits for a reader gives up. NULL where nothing waits. */
    void (*cancel)(Sink *sink);
    /* From any thread, never waits. Returns whether take() is to have what the user sees of this input now,
     * though it may have had it already. NULL where the sink follows no command. */
    bool (*command)(Sink *sink, SinkCommand command);
    /* Whether it wants what comes now; any thread. NULL: always. */
    bool (*is_active)(Sink *sink);
    void (*destroy)(Sink *sink);
} SinkDriver;

/* First member of every sink. */
struct Sink {
    const SinkDriver *driver;
    atomic_llong dropped; /* observations that a full queue has cost, counted by the queue */
};

void sink_destroy(Sink *sink); /* takes NULL */

#endif
