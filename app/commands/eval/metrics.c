#include "app/commands/eval/metrics.h"

#include <stdlib.h>
#include <string.h>

typedef struct ClassMatches {
    bool evaluated;
    int truth[MATCH_AREAS]; /* true boxes that count, of the pictures added so far */
    int voc_truth;
    Match *matches;
    size_t count, room;
} ClassMatches;

struct Metrics {
    const Dataset *dataset;
    int *class_of_category;
    int class_count, images;
    ClassMatches *classes;
};

Metrics *metrics_create(const Dataset *dataset, const int *class_of_category, int class_count)
{
    size_t categories = (size_t)dataset->category_count;
    Metrics *metrics = calloc(1, sizeof *metrics);
    if (!metrics)
        return NULL;
    metrics->dataset = dataset;
    metrics->class_count = class_count;
    metrics->class_of_category = calloc(categories + 1, sizeof *metrics->class_of_category);
    metrics->classes = calloc((size_t)class_count + 1, sizeof *metrics->classes);
    if (!metrics->class_of_category || !metrics->classes) {
        metrics_destroy(metrics);
        return NULL;
    }
    for (size_t i = 0; i < categories; i++) {
        metrics->class_of_category[i] = class_of_category[i];
        if (class_of_category[i] >= 0)
            metrics->classes[class_of_category[i]].evaluated = true;
    }
    return metrics;
}

void metrics_destroy(Metrics *metrics)
{
    if (!metrics)
        return;
    for (int i = 0; metrics->classes && i < metrics->class_count; i++)
        free(metrics->classes[i].matches);
    free(metrics->classes);
    free(metrics->class_of_category);
    free(metrics);
}

/* The truth of a class in a picture, in pixels: fills truth and returns how many there are. */
static int gather_truth(const Metrics *metrics, const DatasetImage *image, int class_index, double x_scale,
                        double y_scale, DatasetBox *truth)
{
    int count = 0;
    for (int i = 0; i < image->box_count; i++) {
        DatasetBox box = metrics->dataset->boxes[image->first_box + i];
        if (metrics->class_of_category[box.category] != class_index)
            continue;
        box.x *= x_scale;
        box.width *= x_scale;
        box.y *= y_scale;
        box.height *= y_scale;
        box.area *= x_scale * y_scale;
        truth[count++] = box;
    }
    return count;
}

/* The detections of a class, best first, of equal ones the first. */
static int gather_found(const MatchDetection *detections, int count, int class_index, MatchDetection *found)
{
    int gathered = 0;
    for (int i = 0; i < count && gathered <= MATCH_MAX_RANK; i++) {
        if (detections[i].class_index != class_index)
            continue;
        /* by insertion: decoders sort already */
        int place = gathered++;
        for (; place > 0 && found[place - 1].score < detections[i].score; place--)
            found[place] = found[place - 1];
        found[place] = detections[i];
    }
    return gathered;
}

static int make_room(ClassMatches *list, int more)
{
    if (list->room - list->count >= (size_t)more)
        return 0;
    size_t room = 2 * list->room > list->count + (size_t)more ? 2 * list->room : list->count + (size_t)more;
    Match *larger = reallocarray(list->matches, room, sizeof *larger);
    if (!larger)
        return -1;
    list->matches = larger;
    list->room = room;
    return 0;
}

static void count_truth(ClassMatches *list, const DatasetBox *truth, int count)
{
    for (int i = 0; i < count; i++) {
        if (truth[i].crowd || truth[i].ignored)
            continue;
        list->voc_truth++;
        for (int range = 0; range < MATCH_AREAS; range++)
            list->truth[range] += match_area_counts(truth[i].area, range);
    }
}

static int add_class(ClassMatches *list, int image, const DatasetBox *truth, int truth_count,
                     const MatchDetection *found, int count)
{
    if (make_room(list, count))
        return -1;
    Match *matches = list->matches + list->count;
    if (count && match_detections(truth, truth_count, found, count, matches))
        return -1;
    for (int i = 0; i < count; i++)
        matches[i].image = (uint32_t)image;
    list->count += (size_t)count;
    count_truth(list, truth, truth_count);
    return 0;
}

