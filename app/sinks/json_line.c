#include "app/sinks/json_line.h"

#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_BYTES = 512,    /* everything before the detections and after them */
    NUMBERS_BYTES = 256, /* of a detection without its class: six numbers and punctuation */
};

struct JsonLine {
    int class_count, max_detections;
    const char **classes; /* [class_count], escaped and quoted, within names */
    char *names;
    char *text;
};

/* Writes a name as a JSON string; returns where it ends, after its NUL. Needs 6 bytes for each of name,
 * and 3. */
static char *quote(char *to, const char *name)
{
    *to++ = '"';
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c < 0x20 || c == 0x7f)
            to += sprintf(to, "\\u%04x", (unsigned)c);
        else if (c == '"' || c == '\\')
            to += sprintf(to, "\\%c", c);
        else
            *to++ = *name;
    }
    *to++ = '"';
    *to++ = 0;
    return to;
}

JsonLine *json_line_create(const LookoutModelInfo *model, int max_detections)
{
    JsonLine *line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    *line = (JsonLine){
        .class_count = model->class_count,
        .max_detections = max_detections,
    };
    size_t bytes = 0, longest = 0;
    for (int i = 0; i < model->class_count; i++)
        bytes += 6 * strlen(model->classes[i]) + 3;
    line->names = malloc(bytes + 1);
    line->classes = calloc((size_t)model->class_count + 1, sizeof *line->classes);
    if (!line->names || !line->classes)
        goto fail;
    char *end = line->names;
    for (int i = 0; i < model->class_count; i++) {
        line->classes[i] = end;
        end = quote(end, model->classes[i]);
        if ((size_t)(end - line->classes[i]) > longest)
            longest = (size_t)(end - line->classes[i]);
    }
    line->text = malloc(HEAD_BYTES + (size_t)max_detections * (NUMBERS_BYTES + longest));
    if (!line->text)
        goto fail;
    return line;
fail:
    json_line_destroy(line);
    return NULL;
}

void json_line_destroy(JsonLine *line)
{
    if (!line)
        return;
    free(line->text);
    free(line->classes);
    free(line->names);
    free(line);
}

static char *put_number(char *to, double value, int decimals)
{
    char number[TEXT_NUMBER_SIZE];
    text_put_number(number, value, decimals);
    return stpcpy(to, number);
}

static double to_hundredths(double value)
{
    return round(value * 100) / 100;
}

static char *put_detection(char *to, const JsonLine *line, const OutputFrame *done, int index)
{
    const Frame *frame = done->frame;
    const LookoutDetection *detection = &done->result->detections[index];
    /* corners are rounded, not sizes, so that x + w is the right edge */
    double x = to_hundredths((double)detection->x1 * frame->width);
    double y = to_hundredths((double)detection->y1 * frame->height);
    double width = to_hundredths((double)detection->x2 * frame->width) - x;
    double height = to_hundredths((double)detection->y2 * frame->height) - y;

    to = stpcpy(to, "{\"class\":");
    to = stpcpy(to, line->classes[detection->class_index]);
    if (done->ids)
        to += sprintf(to, ",\"id\":%d", done->ids[index]);
    to = stpcpy(to, ",\"score\":");
    to = put_number(to, detection->score, 4);
    to = stpcpy(to, ",\"box\":[");
    to = put_number(to, x, 2);
    to = stpcpy(to, ",");
    to = put_number(to, y, 2);
    to = stpcpy(to, ",");
    to = put_number(to, width, 2);
    to = stpcpy(to, ",");
    to = put_number(to, height, 2);
    return stpcpy(to, "]}");
}

const char *json_line_format(JsonLine *line, const OutputFrame *done, size_t *length)
{
    const Frame *frame = done->frame;
    const LookoutResult *result = done->result;
    char *to = line->text;
    to += sprintf(to, "{\"frame\":%" PRId64 ",\"time\":", frame->sequence);
    to = put_number(to, (double)frame->time_ns / 1e9, 6);
    to += sprintf(to, ",\"width\":%d,\"height\":%d,\"alpha\":", frame->width, frame->height);
    to = put_number(to, done->alpha, 6);
    to += sprintf(to, ",\"size\":%d,\"inference_ms\":", done->size);
    to = put_number(to, result->inference_ms, 3);
    to = stpcpy(to, ",\"detections\":[");
    for (int i = 0; i < result->count && i < line->max_detections; i++) {
        if (i)
            *to++ = ',';
        to = put_detection(to, line, done, i);
    }
    to = stpcpy(to, "]}\n");
    *length = (size_t)(to - line->text);
    return line->text;
}
