#include "app/run/channel.h"

#include "app/run/channel_state.h"
#include "app/run/pacing.h"
#include "base/clock.h"
#include "base/thread.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_RATE 30 /* frames a second, where the input does not say */
/* frames and observations besides those that wait for sinks: being read, waiting, looked at, newest, shown,
 * in the window, and those that snapshots hold */
enum { IN_USE = 12 };

/* ---- life --------------------------------------------------------------------------------------- */

Channel *channel_create(const ChannelSetup *setup)
{
    Channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return NULL;
    channel->setup = *setup;
    channel->wants_pictures = setup->shows;
    atomic_init(&channel->threshold, setup->threshold);
    pthread_mutex_init(&channel->lock, NULL);
    pthread_cond_init(&channel->answered, NULL);
    playback_init(&channel->playback);
    channel->status = status_create();
    channel->converter = converter_create();
    /* time stands still in a single picture: what is seen in it with other settings is not the same objects
     */
    const bool tracks = setup->track && !setup->input->still;
    if (tracks)
        channel->tracker = tracker_create(setup->settings.max_detections);
    if (!channel->status || !channel->converter || (tracks && !channel->tracker)) {
        channel_destroy(channel);
        return NULL;
    }
    channel->client = inference_add(setup->inference, &channel_client, channel);
    channel->end = CHANNEL_STOPPED; /* unless it runs */
    return channel;
}

void channel_destroy(Channel *channel)
{
    if (!channel)
        return;
    observation_unref(channel->shown);
    observation_unref(channel->latest);
    observation_pool_destroy(channel->observations);
    frame_pool_destroy(channel->frames);
    tracker_destroy(channel->tracker);
    converter_destroy(channel->converter);
    status_destroy(channel->status);
    playback_finish(&channel->playback);
    pthread_cond_destroy(&channel->answered);
    pthread_mutex_destroy(&channel->lock);
    free(channel);
}

void channel_add_sink(Channel *channel, SinkQueue *queue)
{
    assert(channel->sink_count < CHANNEL_MAX_SINKS);
    channel->sinks[channel->sink_count++] = queue;
    channel->wants_pictures |= sink_queue_driver(queue)->wants == SINK_WANTS_PICTURES;
}

/* As many frames and observations as can be in use at once. */
static int create_pools(Channel *channel)
{
    int limit = IN_USE;
    for (int i = 0; i < channel->sink_count; i++)
        limit += sink_queue_driver(channel->sinks[i])->queue_length + 2; /* a nudge, and one that is taken */
    channel->frames = frame_pool_create(limit);
    channel->observations = observation_pool_create(limit);
    return channel->frames && channel->observations ? 0 : -1;
}

/* ---- the thread --------------------------------------------------------------------------------- */

/* No frame of the input is looked at any more, not even one that waits. */
static void end_looking(Channel *channel)
{
    inference_withdraw(channel->setup.inference, channel->client);
    pthread_mutex_lock(&channel->lock);
    Frame *pending = channel->pending;
    channel->pending = NULL;
    pthread_mutex_unlock(&channel->lock);
    frame_unref(pending);
}

/* One loop for all inputs: what differs is the pacing policy. */
static ChannelEnd run_frames(Channel *channel)
{
    Input *input = channel->setup.input;
    const Pacing *pacing = input->live ? &pacing_newest : &pacing_every;
    ChannelEnd end = CHANNEL_DONE;
    bool goes_on = true;
    while (goes_on && end == CHANNEL_DONE && !channel_is_stopped(channel) &&
           !channel_detection_is_over(channel)) {
        Frame frame;
        Error why;
        const int64_t start = clock_now_ns();
        const InputStatus status = input->functions->read(input, &frame, &why);
        if (!input->live)
            channel->read_ms = clock_ms_since(start);
        if (channel_is_stopped(channel))
            break; /* what was being read looks damaged then */
        switch (status) {
        case INPUT_FRAME:
            end = pacing->take(channel, &frame);
            break;
        case INPUT_LOST:
            end = pacing_lose(channel, &why);
            break;
        case INPUT_DAMAGED:
            end = channel_fail(channel, CHANNEL_DAMAGED, &why);
            break;
        case INPUT_END:
            end = pacing->restart(channel, &goes_on);
            break;
        }
    }
    end_looking(channel);
    if (end != CHANNEL_DONE)
        return end;
    if (channel->over && channel->over_end != CHANNEL_DONE)
        return channel_fail(channel, channel->over_end, &channel->over_error);
    return channel_is_stopped(channel) && !channel->over ? CHANNEL_STOPPED : CHANNEL_DONE;
}

