/* The --classes option: names to a mask. */
#ifndef LOOKOUT_CLASSES_H
#define LOOKOUT_CLASSES_H

#include "app/error.h"
#include "detector/detector.h"

/* Sets mask[k] (of model->class_count) to 1 for each class in the list of names separated by commas, to 0 for
 * the rest; spaces around names do not count. Returns 0, or -1 with error naming the one that is unknown. */
int classes_select(const char *list, const DetectorModelInfo *model, uint8_t *mask, AppError *error);

#endif
