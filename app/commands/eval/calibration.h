/* Calibration: how often detections of a score are right. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_CALIBRATION_H
#define LOOKOUT_APP_COMMANDS_EVAL_CALIBRATION_H

#include "app/commands/eval/average_precision.h"
#include <stdint.h>

/* Bins of scores: [0, .1), [.1, .2) ... [.9, 1]. */
enum { CALIBRATION_BINS = 10 };

typedef struct CalibrationBin {
    int64_t count;       /* detections with such a score that are right or wrong at IoU .5 */
    double score, right; /* their mean score, and the share of right ones; 0 in an empty bin */
} CalibrationBin;

/* Starts at {0}. */
typedef struct Calibration {
    struct {
        int64_t count, right;
        double scores; /* their sum */
    } bins[CALIBRATION_BINS];
} Calibration;

void calibration_add(Calibration *calibration, const Judgement *judgements, size_t count);
/* Fills bins, and returns the expected calibration error: the mean over all detections of the distance
 * between their bin's mean score and its share of right ones; -1 if there are none. Guo et al. 2017,
 * equation 3. */
double calibration_finish(const Calibration *calibration, CalibrationBin bins[CALIBRATION_BINS]);

#endif
