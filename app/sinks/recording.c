#include "app/sinks/output.h"
#include "vision/record/writer.h"

#include <stdlib.h>
#include <string.h>

typedef struct Recording {
    Output output;
    Writer *writer;
    int to_stdout;
} Recording;

static WriteStatus failure(const Recording *recording, const Error *why, Error *error)
{
    if (recording->to_stdout && writer_broken_pipe(recording->writer))
        return WRITE_CLOSED;
    return (WriteStatus)error_set(error, "%s", why->message);
}

static WriteStatus consume(Output *output, const OutputFrame *frame, Error *error)
{
    Recording *recording = (Recording *)output;
    Error why;
    return writer_write(recording->writer, frame->picture, &why) ? failure(recording, &why, error) : WRITE_OK;
}

static WriteStatus finish(Output *output, Error *error)
{
    Recording *recording = (Recording *)output;
    Error why;
    return writer_finish(recording->writer, &why) ? failure(recording, &why, error) : WRITE_OK;
}

static void destroy(Output *output)
{
    Recording *recording = (Recording *)output;
    writer_destroy(recording->writer);
    free(recording);
}

Output *recording_create(const RunInfo *run, Error *error)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    Recording *recording = calloc(1, sizeof *recording);
    if (!recording) {
        error_set(error, "out of memory");
        return NULL;
    }
    recording->output = (Output){&functions};
    recording->to_stdout = !strcmp(run->outputs->output, "-");
    const WriterOptions options = {
        .frame_rate = run->source->frame_rate,
        .still = run->source->still && !run->channel->loop,
        .live = run->source->live,
    };
    Error why;
    recording->writer = writer_create(run->outputs->output, &options, &why);
    if (!recording->writer) {
        error_set(error, "%s", why.message);
        free(recording);
        return NULL;
    }
    return &recording->output;
}

const char *recording_encoder(const Output *recording, int *fallback)
{
    return writer_encoder(((const Recording *)recording)->writer, fallback);
}

int64_t recording_dropped(const Output *recording)
{
    return writer_dropped(((const Recording *)recording)->writer);
}
