/* One line of JSON a frame, made in a buffer that is allocated once. */
#ifndef LOOKOUT_APP_SINKS_JSON_LINE_H
#define LOOKOUT_APP_SINKS_JSON_LINE_H

#include "app/run/observation.h"

typedef struct JsonLine JsonLine;

/* Room for max_objects boxes (1..300) with the longest of the model's class names. sources: the names of the
 * run's inputs, which the lines tell where there are several; NULL: they do not. The model's info and the
 * names must outlive it. NULL when out of memory. */
JsonLine *json_line_create(const LookoutModelInfo *model, int max_objects, const char *const *sources,
                           int source_count);
void json_line_destroy(JsonLine *line);

/* {"frame":0,"time":0.033,"width":640,"height":360,"alpha":1.0,"size":224,"inference_ms":5.1,
 * "detections":[{"class":"person","score":0.93,"box":[x,y,w,h]}]} and a newline. time in seconds, box in
 * pixels of the frame; "source" comes first where there are several, "id" after "class" where objects are
 * tracked, and "held":true last where one is shown without a detection of its own. The text is owned by the
 * JsonLine and valid until the next call; at most max_objects are written. */
const char *json_line_format(JsonLine *line, const Observation *observation, size_t *length);

#endif
