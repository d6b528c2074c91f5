/* The layout of Pascal VOC: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/ */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_VOC_H
#define LOOKOUT_APP_COMMANDS_EVAL_VOC_H

#include "app/commands/eval/dataset_builder.h"

/* Reads the folder, see dataset_open(). */
int voc_read(DatasetBuilder *builder, const char *folder, Error *error);

#endif
