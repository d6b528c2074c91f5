#include "app/commands/eval/plot.h"

#include "app/commands/eval/svg.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 6,
    LEFT = 70,
    WIDE = 170, /* of a class's panel */
    HIGH = 115,
    BESIDE = 22, /* between panels */
    ABOVE = 66,  /* a panel, for its name */
    RIGHT = 30,
    TOTAL_WIDTH = LEFT + COLUMNS * WIDE + (COLUMNS - 1) * BESIDE + RIGHT,
    TOP = 146, /* of the two large panels */
    TALL = 270,
    LARGE = 470,
    GRID_TOP = TOP + TALL + 150,
    BOTTOM = 56,
    NAME_LENGTH = 18, /* bytes that fit beside a count of boxes, the final NUL included */
};

/* Copies a name, cut to fit, with "..." at its end. */
static void shorten(char *to, size_t size, const char *name)
{
    if (strlen(name) < size) {
        strcpy(to, name);
        return;
    }
    size_t length = size - sizeof "...";
    while (length && ((unsigned char)name[length] & 0xc0) == 0x80) /* not within a character */
        length--;
    memcpy(to, name, length);
    strcpy(to + length, "...");
}

static void put_title(FILE *to, const Report *report)
{
    const MetricsResult *result = report->results[0];
    const Points *points = report->run->points;
    char name[60], text[300];
    int64_t boxes = 0;
    for (int i = 0; i < result->class_count; i++)
        boxes += result->classes[i].truth;
    shorten(name, sizeof name, report->run->dataset->name);
    snprintf(text, sizeof text, "%s at alpha %g, size %d", name, points->alphas.values[0],
             points->sizes.values[0]);
    svg_text(to, LEFT, 42, "title", "start", text);
    snprintf(text, sizeof text,
             "%d pictures with %" PRId64 " true boxes: AP %.1f %%, AP50 %.1f %%, AP75 %.1f %%",
             result->images, boxes, 100 * fmax(result->ap, 0), 100 * fmax(result->ap50, 0),
             100 * fmax(result->ap75, 0));
    svg_text(to, LEFT, 66, "lead", "start", text);
}

/* mean: [PRECISION_RECALLS] of the classes that have truth. */
static void take_mean(const MetricsResult *result, const int *order, int count, double *mean)
{
    memset(mean, 0, PRECISION_RECALLS * sizeof *mean);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < PRECISION_RECALLS; j++)
            mean[j] += result->classes[order[i]].precision[j] / count;
}

static void put_mean(FILE *to, const MetricsResult *result, const double *mean)
{
    const SvgPanel panel = {LEFT, TOP, LARGE, TALL};
    char text[100];
    snprintf(text, sizeof text, "Precision over recall at IoU 0.5, mean of the classes: AP50 %.1f %%",
             100 * fmax(result->ap50, 0));
    svg_text(to, panel.x, panel.y - 28, "head", "start", text);
    svg_axes(to, &panel, 1, 1);
    svg_curve(to, &panel, mean, PRECISION_RECALLS, "curve", "area");
    svg_text(to, panel.x, panel.y + panel.height + 32, "note", "start",
             "recall: % of the true boxes that are found");
    svg_text(to, panel.x, panel.y - 11, "note", "start", "precision: % of the found boxes that are right");
}

