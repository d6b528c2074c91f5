/* A camera for the tests of app/run that goes through a list of events, the last of them again and again. */
#ifndef LOOKOUT_TESTS_APP_RUN_LIVE_RIG_H
#define LOOKOUT_TESTS_APP_RUN_LIVE_RIG_H

#include "tests/app/run/rig.h"

/* Some are frames with something done right before. */
typedef enum LiveEvent {
    FRAME,
    WAIT_FOR_DETECTION, /* of the last frame */
    PAUSE,
    STEP,
    GO_ON,
    SNAPSHOT,
    CLEAN_SNAPSHOT,
    RECORD,
    HELD_FRAME,                    /* detections are held from now on */
    BEGUN_THEN_FRAME,              /* once the first detection has begun, which is being held */
    ALLOWED_THEN_FRAME_AFTER_ONE,  /* one detection may end, and the first one has ended */
    RELEASED_THEN_FRAME_AFTER_TWO, /* detections are not held any more, and the second one has ended */
    BROKEN_JPEG,
    BROKEN_JPEG_LATE, /* seconds after what came before */
    LOST,
    BEGUN_THEN_LOST,
    SNAPSHOT_WHILE_LOST,
    RECORD_WHILE_LOST,
    DETECTION_WHILE_LOST,
    WAIT_FOR_RECORDING, /* to begin, or to end */
    DAMAGED,
    UNTIL_INTERRUPTED, /* reading waits */
    END_PAUSED,        /* if it was paused, and detections may still be held */
    END                /* neither is the case any more */
} LiveEvent;

typedef struct Live {
    Input input;
    const LiveEvent *events;
    int event, event_count;
    Channel *channel;
    RigSink *results, *pictures,
        *watcher;      /* the run's; the watcher takes what results takes, and never fails */
    Observation *seen; /* what was shown when a snapshot was asked for */
    Frame picture;
    int64_t sequence, last; /* of the next frame, and of the last one that was a picture */
    atomic_bool interrupted;
    bool is_recording; /* at the last look; to see it change */
    uint8_t garbage[16];
} Live;

/* Adds a camera with both kinds of sinks to the run. with: its options, shows and track; NULL: none of them.
 */
void live_add(Live *live, Rig *rig, const ChannelSetup *with);
/* What it does when the run starts; events outlive it. */
void live_play(Live *live, const LiveEvent *events, int count);
void live_finish(Live *live);

#endif
