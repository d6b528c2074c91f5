/*
 * What a channel is made of, for its own files (channel.c, channel_state.c, pacing.c): who owns what, and
 * what its thread and the inference do with it.
 */
#ifndef LOOKOUT_APP_RUN_CHANNEL_STATE_H
#define LOOKOUT_APP_RUN_CHANNEL_STATE_H

#include "app/run/channel_setup.h"
#include "app/run/playback.h"
#include "app/run/sink_queue.h"
#include "app/run/status.h"
#include "app/run/timeline.h"
#include "vision/convert.h"
#include "vision/frame_pool.h"
#include <stdatomic.h>

#define CHANNEL_MAX_COMMANDS 16 /* that wait */

struct Channel {
    ChannelSetup setup;
    SinkQueue *sinks[CHANNEL_MAX_SINKS];
    int sink_count;
    bool wants_pictures; /* a sink or the window does */
    int client;          /* of the inference */
    Status *status;
    Playback playback;
    _Atomic double threshold;
    atomic_bool stopped;
    pthread_t thread;
    bool running;

    /* the channel's thread */
    Converter *converter;
    Timeline timeline;
    int64_t first_time;    /* ns, of a camera's first frame */
    int64_t damaged_since; /* ns, time of the first of the damaged pictures that came last; 0: none */
    int64_t skipped;
    bool has_frames, is_lost, is_advised;
    bool holds; /* the last picture, without the tracker: time stands still */
    ChannelEnd end;
    Error error;

    Tracker *tracker;                /* the inference's, while it answers; NULL: not asked for */
    _Atomic double read_ms, draw_ms; /* what the last frame took of the channel's thread */

    FramePool *frames;
    ObservationPool *observations;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t answered;
    const Frame *every; /* a frame that the channel's thread waits for; NULL: none */
    Observation *answer;
    Frame *pending, *taken;   /* of a camera: the newest frame, and the one that is looked at */
    Observation *latest;      /* of a camera: the last answer */
    int outage, taken_outage; /* how often the camera was lost: now, and when the taken frame came */
    bool tracker_is_stale;    /* what it knows was seen before the camera was lost */
    int64_t detected;
    bool over; /* detection says that the run of the channel ends, as over_end and over_error say */
    ChannelEnd over_end;
    Error over_error;
    Observation *shown;
    int64_t shown_number;
    bool
        takes_commands; /* while a picture is held: they wait until it is seen as the user has asked for it */
    SinkCommand commands[CHANNEL_MAX_COMMANDS]; /* [command_count] */
    int command_count;
};

extern const InferenceClient channel_client; /* what the inference does with a channel */

static inline bool channel_is_stopped(const Channel *channel)
{
    return atomic_load(&channel->stopped) || atomic_load(channel->setup.stop);
}

/* Fills the channel's error; returns end. */
ChannelEnd channel_fail(Channel *channel, ChannelEnd end, const Error *why);
/* Detection ends the run of the channel, unless it has been ended already. error: NULL for CHANNEL_DONE. */
void channel_end_detection(Channel *channel, ChannelEnd end, const Error *error);
bool channel_detection_is_over(Channel *channel);

/* Whether that many detected frames are all that were asked for. */
bool channel_has_all(const Channel *channel, int64_t detected);

/* An observation of this frame without a picture and objects; a reference of the caller's. */
Observation *channel_observe(Channel *channel, const Frame *frame, int64_t captured_ns);
/* Gives the observation to the sinks that want this. */
void channel_push(Channel *channel, SinkWants wants, Observation *observation);
/* The window shows it from now on. */
void channel_show(Channel *channel, Observation *observation);
/* Passes a command on to the sinks that follow it. Any thread. */
void channel_pass_on(Channel *channel, SinkCommand command);
/* A picture for the sinks and the window, filled from the input's frame; a reference of the caller's. NULL
 * with error: it cannot be decoded. */
Frame *channel_convert(Channel *channel, const Frame *frame, Error *error);
/* A frame came with this timestamp. */
void channel_count_captured(Channel *channel, int64_t time_ns);
/* Has the frame looked at, which stays as it is, waits for the answer, and meanwhile makes a picture of the
 * frame where one is wanted and picture (a reference, which is taken over) is NULL. Returns the observation
 * with the picture, a reference of the caller's; NULL when the run of the channel is over: *end says how. */
Observation *channel_look_at(Channel *channel, const Frame *frame, Frame *picture, ChannelEnd *end);

#endif