static void put_calibration(FILE *to, const MetricsResult *result)
{
    const SvgPanel panel = {TOTAL_WIDTH - RIGHT - LARGE, TOP, LARGE, TALL};
    const double bin_width = 1.0 / CALIBRATION_BINS;
    char text[100];
    if (result->ece < 0)
        snprintf(text, sizeof text, "Can scores be believed? Nothing was found");
    else
        snprintf(text, sizeof text, "Can scores be believed? Expected calibration error %.1f %%",
                 100 * result->ece);
    svg_text(to, panel.x, panel.y - 28, "head", "start", text);
    svg_axes(to, &panel, 1, 1);
    for (int i = 0; i < CALIBRATION_BINS; i++) {
        const CalibrationBin *bin = &result->calibration[i];
        const double left = i * bin_width;
        snprintf(text, sizeof text, "%" PRId64, bin->count);
        svg_text(to, panel.x + (left + bin_width / 2) * panel.width, panel.y + panel.height + 46, "tick",
                 "middle", text);
        if (!bin->count)
            continue;
        svg_bar(to, &panel, left + 0.004, left + bin_width - 0.004, bin->right, "bar");
        svg_line(to, &panel, left + 0.004, bin->score, left + bin_width - 0.004, bin->score, "score");
    }
    svg_line(to, &panel, 0, 0, 1, 1, "ideal");
    svg_text(to, panel.x, panel.y + panel.height + 32, "note", "start",
             "score, %; below: how many boxes have such a score");
    svg_text(to, panel.x, panel.y - 11, "note", "start",
             "bars: % of these boxes that are right (IoU 0.5); black: mean score, where a bar should end");
}

static void put_class(FILE *to, const Report *report, int class_index, const SvgPanel *panel,
                      const double *mean, int left_numbers, int bottom_numbers)
{
    const MetricsClass *class = &report->results[0]->classes[class_index];
    char text[100];
    shorten(text, NAME_LENGTH, report->model->classes[class_index]);
    svg_text(to, panel->x, panel->y - 21, "name", "start", text);
    snprintf(text, sizeof text, class->truth == 1 ? "%d box" : "%d boxes", class->truth);
    svg_text(to, panel->x + panel->width, panel->y - 21, "note", "end", text);
    snprintf(text, sizeof text, "AP %.1f, AP50 %.1f", 100 * class->ap, 100 * class->ap50);
    svg_text(to, panel->x, panel->y - 7, "note", "start", text);
    svg_axes(to, panel, left_numbers, bottom_numbers);
    svg_curve(to, panel, mean, PRECISION_RECALLS, "mean", NULL);
    svg_curve(to, panel, class->precision, PRECISION_RECALLS, "curve", "area");
}

static void put_classes(FILE *to, const Report *report, const int *order, int count, const double *mean)
{
    svg_text(to, LEFT, GRID_TOP - 64, "head", "start", "Each class, best AP first");
    svg_text(to, LEFT, GRID_TOP - 47, "note", "start",
             "precision over recall at IoU 0.5, of which AP50 is the area; grey: the mean of the classes; "
             "all in %");
    for (int i = 0; i < count; i++) {
        const int row = i / COLUMNS, column = i % COLUMNS;
        const SvgPanel panel = {LEFT + column * (WIDE + BESIDE), GRID_TOP + row * (HIGH + ABOVE), WIDE, HIGH};
        put_class(to, report, order[i], &panel, mean, column == 0, 1);
    }
}

static void put_plot(FILE *to, const Report *report, const int *order, int count)
{
    double mean[PRECISION_RECALLS];
    const int rows = (count + COLUMNS - 1) / COLUMNS;
    take_mean(report->results[0], order, count, mean);
    svg_begin(to, TOTAL_WIDTH, GRID_TOP + rows * (HIGH + ABOVE) - ABOVE + BOTTOM);
    put_title(to, report);
    put_mean(to, report->results[0], mean);
    put_calibration(to, report->results[0]);
    put_classes(to, report, order, count, mean);
    svg_end(to);
}

char *plot_svg(const Report *report)
{
    char *text = NULL;
    size_t length;
    int *order = malloc((size_t)report->model->class_count * sizeof *order + 1);
    FILE *to = order ? open_memstream(&text, &length) : NULL;
    if (to) {
        int count = report_order(report->results[0], order);
        while (count > 0 && !report->results[0]->classes[order[count - 1]].truth)
            count--; /* without true boxes there is no curve */
        put_plot(to, report, order, count);
        text = report_finish(to, &text);
    }
    free(order);
    return text;
}
