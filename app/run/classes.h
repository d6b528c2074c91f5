/* Classes of a model by their names, as --classes has them. */
#ifndef LOOKOUT_APP_RUN_CLASSES_H
#define LOOKOUT_APP_RUN_CLASSES_H

#include "base/error.h"
#include "detector/lookout.h"
#include <stdbool.h>

/* Whether both have the same names in the same order. */
bool classes_are_same(const LookoutModelInfo *a, const LookoutModelInfo *b);

/* Index of the class with that name of length bytes, or -1. */
int classes_find(const LookoutModelInfo *model, const char *name, size_t length);

/* Sets mask[k] (of model->class_count) to 1 for each class in the list of names separated by commas, to 0 for
 * the rest; spaces around names do not count. Returns 0, or -1 with error naming the one that is unknown. */
int classes_select(const char *list, const LookoutModelInfo *model, uint8_t *mask, Error *error);

#endif
