#include "app/run/channel_state.h"

#include "app/run/objects.h"
#include "base/clock.h"
#include <string.h>

/* ---- what observations are made of --------------------------------------------------------------- */

bool channel_has_all(const Channel *channel, int64_t detected)
{
    return channel->setup.options.frames && detected >= channel->setup.options.frames;
}

static Tracker *tracker_now(const Channel *channel)
{
    return channel->holds ? NULL : channel->tracker;
}

/* What is asked of the detector for the next frame. */
static LookoutSettings settings_now(const Channel *channel)
{
    const double threshold = atomic_load(&channel->threshold);
    LookoutSettings settings = channel->setup.settings;
    settings.threshold = tracker_now(channel) ? tracker_lower_threshold(threshold) : threshold;
    return settings;
}

/* The pool is as large as all that can be in use at once, so it never gives NULL. */
Observation *channel_observe(Channel *channel, const Frame *frame, int64_t captured_ns)
{
    Observation *observation = observation_take(channel->observations);
    observation->source = channel->setup.source;
    observation->width = frame->width;
    observation->height = frame->height;
    observation->sequence = frame->sequence;
    observation->time_ns = frame->time_ns;
    observation->captured_ns = captured_ns;
    observation->detected = false;
    observation->alpha = 0;
    observation->size = 0;
    observation->threshold = 0;
    memset(observation->stage_ms, 0, sizeof observation->stage_ms);
    return observation;
}

static void set_answer(Channel *channel, Observation *observation, const InferenceAnswer *answer)
{
    observation->detected = true;
    observation->alpha = answer->point.alpha;
    observation->size = answer->point.size;
    observation->threshold = atomic_load(&channel->threshold);
    observation->stage_ms[STAGE_READ] = channel->read_ms;
    observation->stage_ms[STAGE_CONVERT] = answer->convert_ms;
    observation->stage_ms[STAGE_RESIZE] = answer->result->resize_ms;
    observation->stage_ms[STAGE_INFERENCE] = answer->result->inference_ms;
    observation->stage_ms[STAGE_DRAW] = channel->draw_ms;
    objects_set(observation, answer->result, tracker_now(channel), observation->threshold);
}

void channel_push(Channel *channel, SinkWants wants, Observation *observation)
{
    for (int i = 0; i < channel->sink_count; i++)
        if (sink_queue_driver(channel->sinks[i])->wants == wants)
            sink_queue_push(channel->sinks[i], observation, !channel->setup.input->live);
}

void channel_show(Channel *channel, Observation *observation)
{
    if (!channel->setup.shows)
        return;
    pthread_mutex_lock(&channel->lock);
    Observation *before = channel->shown;
    channel->shown = observation_ref(observation);
    channel->shown_number++;
    pthread_mutex_unlock(&channel->lock);
    observation_unref(before);
    notices_wake(channel->setup.notices);
}

/* Why no picture can be saved now; NULL: one can. */
static const char *reason_against_snapshot(Channel *channel, const Observation *shown)
{
    StatusReport report;
    status_get(channel->status, &report);
    if (report.lost[0] && !playback_paused(&channel->playback))
        return "the camera is lost";
    return shown ? NULL : "there is no picture yet";
}

void channel_pass_on(Channel *channel, SinkCommand command)
{
    pthread_mutex_lock(&channel->lock);
    Observation *shown = channel->shown ? observation_ref(channel->shown) : NULL;
    pthread_mutex_unlock(&channel->lock);
    const char *reason = command == SINK_RECORD ? NULL : reason_against_snapshot(channel, shown);
    if (reason)
        notices_post(channel->setup.notices, "no snapshot: %s", reason);
    for (int i = 0; i < channel->sink_count && !reason; i++) {
        const SinkDriver *driver = sink_queue_driver(channel->sinks[i]);
        if (driver->command && driver->command(sink_queue_sink(channel->sinks[i]), command) && shown)
            sink_queue_nudge(channel->sinks[i], shown);
    }
    observation_unref(shown);
}

/* ---- the inference's side ------------------------------------------------------------------------ */

/* Under the lock. */
static void end_detection(Channel *channel, ChannelEnd end, const Error *error)
{
    if (channel->over)
        return;
    channel->over = true;
    channel->over_end = end;
    if (error)
        channel->over_error = *error;
}

void channel_end_detection(Channel *channel, ChannelEnd end, const Error *error)
{
    pthread_mutex_lock(&channel->lock);
    end_detection(channel, end, error);
    pthread_mutex_unlock(&channel->lock);
}

bool channel_detection_is_over(Channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    const bool over = channel->over;
    pthread_mutex_unlock(&channel->lock);
    return over;
}

static bool take_job(void *client, InferenceJob *job)
{
    Channel *channel = client;
    pthread_mutex_lock(&channel->lock);
    if (channel->pending) {
        channel->taken_outage = channel->outage;
        channel->taken = channel->pending;
        channel->pending = NULL;
        job->frame = channel->taken;
    } else {
        job->frame = channel->every;
    }
    const bool reset = channel->tracker_is_stale;
    channel->tracker_is_stale = false;
    pthread_mutex_unlock(&channel->lock);
    if (reset && channel->tracker)
        tracker_reset(channel->tracker);
    job->settings = settings_now(channel);
    return job->frame != NULL;
}

