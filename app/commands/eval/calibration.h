/* Calibration: how often detections of a score are right. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_CALIBRATION_H
#define LOOKOUT_APP_COMMANDS_EVAL_CALIBRATION_H

#include "app/commands/eval/average_precision.h"

/* Starts at {0}. */
typedef struct Calibration {
    struct {
        int64_t count, right;
        double scores; /* their sum */
    } bins[METRICS_CALIBRATION_BINS];
} Calibration;

void calibration_add(Calibration *calibration, const Judgement *judgements, size_t count);
/* Fills bins, and returns the expected calibration error: the mean over all detections of the distance
 * between their bin's mean score and its share of right ones; -1 if there are none. Guo et al. 2017,
 * equation 3. */
double calibration_finish(const Calibration *calibration, MetricsBin bins[METRICS_CALIBRATION_BINS]);

#endif
