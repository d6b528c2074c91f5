/* Which detections of a class in one picture are right, wrong, or neither, by COCO's rules and by VOC's. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_MATCH_H
#define LOOKOUT_APP_COMMANDS_EVAL_MATCH_H

#include "app/commands/eval/dataset.h"

typedef struct MatchDetection {
    int class_index; /* of the model */
    float score;
    double x, y, width, height; /* pixels of the picture, from its left upper corner */
} MatchDetection;

typedef enum MatchArea { MATCH_ALL, MATCH_SMALL, MATCH_MEDIUM, MATCH_LARGE, MATCH_AREAS } MatchArea;

enum {
    MATCH_IOUS = 10,             /* thresholds .50, .55 ... .95 */
    MATCH_MAX_DETECTIONS = 100,  /* COCO counts no more of a class in a picture */
    MATCH_MAX_RANK = UINT16_MAX, /* and nobody more than these */
};

/* What became of a detection. One that is neither right nor ignored is wrong; only of a rank below
 * MATCH_MAX_DETECTIONS are right and ignored meaningful. */
typedef struct Match {
    float score;
    uint32_t image;
    uint16_t right[MATCH_AREAS];   /* by the objects' areas: bit i at IoU threshold i */
    uint16_t ignored[MATCH_AREAS]; /* the same */
    uint16_t rank;                 /* among the detections of its class in its picture, best first, from 0 */
    bool voc_right, voc_ignored;
} Match;

/* The objects' area is in a range: both limits belong to it, as in pycocotools. */
bool match_area_counts(double area, MatchArea range);

/* Matches the detections found[count] of a class, best first, with the truth of that class in the same
 * picture, in pixels: fills matches[count] but for the image. Returns 0, or -1 when out of memory.
 *
 * COCO (cocoeval.py, evaluateImg): each detection, best first, takes the free true box of largest IoU, one
 * that counts before one that does not; of equal ones the last. A crowd region is never used up, and its IoU
 * is the share of the detection that lies in it. What meets truth that does not count (crowd, ignored,
 * another area), or nothing while its own area is another, is ignored.
 *
 * VOC (VOCevaldet.m): each detection, best first, belongs to the true box of largest IoU, of equal ones the
 * first; it is wrong if that IoU is below .5 or another has had the box, and ignored if the box is difficult.
 * Crowd regions, which VOC has not, make ignored what would be wrong and lies in them. */
int match_detections(const DatasetBox *truth, int truth_count, const MatchDetection *found, int count,
                     Match *matches);

#endif
