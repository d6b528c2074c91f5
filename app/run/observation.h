/*
 * The one value that flows from the inputs to the sinks: a frame of a source, what was seen in it, and when.
 * Observations come from a bounded pool and are shared by reference; once shared, nobody writes to one.
 */
#ifndef LOOKOUT_APP_RUN_OBSERVATION_H
#define LOOKOUT_APP_RUN_OBSERVATION_H

#include "detector/lookout.h"
#include "scene/tracker.h"
#include "vision/frame.h"

typedef enum Stage {
    STAGE_READ,
    STAGE_CONVERT,
    STAGE_RESIZE,
    STAGE_INFERENCE,
    STAGE_DRAW,
    STAGE_COUNT
} Stage;

#define OBSERVATION_MAX_OBJECTS LOOKOUT_MAX_DETECTIONS

typedef struct Observation {
    int source;          /* which input of the run, from 0 */
    int width, height;   /* of the upright picture, in stored samples */
    int64_t sequence;    /* number of the frame as captured, see Frame; with --loop it goes on increasing */
    int64_t time_ns;     /* the source's time; a camera: since its first frame; it never decreases */
    int64_t captured_ns; /* CLOCK_MONOTONIC; 0 for what is not live */

    Frame *frame;  /* the picture, PIXEL_I420, a reference of its own; NULL where no sink wants pictures */
    bool detected; /* the objects are those of this very frame, not of the latest one that was looked at */
    double alpha;  /* of the network that saw them, and the size of its input; 0: none has yet */
    int size;
    double threshold; /* that new objects had to reach */
    double stage_ms[STAGE_COUNT];
    int count;
    SceneObject objects[OBSERVATION_MAX_OBJECTS]; /* best first, relative to the picture; id 0: not tracked */

    struct ObservationPool *pool; /* private, as is what follows */
    int references;
} Observation;

typedef struct ObservationPool ObservationPool;

/* `limit` observations; NULL when out of memory. */
ObservationPool *observation_pool_create(int limit);
/* All references have been given back. Takes NULL. */
void observation_pool_destroy(ObservationPool *pool);
/* Bytes of all its observations, without their frames. Any thread. */
size_t observation_pool_bytes(const ObservationPool *pool);

/* An observation with one reference and without a frame or objects, to be filled; NULL when all are in use.
 * Never waits. Any thread may call this and the following. */
Observation *observation_take(ObservationPool *pool);
/* One more reference to the same observation, which is returned. */
Observation *observation_ref(Observation *observation);
/* The last reference gives the observation back to its pool, and its frame to the frame's. Takes NULL. */
void observation_unref(Observation *observation);

#endif
