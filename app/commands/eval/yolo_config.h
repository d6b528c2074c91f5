/* The data.yaml of YOLO's data sets: https://docs.ultralytics.com/datasets/detect/ */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_YOLO_CONFIG_H
#define LOOKOUT_APP_COMMANDS_EVAL_YOLO_CONFIG_H

#include "app/commands/eval/yolo_labels.h"

/* The parts of a data.yaml that are read. */
typedef struct YoloConfig {
    char *root;   /* path: where the pictures' folders are searched; NULL: not given */
    char **parts; /* [part_count] of val, else test, else train: folders, or text files of pictures */
    int part_count;
    int line; /* of the first of them */
} YoloConfig;

/* Reads size bytes of a data.yaml, behind which a NUL stands: adds the categories it names to the builder and
 * to classes. Returns 0, or -1 with error; whichever, yolo_config_destroy() takes the result. */
int yolo_parse_config(DatasetBuilder *builder, YoloClasses *classes, YoloConfig *config, const char *text,
                      size_t size, const char *label, Error *error);
void yolo_config_destroy(YoloConfig *config);

#endif
