#include "app/commands/eval/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The truth of one class in one picture, and how well each detection lies on it. */
typedef struct Scene {
    const DatasetBox *truth;
    int truth_count;
    const MatchDetection *found;
    int count;
    double *ious; /* [count][truth_count] */
    int *order;   /* [truth_count] what counts first, both parts in the order of the file */
    int counted;  /* how many count */
    bool *taken;  /* [truth_count] */
} Scene;

bool match_area_counts(double area, MatchArea range)
{
    static const double limits[MATCH_AREAS][2] = {
        {0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}};
    return area >= limits[range][0] && area <= limits[range][1];
}

/* Intersection over union; over the detection alone where the truth is a crowd. In bbIou()'s order of
 * operations (maskApi.c), so that what lies on a threshold falls on the same side. */
static double iou_of(const MatchDetection *found, const DatasetBox *truth)
{
    double width = fmin(found->width + found->x, truth->width + truth->x) - fmax(found->x, truth->x);
    double height = fmin(found->height + found->y, truth->height + truth->y) - fmax(found->y, truth->y);
    if (width <= 0 || height <= 0)
        return 0;
    double intersection = width * height, area = found->width * found->height;
    return intersection / (truth->crowd ? area : area + truth->width * truth->height - intersection);
}

/* numpy.linspace(.5, .95, 10), to the bit. */
static double iou_threshold(int index)
{
    return index == MATCH_IOUS - 1 ? .95 : .5 + index * ((.95 - .5) / (MATCH_IOUS - 1));
}

static void order_truth(Scene *scene, MatchArea range)
{
    int end = 0;
    for (int counting = 1; counting >= 0; counting--) {
        for (int i = 0; i < scene->truth_count; i++) {
            const DatasetBox *box = &scene->truth[i];
            bool counts = !box->crowd && !box->ignored && match_area_counts(box->area, range);
            if (counts == counting)
                scene->order[end++] = i;
        }
        if (counting)
            scene->counted = end;
    }
}

/* The place in scene->order of the truth that a detection takes; -1: none. */
static int best_place(const Scene *scene, int detection, double threshold)
{
    const double *ious = scene->ious + (size_t)detection * (size_t)scene->truth_count;
    double best = fmin(threshold, 1 - 1e-10);
    int place = -1;
    for (int i = 0; i < scene->truth_count; i++) {
        int truth = scene->order[i];
        if (i == scene->counted && place >= 0)
            break; /* what does not count is for those that found nothing better */
        if ((scene->taken[truth] && !scene->truth[truth].crowd) || ious[truth] < best)
            continue;
        best = ious[truth];
        place = i;
    }
    return place;
}

static void match_coco(Scene *scene, MatchArea range, int threshold, Match *matches)
{
    const uint16_t bit = (uint16_t)(1 << threshold);
    memset(scene->taken, 0, (size_t)scene->truth_count);
    for (int i = 0; i < scene->count && i < MATCH_MAX_DETECTIONS; i++) {
        int place = best_place(scene, i, iou_threshold(threshold));
        if (place >= 0)
            scene->taken[scene->order[place]] = true;
        if (place >= 0 && place < scene->counted)
            matches[i].right[range] |= bit;
        else if (place >= 0 || !match_area_counts(scene->found[i].width * scene->found[i].height, range))
            matches[i].ignored[range] |= bit;
    }
}

static void match_voc(Scene *scene, Match *matches)
{
    memset(scene->taken, 0, (size_t)scene->truth_count);
    for (int i = 0; i < scene->count; i++) {
        const double *ious = scene->ious + (size_t)i * (size_t)scene->truth_count;
        double best = 0, best_crowd = 0;
        int owner = -1;
        for (int t = 0; t < scene->truth_count; t++) {
            if (scene->truth[t].crowd) {
                best_crowd = fmax(best_crowd, ious[t]);
            } else if (ious[t] > best) {
                best = ious[t];
                owner = t;
            }
        }
        bool met = best >= .5;
        matches[i].voc_right = met && !scene->truth[owner].ignored && !scene->taken[owner];
        matches[i].voc_ignored =
            (met && scene->truth[owner].ignored) || (!matches[i].voc_right && best_crowd >= .5);
        if (matches[i].voc_right)
            scene->taken[owner] = true;
    }
}

int match_detections(const DatasetBox *truth, int truth_count, const MatchDetection *found, int count,
                     Match *matches)
{
    /* one more than needed: malloc(0) may give NULL */
    size_t boxes = (size_t)truth_count + 1;
    Scene scene = {.truth = truth, .truth_count = truth_count, .found = found, .count = count};
    scene.ious = reallocarray(NULL, boxes * sizeof *scene.ious, (size_t)count + 1);
    scene.order = malloc(boxes * sizeof *scene.order);
    scene.taken = malloc(boxes);
    int failed = scene.ious && scene.order && scene.taken ? 0 : -1;
    if (!failed) {
        for (int i = 0; i < count; i++) {
            matches[i] = (Match){.score = found[i].score, .rank = (uint16_t)i};
            for (int t = 0; t < truth_count; t++)
                scene.ious[(size_t)i * (size_t)truth_count + (size_t)t] = iou_of(&found[i], &truth[t]);
        }
        for (int range = 0; range < MATCH_AREAS; range++) {
            order_truth(&scene, range);
            for (int threshold = 0; threshold < MATCH_IOUS; threshold++)
                match_coco(&scene, range, threshold, matches);
        }
        match_voc(&scene, matches);
    }
    free(scene.ious);
    free(scene.order);
    free(scene.taken);
    return failed;
}