static void *run(void *argument)
{
    Channel *channel = argument;
    const ChannelSetup *setup = &channel->setup;
    ChannelEnd end = run_frames(channel);
    inference_set_rate(setup->inference, channel->client, 0);
    channel->end = end;
    setup->ended(setup->context, channel, end, &channel->error);
    if (setup->shows && (end == CHANNEL_DONE || end == CHANNEL_DAMAGED)) {
        int64_t number = 0;
        end = pacing_hold(channel, channel_take_shown(channel, &number));
        if (channel->end == CHANNEL_DONE)
            channel->end = end;
    }
    status_set_ended(channel->status);
    setup->left(setup->context, channel);
    notices_wake(setup->notices);
    return NULL;
}

int channel_start(Channel *channel, Error *error)
{
    const ChannelSetup *setup = &channel->setup;
    if (create_pools(channel))
        return error_set(error, "out of memory");
    const double target = setup->options.target_rate, rate = setup->input->frame_rate;
    inference_set_rate(setup->inference, channel->client, target > 0 ? target : rate > 0 ? rate : USUAL_RATE);
    const int code = thread_start(&channel->thread, run, channel);
    if (code)
        return error_set(error, "no thread can be started to read an input: %s", strerror(code));
    channel->running = true;
    return 0;
}

void channel_stop(Channel *channel)
{
    atomic_store(&channel->stopped, true);
    input_interrupt(channel->setup.input);
    playback_release(&channel->playback);
    pthread_mutex_lock(&channel->lock);
    pthread_cond_broadcast(&channel->answered);
    pthread_mutex_unlock(&channel->lock);
}

ChannelEnd channel_join(Channel *channel, Error *error)
{
    if (channel->running)
        pthread_join(channel->thread, NULL);
    channel->running = false;
    if (channel->end != CHANNEL_DONE && channel->end != CHANNEL_STOPPED)
        *error = channel->error;
    return channel->end;
}

/* ---- for any thread ------------------------------------------------------------------------------ */

const ChannelSetup *channel_setup(const Channel *channel)
{
    return &channel->setup;
}

Status *channel_status(Channel *channel)
{
    return channel->status;
}

void channel_set_paused(Channel *channel, bool paused)
{
    playback_set_paused(&channel->playback, paused);
    notices_wake(channel->setup.notices);
}

bool channel_paused(Channel *channel)
{
    return playback_paused(&channel->playback);
}

void channel_step(Channel *channel)
{
    playback_step(&channel->playback);
}

double channel_move_threshold(Channel *channel, int hundredths)
{
    double moved = round(atomic_load(&channel->threshold) * 100 + hundredths) / 100;
    moved = fmin(fmax(moved, 0.01), 0.99);
    atomic_store(&channel->threshold, moved);
    playback_wake(&channel->playback);
    return moved;
}

double channel_threshold(const Channel *channel)
{
    return atomic_load(&channel->threshold);
}

void channel_command(Channel *channel, SinkCommand command)
{
    pthread_mutex_lock(&channel->lock);
    const bool waits = channel->takes_commands && channel->command_count < CHANNEL_MAX_COMMANDS;
    if (waits)
        channel->commands[channel->command_count++] = command;
    pthread_mutex_unlock(&channel->lock);
    if (waits)
        playback_wake(&channel->playback);
    else
        channel_pass_on(channel, command);
}

Observation *channel_take_shown(Channel *channel, int64_t *number)
{
    Observation *shown = NULL;
    pthread_mutex_lock(&channel->lock);
    if (channel->shown && channel->shown_number != *number) {
        *number = channel->shown_number;
        shown = observation_ref(channel->shown);
    }
    pthread_mutex_unlock(&channel->lock);
    return shown;
}

size_t channel_memory(Channel *channel)
{
    return (channel->frames ? frame_pool_bytes(channel->frames) : 0) +
           (channel->observations ? observation_pool_bytes(channel->observations) : 0);
}
