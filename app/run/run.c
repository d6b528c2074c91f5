#include "app/run/run.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/thread.h"
#include <assert.h>

#define POLL_NS INT64_C(50000000) /* how often the stop flag, which wakes nobody, is looked at */

/* ---- life --------------------------------------------------------------------------------------- */

int run_init(Run *run, atomic_int *stop, const ModelOptions *options, Error *error)
{
    *run = (Run){.stop = stop};
    atomic_init(&run->view.statistics, true);
    atomic_init(&run->view.alone, -1);
    notices_init(&run->notices);
    pthread_mutex_init(&run->lock, NULL);
    condition_init(&run->changed);
    run->choice = model_choice_create(options, error);
    if (run->choice && !(run->inference = inference_create(run->choice, &run->notices)))
        error_set(error, "out of memory");
    if (run->inference)
        return 0;
    run_finish(run);
    return -1;
}

void run_finish(Run *run)
{
    if (!run->stop)
        return;
    inference_destroy(run->inference);
    for (int i = 0; i < run->sink_count; i++)
        sink_queue_destroy(run->sinks[i]);
    for (int i = 0; i < run->channel_count; i++)
        channel_destroy(run->channels[i]);
    model_choice_destroy(run->choice);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->lock);
    notices_finish(&run->notices);
    *run = (Run){0};
}

/* ---- outputs ------------------------------------------------------------------------------------ */

/* By the thread of the sink. */
static void note_sink_end(void *context, SinkQueue *queue, SinkResult result, const Error *error)
{
    Run *run = context;
    if (result == SINK_CLOSED) {
        run_end(run, RUN_CLOSED);
        return;
    }
    const bool running = !atomic_load(run->stop);
    notices_report(&run->notices, "%s", error->message);
    pthread_mutex_lock(&run->lock);
    run->has_failed |= running;
    run->failed_results += sink_queue_driver(queue)->is_a_result;
    const bool in_vain = run->failed_results == run->results && run->results && !run->has_window;
    pthread_mutex_unlock(&run->lock);
    if (in_vain)
        run_end(run, RUN_FAILED);
}

int run_add_sink(Run *run, Channel *channel, Sink *sink, Error *error)
{
    assert(run->sink_count < RUN_MAX_SINKS);
    SinkQueue *queue = sink_queue_create(sink, note_sink_end, run, error);
    if (!queue)
        return -1;
    run->sinks[run->sink_count++] = queue;
    run->results += sink->driver->is_a_result;
    for (int i = 0; i < run->channel_count; i++)
        if (!channel || channel == run->channels[i])
            channel_add_sink(run->channels[i], queue);
    return 0;
}

/* All at once, so that those that wait for readers do not wait for each other too. */
static void finish_sinks(Run *run, bool those_that_outlive_inputs)
{
    for (int i = 0; i < run->sink_count; i++)
        if (sink_queue_driver(run->sinks[i])->outlives_inputs == those_that_outlive_inputs)
            sink_queue_close(run->sinks[i]);
    for (int i = 0; i < run->sink_count; i++) {
        Error reported;
        if (sink_queue_driver(run->sinks[i])->outlives_inputs == those_that_outlive_inputs)
            sink_queue_finish(run->sinks[i], run->stop, &reported);
    }
}

/* ---- inputs ------------------------------------------------------------------------------------- */

/* By the thread of the channel. The last one completes the outputs, though a picture may stay in the window.
 * Of one input among others is told at once, of the only one at the end. */
static void note_channel_end(void *context, Channel *channel, ChannelEnd end, const Error *error)
{
    Run *run = context;
    if (end == CHANNEL_LOST)
        run_end(run, RUN_LOST);
    else if ((end == CHANNEL_DAMAGED || end == CHANNEL_FAILED) && channel_setup(channel)->name)
        message("%s", error->message);
    pthread_mutex_lock(&run->lock);
    const bool last = --run->reading == 0;
    pthread_mutex_unlock(&run->lock);
    if (last)
        finish_sinks(run, false);
}

static void note_channel_left(void *context, Channel *channel)
{
    Run *run = context;
    (void)channel;
    pthread_mutex_lock(&run->lock);
    run->running--;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

Channel *run_add_channel(Run *run, ChannelSetup *setup)
{
    assert(run->channel_count < RUN_MAX_INPUTS);
    setup->source = run->channel_count;
    setup->inference = run->inference;
    setup->choice = run->choice;
    setup->notices = &run->notices;
    setup->stop = run->stop;
    setup->ended = note_channel_end;
    setup->left = note_channel_left;
    setup->context = run;
    Channel *channel = channel_create(setup);
    if (channel)
        run->channels[run->channel_count++] = channel;
    return channel;
}

int run_start(Run *run, Error *error)
{
    if (inference_start(run->inference, error))
        return -1;
    run->reading = run->running = run->channel_count;
    for (int i = 0; i < run->channel_count; i++) {
        if (!channel_start(run->channels[i], error))
            continue;
        const int missing = run->channel_count - i;
        pthread_mutex_lock(&run->lock);
        run->running -= missing;
        run->reading -= missing;
        pthread_mutex_unlock(&run->lock);
        return -1;
    }
    return 0;
}

/* ---- the end ------------------------------------------------------------------------------------ */

void run_end(Run *run, int reason)
{
    int running = 0;
    atomic_compare_exchange_strong(run->stop, &running, reason);
    pthread_mutex_lock(&run->lock);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    notices_wake(&run->notices);
}

bool run_is_over(Run *run)
{
    pthread_mutex_lock(&run->lock);
    const bool over = !run->running || atomic_load(run->stop);
    pthread_mutex_unlock(&run->lock);
    return over;
}

void run_wait(Run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->running && !atomic_load(run->stop))
        condition_wait_until(&run->changed, &run->lock, clock_now_ns() + POLL_NS);
    pthread_mutex_unlock(&run->lock);
}

void run_join(Run *run)
{
    for (int i = 0; i < run->channel_count; i++)
        channel_stop(run->channels[i]);
    for (int i = 0; i < run->sink_count; i++)
        sink_queue_release(run->sinks[i]);
    for (int i = 0; i < run->channel_count; i++) {
        Error ignored; /* whoever reports asks again */
        channel_join(run->channels[i], &ignored);
    }
    inference_destroy(run->inference);
    run->inference = NULL;
    finish_sinks(run, false); /* where not all channels were started */
    finish_sinks(run, true);
}