int metrics_add(Metrics *metrics, int image_index, int width, int height, const MatchDetection *detections,
                int count)
{
    const DatasetImage *image = &metrics->dataset->images[image_index];
    bool relative = metrics->dataset->relative;
    DatasetBox *truth = calloc((size_t)image->box_count + 1, sizeof *truth);
    MatchDetection *found = calloc((size_t)count + 1, sizeof *found);
    int failed = truth && found ? 0 : -1;
    for (int i = 0; !failed && i < metrics->class_count; i++) {
        if (!metrics->classes[i].evaluated)
            continue;
        int truth_count = gather_truth(metrics, image, i, relative ? width : 1, relative ? height : 1, truth);
        int found_count = gather_found(detections, count, i, found);
        failed = add_class(&metrics->classes[i], image_index, truth, truth_count, found, found_count);
    }
    metrics->images++;
    free(truth);
    free(found);
    return failed;
}

/* Best first; of equal scores in the order of the data set's pictures, as pycocotools has them. */
static int compare_matches(const void *first, const void *second)
{
    const Match *a = first, *b = second;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->image != b->image)
        return a->image < b->image ? -1 : 1;
    return (int)a->rank - (int)b->rank;
}

/* What a class brings to the means; -1 where it has no truth. */
typedef struct ClassFigures {
    double ap75, ap_of_area[MATCH_AREAS], ar_1, ar_10, ar_100;
} ClassFigures;

/* Room for one class at a time. */
typedef struct Workspace {
    Match *matches; /* sorted */
    size_t count;
    Judgement *judgements;
    double *precision;
} Workspace;

static double average_precision(const Workspace *work, MatchArea range, int threshold, int truth,
                                double precision[PRECISION_RECALLS])
{
    size_t count =
        judge_coco(work->matches, work->count, range, threshold, MATCH_MAX_DETECTIONS, work->judgements);
    precision_at_recalls(work->judgements, count, truth, work->precision, precision);
    return mean_precision(precision);
}

static double average_recall(const Workspace *work, int most, int truth)
{
    double sum = 0;
    for (int threshold = 0; threshold < MATCH_IOUS; threshold++) {
        size_t count = judge_coco(work->matches, work->count, MATCH_ALL, threshold, most, work->judgements);
        sum += recall_of(work->judgements, count, truth);
    }
    return sum / MATCH_IOUS;
}

static void measure_coco(const Workspace *work, const ClassMatches *list, MetricsClass *result,
                         ClassFigures *figures)
{
    for (int range = 0; range < MATCH_AREAS; range++) {
        double sum = 0;
        figures->ap_of_area[range] = -1;
        if (!list->truth[range])
            continue;
        for (int threshold = 0; threshold < MATCH_IOUS; threshold++) {
            double precision[PRECISION_RECALLS];
            double ap = average_precision(work, range, threshold, list->truth[range], precision);
            sum += ap;
            if (range == MATCH_ALL && threshold == 0) {
                result->ap50 = ap;
                memcpy(result->precision, precision, sizeof precision);
            }
            if (range == MATCH_ALL && threshold == 5) /* .75 */
                figures->ap75 = ap;
        }
        figures->ap_of_area[range] = sum / MATCH_IOUS;
    }
    result->ap = figures->ap_of_area[MATCH_ALL];
}

static void measure_class(const Workspace *work, const ClassMatches *list, MetricsClass *result,
                          ClassFigures *figures)
{
    int truth = list->truth[MATCH_ALL];
    *result = (MetricsClass){list->evaluated, truth, -1, -1, -1, -1, -1, -1, {0}};
    for (int i = 0; i < PRECISION_RECALLS; i++)
        result->precision[i] = -1;
    *figures = (ClassFigures){.ap75 = -1, .ar_1 = -1, .ar_10 = -1, .ar_100 = -1};
    measure_coco(work, list, result, figures);
    if (truth) {
        figures->ar_1 = average_recall(work, 1, truth);
        figures->ar_10 = average_recall(work, 10, truth);
        figures->ar_100 = average_recall(work, 100, truth);
        size_t count =
            judge_coco(work->matches, work->count, MATCH_ALL, 0, MATCH_MAX_DETECTIONS, work->judgements);
        result->f1 = best_f1(work->judgements, count, truth, &result->f1_threshold);
    }
    if (list->voc_truth) {
        size_t count = judge_voc(work->matches, work->count, work->judgements);
        result->voc07 = voc07_average_precision(work->judgements, count, list->voc_truth);
        result->voc = voc_average_precision(work->judgements, count, list->voc_truth);
    }
}

