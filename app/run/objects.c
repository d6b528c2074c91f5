#include "app/run/objects.h"

#include <string.h>

static SceneBox box_of(const LookoutDetection *detection)
{
    return (SceneBox){
        .x1 = detection->x1,
        .y1 = detection->y1,
        .x2 = detection->x2,
        .y2 = detection->y2,
        .score = detection->score,
        .class_index = detection->class_index,
    };
}

void objects_set(Observation *observation, const LookoutResult *result, Tracker *tracker, double threshold)
{
    SceneBox boxes[OBSERVATION_MAX_OBJECTS];
    for (int i = 0; i < result->count; i++)
        boxes[i] = box_of(&result->detections[i]);
    if (tracker) {
        const SceneObject *objects;
        const int count =
            tracker_update(tracker, boxes, result->count, observation->time_ns, threshold, &objects);
        observation->count = count < OBSERVATION_MAX_OBJECTS ? count : OBSERVATION_MAX_OBJECTS;
        memcpy(observation->objects, objects, (size_t)observation->count * sizeof *objects);
        return;
    }
    observation->count = result->count;
    for (int i = 0; i < result->count; i++)
        observation->objects[i] = (SceneObject){.box = boxes[i]};
}

void objects_copy(Observation *to, const Observation *from)
{
    to->alpha = from->alpha;
    to->size = from->size;
    to->count = from->count;
    memcpy(to->objects, from->objects, (size_t)from->count * sizeof *from->objects);
}

DrawBox object_box(const SceneObject *object, const char *const *classes, int width, int height)
{
    const SceneBox *box = &object->box;
    return (DrawBox){
        .x = box->x1 * (float)width,
        .y = box->y1 * (float)height,
        .width = (box->x2 - box->x1) * (float)width,
        .height = (box->y2 - box->y1) * (float)height,
        .class_index = box->class_index,
        .label = classes[box->class_index],
        .score = box->score,
    };
}
