#include "app/run/pacing.h"

#include "app/run/objects.h"
#include "base/clock.h"
#include "base/message.h"

/* how long a camera may send damaged pictures only */
#define PATIENCE_NS INT64_C(3000000000)
/* how often a picture that is held is compared with the network and threshold of the moment */
#define HOLD_NS INT64_C(100000000)

/* ---- every frame: clips, pictures, pipes ------------------------------------------------------------ */

/* A frame that was read goes all the way. CHANNEL_DONE: go on. */
static ChannelEnd look_at_every(Channel *channel, const Frame *frame)
{
    ChannelEnd end = CHANNEL_DONE;
    channel_count_captured(channel, frame->time_ns);
    Observation *observation = channel_look_at(channel, frame, NULL, &end);
    if (!observation)
        return end;
    if (channel_has_all(channel, ++channel->detected))
        channel_end_detection(channel, CHANNEL_DONE, NULL);
    channel_push(channel, SINK_WANTS_PICTURES, observation);
    channel_push(channel, SINK_WANTS_DETECTED, observation);
    channel_show(channel, observation);
    observation_unref(observation);
    if (!channel->setup.shows)
        return CHANNEL_DONE;
    const int64_t start = clock_now_ns();
    playback_wait_turn(&channel->playback);
    timeline_delay(&channel->timeline, clock_now_ns() - start);
    return CHANNEL_DONE;
}

/* Sleeps until the frame is due. */
static void wait_until_due(Channel *channel, int64_t time_ns)
{
    const int64_t due = timeline_due_ns(&channel->timeline, time_ns, clock_now_ns());
    while (clock_now_ns() < due && playback_wait_until(&channel->playback, due))
        ;
}

static ChannelEnd take_every(Channel *channel, Frame *frame)
{
    timeline_place(&channel->timeline, frame);
    if (channel->setup.options.realtime)
        wait_until_due(channel, frame->time_ns);
    return channel_is_stopped(channel) ? CHANNEL_STOPPED : look_at_every(channel, frame);
}

static ChannelEnd start_again(Channel *channel, bool *again)
{
    Input *input = channel->setup.input;
    Error why;
    *again = false;
    if (!channel->setup.options.loop || !channel->timeline.frames || channel_is_stopped(channel))
        return CHANNEL_DONE;
    if (input->functions->rewind(input, &why))
        return channel_is_stopped(channel) ? CHANNEL_STOPPED : channel_fail(channel, CHANNEL_FAILED, &why);
    timeline_next_round(&channel->timeline, input->frame_rate);
    *again = true;
    return CHANNEL_DONE;
}

const Pacing pacing_every = {.take = take_every, .restart = start_again};

/* ---- the newest frame: cameras ---------------------------------------------------------------------- */

/* Once. */
static void report_advice(Channel *channel)
{
    Input *input = channel->setup.input;
    if (channel->is_advised || !input->functions->advice)
        return;
    const char *advice = input->functions->advice(input);
    if (!advice)
        return;
    channel->is_advised = true;
    notices_report(channel->setup.notices, "%s", advice);
}

ChannelEnd pacing_lose(Channel *channel, const Error *why)
{
    Error lost;
    error_set(&lost, "camera lost: %s", why->message);
    if (channel->setup.options.exit_on_lost)
        return channel_fail(channel, CHANNEL_LOST, &lost);
    if (channel->is_lost)
        return CHANNEL_DONE;
    channel->is_lost = true;
    pthread_mutex_lock(&channel->lock);
    channel->outage++;
    pthread_mutex_unlock(&channel->lock);
    message("%s; waiting for it to come back", lost.message);
    status_set_lost(channel->status, why->message);
    notices_wake(channel->setup.notices);
    return CHANNEL_DONE;
}

static void find_again(Channel *channel)
{
    const char *name = channel->setup.name;
    message("%s%sthe camera is back", name ? name : "", name ? ": " : "");
    status_set_lost(channel->status, NULL);
    channel->is_lost = false;
    pthread_mutex_lock(&channel->lock);
    Observation *before = channel->latest;
    channel->latest = NULL;
    channel->tracker_is_stale = true;
    pthread_mutex_unlock(&channel->lock);
    observation_unref(before);
}

