/*
 * Objects over time. Boxes of one class are matched from frame to frame by IoU; a new object must exceed the
 * threshold to appear, a known one may fall to a lower one, and is held for a short while when it is missed,
 * moving on as it did. Each object gets a number that it keeps.
 */
#ifndef LOOKOUT_SCENE_TRACKER_H
#define LOOKOUT_SCENE_TRACKER_H

#include "scene/box.h"

#include <stdint.h>

typedef struct SceneObject {
    SceneBox box;     /* as detected, or where it should be by now */
    int id;           /* from 1, never used again by the same tracker */
    bool held;        /* not detected in this frame */
    int64_t first_ns; /* time of the frame in which it was detected first */
} SceneObject;

typedef struct Tracker Tracker;

/* most: objects that an update returns at most, 1 or more. NULL when out of memory. */
Tracker *tracker_create(int most);
void tracker_destroy(Tracker *tracker); /* takes NULL */

/* The threshold to detect with, so that known objects may stay below `threshold`. */
double tracker_lower_threshold(double threshold);

/* Takes what was detected in a frame, best first, and the frame's timestamp. Returns the number of objects,
 * and in objects the objects, those with the best scores, best first; they are valid until the next call.
 * Where time runs backwards or leaps more than 2 s ahead, all that was known is forgotten. Allocates nothing.
 */
int tracker_update(Tracker *tracker, const SceneBox *boxes, int count, int64_t time_ns, double threshold,
                   const SceneObject **objects);

/* Forgets all objects, as after a gap of which nothing is known. Numbers are not used again. */
void tracker_reset(Tracker *tracker);

#endif
