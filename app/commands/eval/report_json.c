#include "app/commands/eval/report_json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A negative figure is not defined. */
static json_t *figure(double value)
{
    return value < 0 ? json_null() : json_real(round(value * 1e8) / 1e8);
}

static json_t *describe_class(const MetricsClass *class, const EvalOptions *options)
{
    json_t *object = json_object();
    json_object_set_new(object, "ap", figure(class->ap));
    json_object_set_new(object, "ap50", figure(class->ap50));
    if (options->voc)
        json_object_set_new(object, "voc", figure(class->voc));
    if (options->voc07)
        json_object_set_new(object, "voc07", figure(class->voc07));
    json_object_set_new(object, "f1", figure(class->f1));
    json_object_set_new(object, "f1_threshold", figure(class->f1_threshold));
    json_object_set_new(object, "truth", json_integer(class->truth));
    return object;
}

static json_t *describe_point(const Report *report, int point)
{
    const EvalOptions *options = &report->run->options->eval;
    const Points *points = report->run->points;
    const MetricsResult *result = report->results[point];
    json_t *object = json_object(), *classes = json_object();
    json_object_set_new(object, "images", json_integer(result->images));
    json_object_set_new(object, "alpha", json_real(points->alphas.values[point / points->sizes.count]));
    json_object_set_new(object, "size", json_integer(points->sizes.values[point % points->sizes.count]));
    json_object_set_new(object, "ap", figure(result->ap));
    json_object_set_new(object, "ap50", figure(result->ap50));
    json_object_set_new(object, "ap75", figure(result->ap75));
    json_object_set_new(object, "ap_small", figure(result->ap_small));
    json_object_set_new(object, "ap_medium", figure(result->ap_medium));
    json_object_set_new(object, "ap_large", figure(result->ap_large));
    json_object_set_new(object, "ar_1", figure(result->ar_1));
    json_object_set_new(object, "ar_10", figure(result->ar_10));
    json_object_set_new(object, "ar_100", figure(result->ar_100));
    if (options->voc)
        json_object_set_new(object, "voc", figure(result->voc));
    if (options->voc07)
        json_object_set_new(object, "voc07", figure(result->voc07));
    json_object_set_new(object, "ece", figure(result->ece));
    for (int i = 0; i < result->class_count; i++)
        if (result->classes[i].evaluated)
            json_object_set_new(classes, report->model->classes[i],
                                describe_class(&result->classes[i], options));
    json_object_set_new(object, "classes", classes);
    return object;
}

/* Adds a line to text, which it frees when there is not enough memory. */
static char *append_line(char *text, const char *line)
{
    const size_t before = text ? strlen(text) : 0, length = line ? strlen(line) : 0;
    char *longer = line ? realloc(text, before + length + 2) : NULL;
    if (!longer) {
        free(text);
        return NULL;
    }
    memcpy(longer + before, line, length);
    memcpy(longer + before + length, "\n", 2);
    return longer;
}

char *report_json(const Report *report)
{
    char *text = NULL;
    for (int i = 0; i < points_count(report->run->points); i++) {
        json_t *object = describe_point(report, i);
        char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
        json_decref(object);
        text = append_line(text, line);
        free(line);
        if (!text)
            return NULL;
    }
    return text;
}
