/* The layout of YOLO's data sets: https://docs.ultralytics.com/datasets/detect/ */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_YOLO_H
#define LOOKOUT_APP_COMMANDS_EVAL_YOLO_H

#include "app/commands/eval/dataset_builder.h"

/* Reads what a .yaml file describes; or a folder without one; see dataset_open(). */
int yolo_read_config(DatasetBuilder *builder, const char *path, Error *error);
int yolo_read_folder(DatasetBuilder *builder, const char *folder, Error *error);

#endif
