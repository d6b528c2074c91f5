/* The classes of a model that the categories of a data set are. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_CATEGORIES_H
#define LOOKOUT_APP_COMMANDS_EVAL_CATEGORIES_H

#include "app/commands/eval/dataset.h"
#include "app/run/detection.h"
#include "base/error.h"
#include "base/exit_code.h"
#include "detector/lookout.h"

typedef struct Categories {
    int *class_of_category;   /* [dataset->category_count] -1: the model lacks it, or it was not asked for */
    int *category_of_class;   /* [model->class_count] the first such category, or -1 */
    uint8_t *wanted;          /* [model->class_count] 1 for classes that some category has */
    LookoutSettings settings; /* of the detections, with wanted as their mask */
} Categories;

/* Matches by name, among the classes that the options name where they do. Reports in one message which
 * categories the model lacks, and in another which of the classes that were named the data set lacks. Returns
 * EXIT_DONE, or another code with error: a class that is not known, nothing in common, out of memory. */
ExitCode categories_match(Categories *categories, const Dataset *dataset, const LookoutModelInfo *model,
                          const DetectionOptions *options, Error *error);
void categories_free(Categories *categories); /* takes a zeroed one */

#endif