/* A picture that cannot be decoded. A camera that sends nothing else is lost like one that sends nothing. */
static ChannelEnd miss_picture(Channel *channel, int64_t time_ns)
{
    atomic_fetch_add(&channel->setup.input->counts.damaged, 1);
    if (!channel->damaged_since)
        channel->damaged_since = time_ns;
    if (!channel->is_lost && time_ns - channel->damaged_since < PATIENCE_NS)
        return CHANNEL_DONE;
    Error why;
    error_set(&why, "%s%sall its pictures are damaged; try another cable or --camera-format",
              channel->setup.name ? channel->setup.name : "", channel->setup.name ? ": " : "");
    return pacing_lose(channel, &why);
}

/* The picture with what was seen last goes to whoever wants every picture. Paused, the window stands still.
 */
static void show_newest(Channel *channel, Frame *picture, int64_t start)
{
    Observation *observation = channel_observe(channel, picture, picture->time_ns);
    observation->time_ns -= channel->first_time;
    observation->frame = frame_ref(picture);
    pthread_mutex_lock(&channel->lock);
    if (channel->latest)
        objects_copy(observation, channel->latest);
    pthread_mutex_unlock(&channel->lock);
    channel_push(channel, SINK_WANTS_PICTURES, observation);
    channel->draw_ms = clock_ms_since(start);
    if (playback_take_turn(&channel->playback))
        channel_show(channel, observation);
    observation_unref(observation);
}

static void offer_newest(Channel *channel, Frame *picture)
{
    pthread_mutex_lock(&channel->lock);
    Frame *before = channel->pending;
    channel->pending = frame_ref(picture);
    channel->skipped += before != NULL;
    pthread_mutex_unlock(&channel->lock);
    frame_unref(before);
    inference_offer(channel->setup.inference, channel->client);
}

static ChannelEnd take_newest(Channel *channel, Frame *frame)
{
    Error why;
    const int64_t start = clock_now_ns();
    Frame *picture = channel_convert(channel, frame, &why);
    if (!picture)
        return miss_picture(channel, frame->time_ns);
    channel->damaged_since = 0;
    if (channel->is_lost)
        find_again(channel);
    channel->read_ms = clock_ms_since(start);
    if (!channel->has_frames)
        channel->first_time = frame->time_ns;
    channel->has_frames = true;
    offer_newest(channel, picture);
    channel_count_captured(channel, frame->time_ns); /* with the one that it took the place of */
    report_advice(channel);
    if (channel->wants_pictures)
        show_newest(channel, picture, clock_now_ns());
    frame_unref(picture);
    return CHANNEL_DONE;
}

static ChannelEnd end_newest(Channel *channel, bool *again)
{
    (void)channel;
    *again = false;
    return CHANNEL_DONE;
}

const Pacing pacing_newest = {.take = take_newest, .restart = end_newest};

/* ---- the last picture ------------------------------------------------------------------------------- */

/* Whether it would be seen otherwise now. */
static bool is_stale(Channel *channel, const Observation *held)
{
    NetworkPoint point;
    model_choice_detector(channel->setup.choice, &point);
    return held->alpha != point.alpha || held->size != point.size ||
           held->threshold != atomic_load(&channel->threshold);
}

/* takes: more may come. */
static void pass_commands_on(Channel *channel, bool takes)
{
    SinkCommand commands[CHANNEL_MAX_COMMANDS];
    pthread_mutex_lock(&channel->lock);
    const int count = channel->command_count;
    for (int i = 0; i < count; i++)
        commands[i] = channel->commands[i];
    channel->command_count = 0;
    channel->takes_commands = takes;
    pthread_mutex_unlock(&channel->lock);
    for (int i = 0; i < count; i++)
        channel_pass_on(channel, commands[i]);
}

ChannelEnd pacing_hold(Channel *channel, Observation *held)
{
    ChannelEnd end = CHANNEL_DONE;
    channel->holds = true;
    while (held && !channel_is_stopped(channel) &&
           (channel->setup.input->still || playback_paused(&channel->playback))) {
        if (is_stale(channel, held)) {
            Observation *next = channel_look_at(channel, held->frame, frame_ref(held->frame), &end);
            if (!next)
                break;
            channel_show(channel, next);
            observation_unref(held);
            held = next;
        } else {
            pass_commands_on(channel, true);
            inference_report_failure(channel->setup.inference);
            playback_wait_until(&channel->playback, clock_now_ns() + HOLD_NS);
        }
    }
    pass_commands_on(channel, false);
    observation_unref(held);
    return end;
}
