/*
 * A sink with a bounded queue and a thread of its own. When the queue is full, whoever pushes waits, or the
 * observation is dropped and counted, as they please. A sink that has failed takes no more, and nobody waits
 * for it.
 */
#ifndef LOOKOUT_APP_RUN_SINK_QUEUE_H
#define LOOKOUT_APP_RUN_SINK_QUEUE_H

#include "app/run/sink.h"
#include <stdatomic.h>

typedef struct SinkQueue SinkQueue;

/* Called once, by the sink's thread (or whoever pushes, where it has none), when the sink fails or is closed.
 */
typedef void SinkEnded(void *context, SinkQueue *queue, SinkResult result, const Error *error);

/* Owns the sink from now on, also when it fails. ended may be NULL. Starts the thread. NULL with error. */
SinkQueue *sink_queue_create(Sink *sink, SinkEnded *ended, void *context, Error *error);
void sink_queue_destroy(SinkQueue *queue); /* abandons what is queued if nobody has finished it; takes NULL */

/* Adds a reference to the observation, if the sink is active. waits: for room, where the queue is full and
 * its sink does not say that nobody is to wait. Any thread. */
void sink_queue_push(SinkQueue *queue, Observation *observation, bool waits);
/* The same, whether the sink is active or not, without waiting, and behind everything that is queued: there
 * is room for one, and whoever finds it taken has been nudged. */
void sink_queue_nudge(SinkQueue *queue, Observation *observation);

/* Nobody waits in sink_queue_push() any more, now and from then on: what does not fit is dropped. Any thread.
 */
void sink_queue_release(SinkQueue *queue);
/* Nothing more comes: the sink's thread takes what is queued and completes the sink, while others do the
 * same. */
void sink_queue_close(SinkQueue *queue);
/* Closes the queue and waits until the sink is complete. Once *stop is nonzero it has half a second for what
 * waits for a reader; if *stop already is, the time since it was closed counts. Returns what became of the
 * sink over the whole run, with error where that is SINK_FAILED. After the last push. */
SinkResult sink_queue_finish(SinkQueue *queue, const atomic_int *stop, Error *error);

Sink *sink_queue_sink(const SinkQueue *queue);
const SinkDriver *sink_queue_driver(const SinkQueue *queue);

#endif
