/* Label files of YOLO's data sets: https://docs.ultralytics.com/datasets/detect/ */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_YOLO_LABELS_H
#define LOOKOUT_APP_COMMANDS_EVAL_YOLO_LABELS_H

#include "app/commands/eval/dataset_builder.h"
#include <stddef.h>

/* Which category a class of the labels is. */
typedef struct YoloClasses {
    const char *source; /* the file that names them, for messages; NULL: none, a class's name is its number */
    int category_of_class[DATASET_MAX_CATEGORIES]; /* -1: none (yet) */
} YoloClasses;

/* Starts without any class. */
void yolo_classes_open(YoloClasses *classes);

/* Reads one label file from size bytes of text (text[size] must be writable, and is changed) into the
 * builder's last image. A line is "class cx cy width height", fractions of the picture, or "class x1 y1 x2 y2
 * x3 y3 ...", the corners of a polygon, which becomes the box around it. label is the file in messages. Makes
 * categories of classes that nothing names. Returns 0, or -1 with error. */
int yolo_parse_labels(DatasetBuilder *builder, YoloClasses *classes, char *text, size_t size,
                      const char *label, Error *error);

#endif
