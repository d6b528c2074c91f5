/*
 * A run for the tests of app/run, with a network of the project that never detects (fake_detector.h), inputs
 * that the tests play, and sinks that note what they get.
 */
#ifndef LOOKOUT_TESTS_APP_RUN_RIG_H
#define LOOKOUT_TESTS_APP_RUN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/run.h"

enum { RIG_WIDTH = 64, RIG_HEIGHT = 48, RIG_INTERVAL_NS = 33333333, RIG_LOG = 512, RIG_INPUTS = 4 };

/* ---- inputs --------------------------------------------------------------------------------------- */

/* A grey picture of one brightness, which tells its number. */
void rig_fill(Frame *picture, int64_t sequence);
int rig_luma(int64_t sequence);
int64_t rig_time(int64_t sequence);

/* A clip of `frames` frames; with what is set it ends otherwise. */
typedef struct RigClip {
    Input input;
    int frames;
    bool is_damaged;           /* after the last frame */
    int64_t undecodable;       /* the number of a frame that is no picture; 0: none */
    const char *cannot_rewind; /* why; NULL: it can */
    void (*before)(struct RigClip *,
                   int64_t sequence); /* a frame is read, by the channel's thread; may be NULL */
    void *context;
    int64_t next;
    int rounds;
    atomic_bool interrupted;
    Frame picture;
    uint8_t garbage[16];
} RigClip;

/* Zeroed, or initialised before. */
void rig_clip_init(RigClip *clip, int frames);
void rig_clip_finish(RigClip *clip);

/* ---- sinks ---------------------------------------------------------------------------------------- */

/* What a sink has been given. */
typedef struct RigSeen {
    int source, luma; /* of the picture; -1: none */
    int64_t sequence, time_ns, captured_ns;
    bool detected;
    double alpha, threshold;
    int size, count;
    SceneObject object; /* the first */
} RigSeen;

typedef struct RigSink {
    Sink sink;
    const char *failure; /* of the frame number fail_at, from 1; NULL: the sink is closed then */
    int fail_at;         /* 0: never */
    atomic_int taken, finished;
    atomic_llong last;     /* sequence number of the one that was taken last, -1: none */
    RigSeen seen[RIG_LOG]; /* by the thread that takes; [taken], after the run */
} RigSink;

/* Takes what is detected, or every picture, at once. Owned by the run that it is added to. */
RigSink *rig_results(void);
RigSink *rig_pictures(void);
/* Takes what is detected, but nobody has asked for it. */
RigSink *rig_watcher(void);
/* Waits until it has taken so many; false when that takes too long. */
bool rig_wait_taken(RigSink *sink, int count);

/* ---- runs ----------------------------------------------------------------------------------------- */

typedef struct Rig {
    atomic_int stop;
    Run run;
    bool is_started; /* and not yet joined */
    Error error;
} Rig;

/* Set-up and tear-down functions of cmocka: a run without inputs in a folder of its own. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* How channels are set up if nothing else is said: threshold 0.3, 100 detections at most. */
ChannelSetup rig_setup(Input *input);
Channel *rig_add(Rig *rig, ChannelSetup *setup);
void rig_add_sink(Rig *rig, Channel *channel, Sink *sink);
void rig_start(Rig *rig);
/* Waits for the end of the run; how the channel ended, with rig->error. */
ChannelEnd rig_finish(Rig *rig, Channel *channel);
/* Waits until what is shown has this number of a frame, and returns it, a reference of the caller's. */
Observation *rig_wait_shown(Channel *channel, int64_t sequence);
void rig_sleep_ms(int ms);

#endif