/* Of a camera: nobody waits for the answer, so it goes to the sinks from here; none of them waits either. */
static void answer_newest(Channel *channel, const InferenceAnswer *answer)
{
    Frame *frame = channel->taken;
    Observation *observation = channel_observe(channel, frame, frame->time_ns);
    observation->time_ns -= channel->first_time;
    set_answer(channel, observation, answer);
    status_detected(channel->status, answer->result->inference_ms);
    if (!channel->setup.shows)
        status_shown(channel->status, clock_ms_since(frame->time_ns));
    pthread_mutex_lock(&channel->lock);
    Observation *before = channel->latest;
    /* what was seen before the camera was lost is not drawn on the pictures that come now */
    const bool is_current = channel->taken_outage == channel->outage;
    channel->latest = is_current ? observation_ref(observation) : NULL;
    const bool wanted = !channel->over;
    channel->detected += wanted;
    const bool last = channel_has_all(channel, channel->detected);
    if (last)
        end_detection(channel, CHANNEL_DONE, NULL);
    pthread_mutex_unlock(&channel->lock);
    if (wanted)
        channel_push(channel, SINK_WANTS_DETECTED, observation);
    if (last)
        input_interrupt(channel->setup.input);
    observation_unref(before);
    observation_unref(observation);
}

static void take_answer(void *client, const InferenceAnswer *answer)
{
    Channel *channel = client;
    if (!answer->result) {
        pthread_mutex_lock(&channel->lock);
        end_detection(channel, CHANNEL_FAILED, answer->error);
        pthread_cond_broadcast(&channel->answered);
        pthread_mutex_unlock(&channel->lock);
        if (channel->taken)
            input_interrupt(channel->setup.input);
    } else if (channel->taken) {
        answer_newest(channel, answer);
    } else {
        Observation *observation = channel_observe(channel, channel->every, 0);
        set_answer(channel, observation, answer);
        status_detected(channel->status, answer->result->inference_ms);
        pthread_mutex_lock(&channel->lock);
        channel->answer = observation;
        pthread_cond_broadcast(&channel->answered);
        pthread_mutex_unlock(&channel->lock);
    }
    frame_unref(channel->taken);
    channel->taken = NULL;
}

const InferenceClient channel_client = {.take = take_job, .answer = take_answer};

/* ---- the channel's thread ---------------------------------------------------------------------------- */

/* A picture for the sinks and the window, filled from the input's frame. NULL with error: it cannot be
 * decoded. */
Frame *channel_convert(Channel *channel, const Frame *frame, Error *error)
{
    Frame *picture = frame_pool_take(channel->frames);
    if (!converter_to_i420(channel->converter, frame, picture, error))
        return picture;
    frame_unref(picture);
    return NULL;
}

ChannelEnd channel_fail(Channel *channel, ChannelEnd end, const Error *why)
{
    channel->error = *why;
    return end;
}

/* Has the frame looked at, which stays as it is, and meanwhile makes a picture of it where one is wanted.
 * Returns the observation, which has the picture; NULL when the run is over: *end says how. */
Observation *channel_look_at(Channel *channel, const Frame *frame, Frame *picture, ChannelEnd *end)
{
    Error error;
    pthread_mutex_lock(&channel->lock);
    channel->every = frame;
    channel->answer = NULL;
    pthread_mutex_unlock(&channel->lock);
    const int64_t start = clock_now_ns();
    bool broken = false;
    if (picture || channel->wants_pictures) {
        inference_offer(channel->setup.inference, channel->client);
        broken = !picture && !(picture = channel_convert(channel, frame, &error));
        channel->draw_ms = clock_ms_since(start);
    } else {
        inference_serve(channel->setup.inference, channel->client);
    }

    pthread_mutex_lock(&channel->lock);
    while (!broken && !channel->answer && !channel->over && !channel_is_stopped(channel))
        pthread_cond_wait(&channel->answered, &channel->lock);
    pthread_mutex_unlock(&channel->lock);
    inference_withdraw(channel->setup.inference, channel->client);
    pthread_mutex_lock(&channel->lock);
    Observation *observation = channel->answer;
    channel->answer = NULL;
    channel->every = NULL;
    pthread_mutex_unlock(&channel->lock);

    if (observation && !broken && !channel_is_stopped(channel)) {
        observation->frame = picture;
        observation->stage_ms[STAGE_DRAW] = channel->draw_ms;
        return observation;
    }
    frame_unref(picture);
    observation_unref(observation);
    if (broken)
        *end = channel_fail(channel, CHANNEL_FAILED, &error);
    else
        *end =
            channel->over ? channel_fail(channel, channel->over_end, &channel->over_error) : CHANNEL_STOPPED;
    return NULL;
}

void channel_count_captured(Channel *channel, int64_t time_ns)
{
    InputCounts *counts = &channel->setup.input->counts;
    const long long before =
        atomic_load(&counts->skipped) + atomic_load(&counts->dropped) + atomic_load(&counts->damaged);
    status_captured(channel->status, time_ns, channel->skipped + before);
}
