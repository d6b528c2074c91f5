/* One line of JSON a frame, made in a buffer that is allocated once. */
#ifndef LOOKOUT_APP_SINKS_JSON_LINE_H
#define LOOKOUT_APP_SINKS_JSON_LINE_H

#include "app/sinks/output.h"

typedef struct JsonLine JsonLine;

/* Room for max_detections boxes (1..300) with the longest of the model's class names. The model's info must
 * outlive it. NULL when out of memory. */
JsonLine *json_line_create(const LookoutModelInfo *model, int max_detections);
void json_line_destroy(JsonLine *line);

/* {"frame":0,"time":0.033,"width":640,"height":360,"alpha":1.0,"size":224,"inference_ms":5.1,
 * "detections":[{"class":"person","score":0.93,"box":[x,y,w,h]}]} and a newline. time in seconds, box in
 * pixels of the frame; "id" comes after "class" where ids are given. The text is owned by the JsonLine and
 * valid until the next call; at most max_detections are written. */
const char *json_line_format(JsonLine *line, const OutputFrame *done, size_t *length);

#endif
