/* A data set that grows while its files are read; and what its readers share. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_DATASET_BUILDER_H
#define LOOKOUT_APP_COMMANDS_EVAL_DATASET_BUILDER_H

#include "app/commands/eval/dataset.h"
#include "base/error.h"
#include <stddef.h>

enum {
    DATASET_MAX_CATEGORIES = 10000,
    DATASET_MAX_IMAGES = 10 * 1000 * 1000,
    DATASET_MAX_BOXES = 100 * 1000 * 1000,
    DATASET_MAX_FILES = 2 * DATASET_MAX_IMAGES,
    DATASET_MAX_NAME = 100,       /* bytes of a category's name */
    DATASET_MAX_PICTURE = 100000, /* pixels a side */
};
/* What a coordinate, in pixels, may reach to either side. */
#define DATASET_MAX_COORDINATE 1e7

typedef struct DatasetBuilder {
    Dataset *dataset;
    int category_room, image_room, box_room, file_room;
} DatasetBuilder;

/* Returns 0, or -1 when out of memory. */
int builder_open(DatasetBuilder *builder);
/* Destroys the data set unless it has been taken (dataset = NULL). */
void builder_close(DatasetBuilder *builder);

/* As text_file_read(), and notes the file as one of the data set's. */
char *builder_read_file(DatasetBuilder *builder, const char *path, size_t most, size_t *size, Error *error);

/* What is wrong with a category's name, as "is empty"; NULL: nothing. */
const char *builder_name_problem(const char *name);
/* The index of a category, or -1. */
int builder_find_category(const DatasetBuilder *builder, const char *name);

/* Each appends a copy of what it is given; a box belongs to the last image. Return 0, or -1 with an error
 * that begins with the label, a file, where there is no memory or too much of a thing. */
int builder_add_category(DatasetBuilder *builder, const char *name, int64_t id, const char *label,
                         Error *error);
int builder_add_image(DatasetBuilder *builder, const char *path, int64_t id, int width, int height,
                      const char *label, Error *error);
int builder_add_box(DatasetBuilder *builder, const DatasetBox *box, const char *label, Error *error);

/* Returns 0, or -1 with error where there are no images, or two of one path. */
int builder_check_images(const DatasetBuilder *builder, const char *label, Error *error);

#endif
