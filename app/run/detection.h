/* Which boxes are kept: the user's choice, and classes of a model by their names. */
#ifndef LOOKOUT_APP_RUN_DETECTION_H
#define LOOKOUT_APP_RUN_DETECTION_H

#include "base/error.h"
#include "detector/lookout.h"
#include <stdbool.h>

typedef struct DetectionOptions {
    double threshold;    /* scores above it, 0 to 1 */
    double nms;          /* IoU above which a box gives way to a better one of its class, 0 to 1 */
    int max_detections;  /* a frame, the best ones */
    const char *classes; /* names separated by commas; NULL: all */
    bool track;          /* hold boxes from frame to frame and number the objects */
} DetectionOptions;

/* Fills settings for a model. mask has room for model->class_count bytes; it is filled, and settings borrow
 * it, where options name classes. Returns 0, or -1 with error, a usage error: a class that the model lacks.
 */
int detection_settings(const DetectionOptions *options, const LookoutModelInfo *model, uint8_t *mask,
                       LookoutSettings *settings, Error *error);

/* Whether both have the same names in the same order. */
bool classes_are_same(const LookoutModelInfo *a, const LookoutModelInfo *b);

/* Index of the class with that name of length bytes, or -1. */
int classes_find(const LookoutModelInfo *model, const char *name, size_t length);

#endif
