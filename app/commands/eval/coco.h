/* Boxes in COCO's JSON: https://cocodataset.org/#format-data, "Object Detection". */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_COCO_H
#define LOOKOUT_APP_COMMANDS_EVAL_COCO_H

#include "app/commands/eval/dataset_builder.h"
#include <stddef.h>

/* Reads images, annotations and categories from size bytes of JSON; label is the file in messages. The images
 * get their file_name as path. Annotations need image_id, category_id and bbox; area and iscrowd are read
 * where they are, the rest is not. Returns 0, or -1 with error; whichever, what builder holds can be
 * destroyed. */
int coco_parse(DatasetBuilder *builder, const char *text, size_t size, const char *label, Error *error);

/* Reads a file. folder: where its pictures are; NULL: looks for it, see dataset_open(). */
int coco_read(DatasetBuilder *builder, const char *path, const char *folder, Error *error);

#endif
