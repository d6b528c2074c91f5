/* From what the detector says to the objects of an observation, and from those to what is drawn. */
#ifndef LOOKOUT_APP_RUN_OBJECTS_H
#define LOOKOUT_APP_RUN_OBJECTS_H

#include "app/run/observation.h"
#include "vision/draw/draw.h"

/* Sets the observation's objects: the detections, or what the tracker (NULL: none) makes of them. threshold:
 * what the user asked for; with a tracker the detections go down to tracker_lower_threshold() of it. */
void objects_set(Observation *observation, const LookoutResult *result, Tracker *tracker, double threshold);
/* Copies the objects, and what they were seen with. */
void objects_copy(Observation *to, const Observation *from);

/* How an object is drawn into a picture of this size. classes: [K] names. */
DrawBox object_box(const SceneObject *object, const char *const *classes, int width, int height);

#endif
