#include "app/run/sink_queue.h"

#include "base/clock.h"
#include "base/thread.h"
#include <stdlib.h>

/* for sinks that wait for a reader, after the run was stopped */
#define GRACE_NS INT64_C(500000000)
#define POLL_NS INT64_C(50000000) /* how often the stop flag, which wakes nobody, is looked at */

struct SinkQueue {
    Sink *sink;
    SinkEnded *ended;
    void *context;
    int length; /* 0: no thread, take() is called by whoever pushes, under the lock */
    pthread_t thread;
    bool running; /* the thread was started and not yet joined */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    Observation **ring; /* [length + 1]: the last place is for a nudge */
    int head, count;
    bool released;      /* nobody waits for room */
    bool closing;       /* nothing more comes: empty the queue and finish */
    int64_t closing_ns; /* since when */
    bool done;          /* the sink was finished */
    SinkResult result;
    Error error;
};

static void note_end(SinkQueue *queue, SinkResult result, const Error *error)
{
    pthread_mutex_lock(&queue->lock);
    const bool first = queue->result == SINK_OK && result != SINK_OK;
    if (first) {
        queue->result = result;
        if (result == SINK_FAILED)
            queue->error = *error;
    }
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    if (first && queue->ended)
        queue->ended(queue->context, queue, result, error);
}

/* The next observation, or NULL when all is taken and nothing more comes. */
static Observation *next(SinkQueue *queue)
{
    Observation *observation = NULL;
    pthread_mutex_lock(&queue->lock);
    while (!queue->count && !queue->closing)
        pthread_cond_wait(&queue->changed, &queue->lock);
    if (queue->count) {
        observation = queue->ring[queue->head];
        queue->head = (queue->head + 1) % (queue->length + 1);
        queue->count--;
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    return observation;
}

static void *run(void *argument)
{
    SinkQueue *queue = argument;
    const SinkDriver *driver = queue->sink->driver;
    SinkResult result = SINK_OK;
    Error error = {0};
    for (Observation *observation; (observation = next(queue));) {
        if (result == SINK_OK) {
            result = driver->take(queue->sink, observation, &error);
            note_end(queue, result, &error);
        }
        observation_unref(observation);
    }
    note_end(queue, driver->finish(queue->sink, &error), &error);
    pthread_mutex_lock(&queue->lock);
    queue->done = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

SinkQueue *sink_queue_create(Sink *sink, SinkEnded *ended, void *context, Error *error)
{
    const int length = sink->driver->queue_length;
    SinkQueue *queue = calloc(1, sizeof *queue);
    if (!queue) {
        error_set(error, "out of memory");
        sink_destroy(sink);
        return NULL;
    }
    *queue = (SinkQueue){.sink = sink, .ended = ended, .context = context, .length = length};
    pthread_mutex_init(&queue->lock, NULL);
    condition_init(&queue->changed);
    if (!length)
        return queue;
    queue->ring = calloc((size_t)length + 1, sizeof(Observation *));
    if (!queue->ring)
        error_set(error, "out of memory");
    else if (thread_start(&queue->thread, run, queue))
        error_set(error, "no thread can be started for the output %s", sink->driver->name);
    else
        queue->running = true;
    if (queue->running)
        return queue;
    sink_queue_destroy(queue);
    return NULL;
}

void sink_queue_release(SinkQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->released = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

/* Without a thread the lock keeps takers apart; take() never waits. */
static void take_at_once(SinkQueue *queue, Observation *observation)
{
    Error error;
    SinkResult result = SINK_OK;
    pthread_mutex_lock(&queue->lock);
    if (queue->result == SINK_OK)
        result = queue->sink->driver->take(queue->sink, observation, &error);
    pthread_mutex_unlock(&queue->lock);
    if (result != SINK_OK)
        note_end(queue, result, &error);
}

/* Under the lock. */
static void add(SinkQueue *queue, Observation *observation)
{
    queue->ring[(queue->head + queue->count++) % (queue->length + 1)] = observation_ref(observation);
    pthread_cond_broadcast(&queue->changed);
}

void sink_queue_push(SinkQueue *queue, Observation *observation, bool waits)
{
    const SinkDriver *driver = queue->sink->driver;
    if (driver->is_active && !driver->is_active(queue->sink))
        return;
    if (!queue->length) {
        take_at_once(queue, observation);
        return;
    }
    waits &= !driver->never_waits;
    pthread_mutex_lock(&queue->lock);
    while (queue->count >= queue->length && waits && !queue->released && queue->result == SINK_OK)
        pthread_cond_wait(&queue->changed, &queue->lock);
    if (queue->result == SINK_OK && queue->count >= queue->length)
        atomic_fetch_add(&queue->sink->dropped, 1);
    else if (queue->result == SINK_OK)
        add(queue, observation);
    pthread_mutex_unlock(&queue->lock);
}

void sink_queue_nudge(SinkQueue *queue, Observation *observation)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->result == SINK_OK && queue->count <= queue->length)
        add(queue, observation);
    pthread_mutex_unlock(&queue->lock);
}

void sink_queue_close(SinkQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    if (!queue->closing)
        queue->closing_ns = clock_now_ns();
    queue->closing = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

/* Waits for the thread. Under the lock. */
static void wait_until_done(SinkQueue *queue, const atomic_int *stop)
{
    int64_t stopped_ns = atomic_load(stop) ? queue->closing_ns : 0;
    bool cancelled = false;
    while (!queue->done) {
        const int64_t now = clock_now_ns();
        if (!stopped_ns && atomic_load(stop))
            stopped_ns = now;
        if (stopped_ns && !cancelled && now - stopped_ns >= GRACE_NS) {
            cancelled = true;
            if (queue->sink->driver->cancel)
                queue->sink->driver->cancel(queue->sink);
        }
        condition_wait_until(&queue->changed, &queue->lock, now + POLL_NS);
    }
}

SinkResult sink_queue_finish(SinkQueue *queue, const atomic_int *stop, Error *error)
{
    if (!queue->length && !queue->done) {
        Error why;
        queue->done = true;
        note_end(queue, queue->sink->driver->finish(queue->sink, &why), &why);
    } else if (queue->running) {
        sink_queue_close(queue);
        pthread_mutex_lock(&queue->lock);
        wait_until_done(queue, stop);
        pthread_mutex_unlock(&queue->lock);
        pthread_join(queue->thread, NULL);
        queue->running = false;
    }
    if (queue->result == SINK_FAILED)
        *error = queue->error;
    return queue->result;
}

void sink_queue_destroy(SinkQueue *queue)
{
    if (!queue)
        return;
    if (queue->running) {
        const atomic_int stop = 1;
        Error ignored;
        sink_queue_finish(queue, &stop, &ignored);
    }
    sink_destroy(queue->sink);
    free(queue->ring);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

Sink *sink_queue_sink(const SinkQueue *queue)
{
    return queue->sink;
}

const SinkDriver *sink_queue_driver(const SinkQueue *queue)
{
    return queue->sink->driver;
}
