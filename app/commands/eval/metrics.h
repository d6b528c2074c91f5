/*
 * How good detections are, held against the true boxes of a data set.
 *
 * Average precision and recall as https://cocodataset.org/#detection-eval defines them, to the figure as
 * pycocotools computes them; VOC's average precision as in VOCevaldet.m of the VOC 2007 and 2012 development
 * kits; calibration as in Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2.
 *
 * Of one (model, size) there is one Metrics; pictures are added one by one, in any order, with the same
 * result. One thread at a time. What a detection met is kept in 28 bytes, the boxes are not.
 */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_METRICS_H
#define LOOKOUT_APP_COMMANDS_EVAL_METRICS_H

#include "app/commands/eval/average_precision.h"
#include "app/commands/eval/calibration.h"
#include "app/commands/eval/dataset.h"
#include "app/commands/eval/match.h"

/* Of a class. -1 where the data set has no truth of it that counts (neither crowd nor ignored). */
typedef struct MetricsClass {
    bool evaluated;          /* the data set has a category for it */
    int truth;               /* true boxes that count */
    double ap, ap50;         /* at IoU .50:.95, at IoU .5 */
    double voc07, voc;       /* VOC's, at IoU .5: of 11 recalls, of all */
    double f1, f1_threshold; /* the best F1 at IoU .5, 0..1, and a score threshold that gives it, midway
                                between two scores; -1 if nothing was found (F1 is 0) */
    double precision[PRECISION_RECALLS]; /* at IoU .5 and recall i/100: best at this recall or above, 0 where
                                          it was not reached; its mean is ap50 */
} MetricsClass;

/* Means over the classes with truth; -1 where there is none (as of ap_small in a set of large objects). */
typedef struct MetricsResult {
    int images; /* that were added */
    double ap, ap50, ap75;
    double ap_small, ap_medium, ap_large; /* areas up to 32^2, up to 96^2, and above, in pixels */
    double ar_1, ar_10, ar_100; /* recall with the best 1, 10, 100 detections of a class in a picture */
    double voc07, voc;
    double ece; /* expected calibration error over the bins; -1 if there are no detections */
    CalibrationBin calibration[CALIBRATION_BINS];
    int class_count;
    MetricsClass *classes; /* [class_count], the model's order */
} MetricsResult;

typedef struct Metrics Metrics;

/* class_of_category[dataset->category_count]: the class of each category, 0..class_count-1, or -1 for one
 * that is left out (the model lacks it, or the user did not ask for it); copied. Several categories may be
 * one class. Detections of classes that no category has are left out too: nothing is known of them. The data
 * set must outlive the Metrics. Returns NULL when out of memory. */
Metrics *metrics_create(const Dataset *dataset, const int *class_of_category, int class_count);
void metrics_destroy(Metrics *metrics);

/* Adds picture `image` (an index into dataset->images, each at most once) with what was found in it, in the
 * decoder's order (it decides among equal scores). width and height, in pixels, turn the fractions of a
 * relative data set into pixels. Truth of pictures that are never added does not count. Returns 0, or -1 when
 * out of memory. */
int metrics_add(Metrics *metrics, int image, int width, int height, const MatchDetection *detections,
                int count);

/* The figures of all pictures added so far; NULL when out of memory. */
MetricsResult *metrics_finish(const Metrics *metrics);
void metrics_result_destroy(MetricsResult *result);

#endif
