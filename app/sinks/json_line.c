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

/* Names as JSON strings, escaped and quoted. */
typedef struct QuotedNames {
    const char **names; /* [count], within text */
    char *text;
    size_t longest; /* bytes, the end included */
} QuotedNames;

struct JsonLine {
    QuotedNames classes, sources;
    bool has_sources;
    int max_objects;
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

static int quote_names(QuotedNames *quoted, const char *const *names, int count)
{
    size_t bytes = 1;
    for (int i = 0; i < count; i++)
        bytes += 6 * strlen(names[i]) + 3;
    quoted->text = malloc(bytes);
    quoted->names = calloc((size_t)count + 1, sizeof *quoted->names);
    if (!quoted->text || !quoted->names)
        return -1;
    char *end = quoted->text;
    for (int i = 0; i < count; i++) {
        quoted->names[i] = end;
        end = quote(end, names[i]);
        if ((size_t)(end - quoted->names[i]) > quoted->longest)
            quoted->longest = (size_t)(end - quoted->names[i]);
    }
    return 0;
}

JsonLine *json_line_create(const LookoutModelInfo *model, int max_objects, const char *const *sources,
                           int source_count)
{
    JsonLine *line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->max_objects = max_objects;
    line->has_sources = sources != NULL;
    if (!quote_names(&line->classes, model->classes, model->class_count) &&
        !quote_names(&line->sources, sources, sources ? source_count : 0))
        line->text = malloc(HEAD_BYTES + line->sources.longest +
                            (size_t)max_objects * (NUMBERS_BYTES + line->classes.longest));
    if (line->text)
        return line;
    json_line_destroy(line);
    return NULL;
}

void json_line_destroy(JsonLine *line)
{
    if (!line)
        return;
    free(line->text);
    free(line->classes.names);
    free(line->classes.text);
    free(line->sources.names);
    free(line->sources.text);
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

static char *put_object(char *to, const JsonLine *line, const Observation *observation, int index)
{
    const SceneObject *object = &observation->objects[index];
    const SceneBox *box = &object->box;
    /* corners are rounded, not sizes, so that x + w is the right edge */
    const double x = to_hundredths((double)box->x1 * observation->width);
    const double y = to_hundredths((double)box->y1 * observation->height);
    const double width = to_hundredths((double)box->x2 * observation->width) - x;
    const double height = to_hundredths((double)box->y2 * observation->height) - y;

    to = stpcpy(to, "{\"class\":");
    to = stpcpy(to, line->classes.names[box->class_index]);
    if (object->id)
        to += sprintf(to, ",\"id\":%d", object->id);
    to = stpcpy(to, ",\"score\":");
    to = put_number(to, box->score, 4);
    to = stpcpy(to, ",\"box\":[");
    to = put_number(to, x, 2);
    to = stpcpy(to, ",");
    to = put_number(to, y, 2);
    to = stpcpy(to, ",");
    to = put_number(to, width, 2);
    to = stpcpy(to, ",");
    to = put_number(to, height, 2);
    return stpcpy(to, object->held ? "],\"held\":true}" : "]}");
}

const char *json_line_format(JsonLine *line, const Observation *observation, size_t *length)
{
    char *to = stpcpy(line->text, "{");
    if (line->has_sources)
        to += sprintf(to, "\"source\":%s,", line->sources.names[observation->source]);
    to += sprintf(to, "\"frame\":%" PRId64 ",\"time\":", observation->sequence);
    to = put_number(to, (double)observation->time_ns / 1e9, 6);
    to += sprintf(to, ",\"width\":%d,\"height\":%d,\"alpha\":", observation->width, observation->height);
    to = put_number(to, observation->alpha, 6);
    to += sprintf(to, ",\"size\":%d,\"inference_ms\":", observation->size);
    to = put_number(to, observation->stage_ms[STAGE_INFERENCE], 3);
    to = stpcpy(to, ",\"detections\":[");
    for (int i = 0; i < observation->count && i < line->max_objects; i++) {
        if (i)
            *to++ = ',';
        to = put_object(to, line, observation, i);
    }
    to = stpcpy(to, "]}\n");
    *length = (size_t)(to - line->text);
    return line->text;
}
