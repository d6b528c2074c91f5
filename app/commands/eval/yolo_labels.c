#include "app/commands/eval/yolo_labels.h"

#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void yolo_classes_open(YoloClasses *classes)
{
    classes->source = NULL;
    for (int i = 0; i < DATASET_MAX_CATEGORIES; i++)
        classes->category_of_class[i] = -1;
}

/* The numbers of a line, added one at a time. */
typedef struct YoloLine {
    int count;
    double first[4];
    double low[2], high[2]; /* of x and y, taken as corners */
} YoloLine;

static int fail(const char *label, int line, const char *problem, Error *error)
{
    return error_set(error, "%s:%d: %s", label, line, problem);
}

/* The category of a class by its number, made where nothing names classes; -1 with error. */
static int find_category(DatasetBuilder *builder, YoloClasses *classes, const char *word, const char *label,
                         int line, Error *error)
{
    double number; /* some tools write 0.0 */
    if (text_to_number(word, &number) || number < 0 || number >= DATASET_MAX_CATEGORIES ||
        number != floor(number))
        return error_set(error, "%s:%d: class '%.60s' is not a number from 0 to %d", label, line, word,
                         DATASET_MAX_CATEGORIES - 1);
    int *category = &classes->category_of_class[(int)number];
    if (*category >= 0)
        return *category;
    if (classes->source)
        return error_set(error, "%s:%d: class %d has no name in %s", label, line, (int)number,
                         classes->source);
    char name[16];
    snprintf(name, sizeof name, "%d", (int)number);
    if (builder_add_category(builder, name, (int)number, label, error))
        return -1;
    return *category = builder->dataset->category_count - 1;
}

static void take_number(YoloLine *numbers, double value)
{
    int axis = numbers->count % 2;
    if (numbers->count < 4)
        numbers->first[numbers->count] = value;
    if (numbers->count < 2)
        numbers->low[axis] = numbers->high[axis] = value;
    numbers->low[axis] = fmin(numbers->low[axis], value);
    numbers->high[axis] = fmax(numbers->high[axis], value);
    numbers->count++;
}

static DatasetBox box_of(const YoloLine *numbers, int category)
{
    DatasetBox box = {.category = category};
    if (numbers->count == 4) {
        box.width = numbers->first[2];
        box.height = numbers->first[3];
        box.x = numbers->first[0] - box.width / 2;
        box.y = numbers->first[1] - box.height / 2;
    } else {
        box.x = numbers->low[0];
        box.y = numbers->low[1];
        box.width = numbers->high[0] - box.x;
        box.height = numbers->high[1] - box.y;
    }
    box.area = box.width * box.height;
    return box;
}

static int read_line(DatasetBuilder *builder, YoloClasses *classes, char *text, const char *label, int line,
                     Error *error)
{
    /* Tools round, so boxes may reach a little beyond the picture; they are kept so. */
    static const double slack = .01;
    char *rest = NULL;
    const char *word = strtok_r(text, " \t\r", &rest);
    if (!word)
        return 0;
    int category = find_category(builder, classes, word, label, line, error);
    if (category < 0)
        return -1;
    YoloLine numbers = {0};
    while ((word = strtok_r(NULL, " \t\r", &rest))) {
        double value;
        if (text_to_number(word, &value))
            return error_set(error, "%s:%d: '%.60s' is not a number", label, line, word);
        if (value < -slack || value > 1 + slack)
            return error_set(error, "%s:%d: %.60s is not a fraction of the picture, from 0 to 1", label, line,
                             word);
        take_number(&numbers, value);
    }
    if (numbers.count < 4 || numbers.count % 2)
        return fail(label, line, "expected a class and 4 numbers, or a class and the corners of a polygon",
                    error);
    DatasetBox box = box_of(&numbers, category);
    if (box.width < 0 || box.height < 0)
        return fail(label, line, "a box of negative size", error);
    return builder_add_box(builder, &box, label, error);
}

int yolo_parse_labels(DatasetBuilder *builder, YoloClasses *classes, char *text, size_t size,
                      const char *label, Error *error)
{
    int number = 1;
    text[size] = 0;
    for (char *line = text, *end = text + size; line < end; number++) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        if (!next)
            next = end;
        *next = 0;
        if (strlen(line) != (size_t)(next - line))
            return fail(label, number, "a NUL byte; labels are text", error);
        if (read_line(builder, classes, line, label, number, error))
            return -1;
        line = next + 1;
    }
    return 0;
}
