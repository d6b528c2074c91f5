#include "app/sinks/json_line.h"
#include "app/sinks/output.h"

#include <stdlib.h>

typedef struct JsonOutput {
    Output output;
    JsonLine *line;
    const char *path;
    ResultFile *file;
} JsonOutput;

static WriteStatus consume(Output *output, const OutputFrame *frame, Error *error)
{
    JsonOutput *json = (JsonOutput *)output;
    if (!json->file && !(json->file = result_file_create(json->path, -1, error)))
        return WRITE_FAILED;
    size_t length;
    const char *text = json_line_format(json->line, frame, &length);
    return result_file_write(json->file, text, length, error);
}

static WriteStatus finish(Output *output, Error *error)
{
    JsonOutput *json = (JsonOutput *)output;
    return json->file ? result_file_close(json->file, error) : WRITE_OK;
}

static void destroy(Output *output)
{
    JsonOutput *json = (JsonOutput *)output;
    result_file_destroy(json->file);
    json_line_destroy(json->line);
    free(json);
}

Output *json_output_create(const RunInfo *run)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    JsonOutput *json = calloc(1, sizeof *json);
    if (!json)
        return NULL;
    *json = (JsonOutput){.output = {&functions}, .path = run->outputs->json};
    json->line = json_line_create(run->model, run->detection->max_detections);
    if (!json->line) {
        free(json);
        return NULL;
    }
    return &json->output;
}
