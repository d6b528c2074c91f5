#include "app/commands/eval/report.h"

#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *report_finish(FILE *to, char **text)
{
    const int failed = ferror(to);
    if (fclose(to) || failed) {
        free(*text);
        return NULL;
    }
    return *text;
}

int report_order(const MetricsResult *result, int *order)
{
    int count = 0;
    for (int i = 0; i < result->class_count; i++) {
        if (!result->classes[i].evaluated)
            continue;
        int place = count++; /* equal ones stay in the model's order */
        for (; place > 0 && result->classes[order[place - 1]].ap < result->classes[i].ap; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    return count;
}

/* A share in per cent; a negative one is not defined. */
static void put_percent(FILE *to, int width, double share)
{
    if (share < 0)
        fprintf(to, " %*s", width, "-");
    else
        fprintf(to, " %*.2f", width, 100 * share);
}

static void put_heading(FILE *to, const Report *report)
{
    const MetricsResult *result = report->results[0];
    int64_t boxes = 0;
    int classes = 0;
    char name[256]; /* a file system takes names of up to 255 bytes */
    snprintf(name, sizeof name, "%s", report->run->dataset->name);
    text_make_printable(name);
    for (int i = 0; i < result->class_count; i++) {
        boxes += result->classes[i].truth;
        classes += result->classes[i].truth > 0;
    }
    fprintf(to, "%s: %d %s, %" PRId64 " %s of %d %s; %s kernels, %d %s\n", name, result->images,
            result->images == 1 ? "picture" : "pictures", boxes, boxes == 1 ? "box" : "boxes", classes,
            classes == 1 ? "class" : "classes", report->isa, report->threads,
            report->threads == 1 ? "thread" : "threads");
}

static void put_points(FILE *to, const Report *report)
{
    const EvalOptions *options = &report->run->options->eval;
    const Points *points = report->run->points;
    fprintf(to, "%5s %5s %7s %7s %7s %7s %7s %7s %7s %7s %7s %7s", "alpha", "size", "AP", "AP50", "AP75",
            "small", "medium", "large", "AR 1", "AR 10", "AR 100", "ECE");
    fprintf(to, "%s%s\n", options->voc ? "     VOC" : "", options->voc07 ? "   VOC07" : "");
    for (int i = 0; i < points_count(points); i++) {
        const MetricsResult *result = report->results[i];
        const double shares[] = {result->ap,        result->ap50,     result->ap75, result->ap_small,
                                 result->ap_medium, result->ap_large, result->ar_1, result->ar_10,
                                 result->ar_100,    result->ece};
        fprintf(to, "%5.2f %5d", points->alphas.values[i / points->sizes.count],
                points->sizes.values[i % points->sizes.count]);
        for (size_t j = 0; j < sizeof shares / sizeof *shares; j++)
            put_percent(to, 7, shares[j]);
        if (options->voc)
            put_percent(to, 7, result->voc);
        if (options->voc07)
            put_percent(to, 7, result->voc07);
        fputs("\n", to);
    }
}

static void put_classes(FILE *to, const Report *report, const int *order, int count)
{
    enum { NAME = 16 };
    const EvalOptions *options = &report->run->options->eval;
    fprintf(to, "\n%-*s %7s %7s %7s %7s %9s%s%s\n", NAME, "class", "boxes", "AP", "AP50", "best F1",
            "at score", options->voc ? "     VOC" : "", options->voc07 ? "   VOC07" : "");
    for (int i = 0; i < count; i++) {
        const MetricsClass *class = &report->results[0]->classes[order[i]];
        char name[256];
        snprintf(name, sizeof name, "%s", report->model->classes[order[i]]);
        text_make_printable(name);
        fprintf(to, "%-*s %7d", NAME, name, class->truth);
        put_percent(to, 7, class->ap);
        put_percent(to, 7, class->ap50);
        put_percent(to, 7, class->f1);
        if (class->f1_threshold < 0)
            fprintf(to, " %9s", "-");
        else
            fprintf(to, " %9.3f", class->f1_threshold);
        if (options->voc)
            put_percent(to, 7, class->voc);
        if (options->voc07)
            put_percent(to, 7, class->voc07);
        fputs("\n", to);
    }
}

char *report_table(const Report *report)
{
    char *text = NULL;
    size_t length;
    int *order = malloc((size_t)report->model->class_count * sizeof *order + 1);
    FILE *to = order ? open_memstream(&text, &length) : NULL;
    if (to) {
        put_heading(to, report);
        put_points(to, report);
        if (points_count(report->run->points) == 1)
            put_classes(to, report, order, report_order(report->results[0], order));
        text = report_finish(to, &text);
    }
    free(order);
    return text;
}

char *report_detections(const Report *report)
{
    const Run *run = report->run;
    char *text = NULL, number[TEXT_NUMBER_SIZE];
    size_t length;
    FILE *to = open_memstream(&text, &length);
    if (!to)
        return NULL;
    const char *before = "[";
    for (int i = 0; i < run->dataset->image_count; i++) {
        for (int j = 0; j < run->found[i].count; j++) {
            const MatchDetection *box = &run->found[i].boxes[j];
            const double sides[] = {box->x, box->y, box->width, box->height};
            const int category = run->categories->category_of_class[box->class_index];
            fprintf(to, "%s{\"image_id\":%" PRId64 ",\"category_id\":%" PRId64 ",\"bbox\":[", before,
                    run->dataset->images[i].id, run->dataset->category_ids[category]);
            for (int k = 0; k < 4; k++) {
                text_put_number(number, sides[k], 3);
                fprintf(to, "%s%s", k ? "," : "", number);
            }
            fprintf(to, "],\"score\":%.9g}",
                    (double)box->score); /* enough digits to tell any two floats apart */
            before = ",\n";
        }
    }
    fputs(*before == '[' ? "[]\n" : "]\n", to);
    return report_finish(to, &text);
}
