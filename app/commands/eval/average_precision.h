/* From matches, best first, to precision, recall and what follows from them. `truth` is the number of true
 * boxes that count, at least 1. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_AVERAGE_PRECISION_H
#define LOOKOUT_APP_COMMANDS_EVAL_AVERAGE_PRECISION_H

#include "app/commands/eval/match.h"
#include <stddef.h>

/* Recalls at which precision is taken: 0, .01 ... 1. */
enum { PRECISION_RECALLS = 101 };

/* Whether each detection is right, best first; ignored matches are left out. */
typedef struct Judgement {
    float score;
    bool right;
} Judgement;

/* Fills judgements (room for `count`) with those of the matches that count for COCO in an area range at an
 * IoU threshold, at most `most` of a picture. Returns how many there are. */
size_t judge_coco(const Match *matches, size_t count, MatchArea range, int threshold, int most,
                  Judgement *judgements);
/* The same for VOC. */
size_t judge_voc(const Match *matches, size_t count, Judgement *judgements);

/* The share of the true boxes that was found. */
double recall_of(const Judgement *judgements, size_t count, int truth);
/* Precision at recalls 0, .01 ... 1, the best at this recall or above, 0 beyond the last, as cocoeval.py's
 * accumulate(). scratch: room for `count`. */
void precision_at_recalls(const Judgement *judgements, size_t count, int truth, double *scratch,
                          double precision[PRECISION_RECALLS]);
double mean_precision(const double precision[PRECISION_RECALLS]);

/* VOC 2007: the mean of the best precision at recalls of at least 0, .1 ... 1 (VOCevaldet.m). */
double voc07_average_precision(const Judgement *judgements, size_t count, int truth);
/* VOC from 2010 on: the area under the curve, precision made to fall with recall (VOCap.m). */
double voc_average_precision(const Judgement *judgements, size_t count, int truth);

/* The best F1, 2 right / (found + truth), among all score thresholds, and a threshold that gives it: midway
 * between the last score above it and the next below (0 after the last one). The highest one of equal F1;
 * -1 where nothing is right. */
double best_f1(const Judgement *judgements, size_t count, int truth, double *threshold);

#endif
