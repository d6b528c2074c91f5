#include "app/sinks/json_line.h"
#include "app/sinks/output.h"

#include <stdlib.h>

typedef struct JsonOutput {
    Output output;
    JsonLine *line;
    const char *path;
    ResultFile file;
} JsonOutput;

static WriteStatus consume(Output *output, const OutputFrame *frame, Error *error)
{
    JsonOutput *json = (JsonOutput *)output;
    if (json->file.fd < 0) {
        WriteStatus status = result_file_open(&json->file, json->path, error);
        if (status != WRITE_OK)
            return status;
    }
    size_t length;
    const char *text = json_line_format(json->line, frame, &length);
    return result_file_write(&json->file, text, length, error);
}

static WriteStatus finish(Output *output, Error *error)
{
    return result_file_close(&((JsonOutput *)output)->file, error);
}

static void destroy(Output *output)
{
    JsonOutput *json = (JsonOutput *)output;
    Error ignored; /* finish() has told, or something else failed before */
    result_file_close(&json->file, &ignored);
    json_line_destroy(json->line);
    free(json);
}

Output *json_output_create(const RunInfo *run)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    JsonOutput *json = calloc(1, sizeof *json);
    if (!json)
        return NULL;
    *json = (JsonOutput){.output = {&functions}, .path = run->options->json, .file = {.fd = -1}};
    json->line = json_line_create(run->model, run->options->max_detections);
    if (!json->line) {
        free(json);
        return NULL;
    }
    return &json->output;
}
