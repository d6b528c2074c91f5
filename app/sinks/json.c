/* JSON Lines: one object a detected frame, see app/sinks/json_line.h. */
#include "app/sinks/json_line.h"
#include "app/sinks/result_file.h"
#include "app/sinks/results.h"
#include <stdlib.h>

enum { QUEUE_LENGTH = 8 };

typedef struct Json {
    Sink sink;
    JsonLine *line;
    ResultFile *file;
} Json;

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    Json *json = (Json *)sink;
    size_t length;
    const char *text = json_line_format(json->line, observation, &length);
    return (SinkResult)result_file_write(json->file, text, length, error);
}

static SinkResult finish(Sink *sink, Error *error)
{
    return (SinkResult)result_file_close(((Json *)sink)->file, error);
}

static void cancel(Sink *sink)
{
    result_file_cancel(((Json *)sink)->file);
}

static void destroy(Sink *sink)
{
    Json *json = (Json *)sink;
    result_file_destroy(json->file);
    json_line_destroy(json->line);
    free(json);
}

Sink *json_create(const ResultSetup *setup, Error *error)
{
    static const SinkDriver driver = {
        .name = "json",
        .wants = SINK_WANTS_DETECTED,
        .queue_length = QUEUE_LENGTH,
        .is_a_result = true,
        .take = take,
        .finish = finish,
        .cancel = cancel,
        .destroy = destroy,
    };
    Json *json = calloc(1, sizeof *json);
    if (!json) {
        error_set(error, "out of memory");
        return NULL;
    }
    json->sink.driver = &driver;
    json->line = json_line_create(setup->model, setup->max_objects, setup->sources, setup->source_count);
    if (!json->line)
        error_set(error, "out of memory");
    else if ((json->file = result_file_create(setup->path, -1, error)))
        return &json->sink;
    destroy(&json->sink);
    return NULL;
}
