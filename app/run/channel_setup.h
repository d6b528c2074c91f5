/* What a channel works with, and how it ends. */
#ifndef LOOKOUT_APP_RUN_CHANNEL_SETUP_H
#define LOOKOUT_APP_RUN_CHANNEL_SETUP_H

#include "app/run/inference.h"
#include "vision/input.h"
#include <stdatomic.h>

#define CHANNEL_MAX_SINKS 8

/* How the frames of an input are taken; the same for every input of a run. */
typedef struct ChannelOptions {
    int64_t frames;     /* stop after that many detected ones of each input; 0: at its end */
    bool loop;          /* start again at the end, with times and sequence numbers that go on increasing */
    bool realtime;      /* not faster than the frames' times say */
    bool exit_on_lost;  /* end when the camera is lost */
    double target_rate; /* detections a second of each input that `auto` holds; 0: the input's frame rate */
} ChannelOptions;

/* What the user says of one input. */
typedef struct InputSpec {
    const char *name;    /* unique, and fit to be part of a file name */
    const char *path;    /* NULL: the first camera */
    const char *classes; /* names separated by commas; NULL: those of all inputs (--classes) */
    double threshold;    /* negative: that of all inputs (--threshold) */
} InputSpec;

typedef enum ChannelEnd {
    CHANNEL_DONE,    /* the input's end, or the number of frames asked for */
    CHANNEL_STOPPED, /* channel_stop() */
    CHANNEL_LOST,    /* the camera was, and exit_on_lost is set; the error says how */
    CHANNEL_DAMAGED, /* the input was broken; the error says how */
    CHANNEL_FAILED,  /* the error says why */
} ChannelEnd;

typedef struct Channel Channel;

/* What a channel works with; all of it outlives the channel. */
typedef struct ChannelSetup {
    int source;       /* its number in the run */
    const char *name; /* of the input, before what is said of it; NULL: it is the only one */
    Input *input;
    ChannelOptions options;
    LookoutSettings settings; /* all but the threshold */
    double threshold;
    bool track;             /* objects are held and numbered */
    bool shows;             /* a window takes the pictures, see channel_take_shown() */
    const atomic_int *stop; /* of the run, nonzero: it ends, and with it the waiting of the input */

    Inference *inference;
    ModelChoice *choice;
    Notices *notices;
    /* By the channel's thread: once no more frames come to its sinks (error: why, where the end has a
     * reason), and when it is about to end itself. */
    void (*ended)(void *context, Channel *channel, ChannelEnd end, const Error *error);
    void (*left)(void *context, Channel *channel);
    void *context;
} ChannelSetup;

#endif