/* Adds value to the sum, unless it is negative: there is no truth. */
typedef struct Mean {
    double sum;
    int count;
} Mean;

static void mean_add(Mean *mean, double value)
{
    if (value < 0)
        return;
    mean->sum += value;
    mean->count++;
}

static double mean_value(Mean mean)
{
    return mean.count ? mean.sum / mean.count : -1;
}

typedef struct Means {
    Mean ap50, ap75, area[MATCH_AREAS], ar_1, ar_10, ar_100, voc07, voc;
} Means;

static void add_to_means(Means *means, const MetricsClass *result, const ClassFigures *figures)
{
    mean_add(&means->ap50, result->ap50);
    mean_add(&means->ap75, figures->ap75);
    for (int range = 0; range < MATCH_AREAS; range++)
        mean_add(&means->area[range], figures->ap_of_area[range]);
    mean_add(&means->ar_1, figures->ar_1);
    mean_add(&means->ar_10, figures->ar_10);
    mean_add(&means->ar_100, figures->ar_100);
    mean_add(&means->voc07, result->voc07);
    mean_add(&means->voc, result->voc);
}

static void report_means(MetricsResult *result, const Means *means)
{
    result->ap = mean_value(means->area[MATCH_ALL]);
    result->ap50 = mean_value(means->ap50);
    result->ap75 = mean_value(means->ap75);
    result->ap_small = mean_value(means->area[MATCH_SMALL]);
    result->ap_medium = mean_value(means->area[MATCH_MEDIUM]);
    result->ap_large = mean_value(means->area[MATCH_LARGE]);
    result->ar_1 = mean_value(means->ar_1);
    result->ar_10 = mean_value(means->ar_10);
    result->ar_100 = mean_value(means->ar_100);
    result->voc07 = mean_value(means->voc07);
    result->voc = mean_value(means->voc);
}

static int workspace_create(Workspace *work, const Metrics *metrics)
{
    size_t most = 1;
    for (int i = 0; i < metrics->class_count; i++)
        if (metrics->classes[i].count > most)
            most = metrics->classes[i].count;
    work->matches = calloc(most, sizeof *work->matches);
    work->judgements = calloc(most, sizeof *work->judgements);
    work->precision = calloc(most, sizeof *work->precision);
    return work->matches && work->judgements && work->precision ? 0 : -1;
}

static void workspace_destroy(Workspace *work)
{
    free(work->matches);
    free(work->judgements);
    free(work->precision);
}

/* Sorts a copy: more pictures may come. */
static void workspace_enter(Workspace *work, const ClassMatches *list)
{
    work->count = list->count;
    if (list->count)
        memcpy(work->matches, list->matches, list->count * sizeof *work->matches);
    qsort(work->matches, work->count, sizeof *work->matches, compare_matches);
}

MetricsResult *metrics_finish(const Metrics *metrics)
{
    Workspace work = {0};
    Means means = {0};
    Calibration calibration = {0};
    MetricsResult *result = calloc(1, sizeof *result);
    if (!result || workspace_create(&work, metrics))
        goto fail;
    result->classes = calloc((size_t)metrics->class_count + 1, sizeof *result->classes);
    if (!result->classes)
        goto fail;
    result->class_count = metrics->class_count;
    result->images = metrics->images;
    for (int i = 0; i < metrics->class_count; i++) {
        const ClassMatches *list = &metrics->classes[i];
        ClassFigures figures;
        workspace_enter(&work, list);
        measure_class(&work, list, &result->classes[i], &figures);
        add_to_means(&means, &result->classes[i], &figures);
        size_t count =
            judge_coco(work.matches, work.count, MATCH_ALL, 0, MATCH_MAX_DETECTIONS, work.judgements);
        calibration_add(&calibration, work.judgements, count);
    }
    report_means(result, &means);
    result->ece = calibration_finish(&calibration, result->calibration);
    workspace_destroy(&work);
    return result;
fail:
    workspace_destroy(&work);
    metrics_result_destroy(result);
    return NULL;
}

void metrics_result_destroy(MetricsResult *result)
{
    if (!result)
        return;
    free(result->classes);
    free(result);
}
