/* What a run of eval measured, as texts: a table for people, COCO's results format. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_REPORT_H
#define LOOKOUT_APP_COMMANDS_EVAL_REPORT_H

#include "app/commands/eval/runner.h"
#include <stdio.h>

typedef struct Report {
    const Run *run;
    const LookoutModelInfo *model; /* its classes; they are those of all points */
    const char *isa;
    int threads;
    MetricsResult **results; /* [points_count(run->points)] */
} Report;

/* Each returns a text that the caller frees, or NULL when out of memory. */

/* A line a point; of a single point also one a class, the best first. Figures in per cent. */
char *report_table(const Report *report);
/* [{"image_id":..,"category_id":..,"bbox":[x,y,width,height],"score":..}, ...] of run->found, picture after
 * picture, best first. https://cocodataset.org/#format-results */
char *report_detections(const Report *report);

/* The classes that were measured, best AP first, those without true boxes last: their indices go to order,
 * which has room for all of the model's. Returns their number. */
int report_order(const MetricsResult *result, int *order);

/* Closes a memory stream that was written; its text, or NULL when there was not enough memory. */
char *report_finish(FILE *to, char **text);

#endif
