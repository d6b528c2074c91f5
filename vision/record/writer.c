#include "vision/record/writer.h"

#include "base/output_path.h"
#include "vision/record/encoder.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct Writer {
    char *path;
    const OutputFormat *format;
    double frame_rate;
    OutputFile *file;
    Encoder *encoder; /* NULL before the first frame */
    bool failed;      /* error says why; for good */
    Error error;
    atomic_bool cancelled;
};

Writer *writer_create(const char *path, const WriterOptions *options, Error *error)
{
    const OutputFormat *format = output_format(path, options->still, error);
    if (!format || output_path_check(path, error) != 0)
        return NULL;

    Writer *writer = calloc(1, sizeof *writer);
    char *own_path = strdup(path);
    if (!writer || !own_path) {
        free(writer);
        free(own_path);
        error_set(error, "%s: out of memory", output_path_shown(path));
        return NULL;
    }
    writer->path = own_path;
    writer->format = format;
    writer->frame_rate = options->frame_rate;
    writer->file = output_file_create(writer->path, error);
    if (!writer->file) {
        writer_destroy(writer);
        return NULL;
    }
    return writer;
}

/* The first failure is the one that is reported. Returns -1. */
static int fail(Writer *writer, const Error *why)
{
    if (!writer->failed)
        writer->error = *why;
    writer->failed = true;
    return -1;
}

/* The first frame decides the size and begins the file. */
static int start(Writer *writer, const Frame *first, Error *error)
{
    const EncoderOptions options = {.path = writer->path, .frame_rate = writer->frame_rate};
    if (atomic_load(&writer->cancelled))
        return error_set(error, "%s: %s", output_path_shown(writer->path), strerror(ECANCELED));
    writer->encoder = encoder_create(writer->format, writer->file, first, &options, error);
    return writer->encoder ? 0 : -1;
}

static int write_frame(Writer *writer, const Frame *picture, Error *error)
{
    if (picture->format != PIXEL_I420)
        return error_set(error, "%s: only I420 frames are recorded", output_path_shown(writer->path));
    if (!writer->encoder && start(writer, picture, error) != 0)
        return -1;
    return encoder_write(writer->encoder, picture, error);
}

int writer_write(Writer *writer, const Frame *picture, Error *error)
{
    Error why;
    if (writer->failed || (write_frame(writer, picture, &why) != 0 && fail(writer, &why) != 0)) {
        *error = writer->error;
        return -1;
    }
    return 0;
}

int writer_finish(Writer *writer, Error *error)
{
    Error why;
    if (writer->encoder && encoder_finish(writer->encoder, &why) != 0)
        fail(writer, &why);
    if (output_file_close(writer->file, &why) != 0)
        fail(writer, &why);
    if (writer->failed)
        *error = writer->error;
    return writer->failed ? -1 : 0;
}

void writer_destroy(Writer *writer)
{
    if (!writer)
        return;
    encoder_destroy(writer->encoder);
    output_file_destroy(writer->file);
    free(writer->path);
    free(writer);
}

void writer_cancel(Writer *writer)
{
    atomic_store(&writer->cancelled, true);
    output_file_cancel(writer->file);
}

bool writer_broken_pipe(const Writer *writer)
{
    return writer->failed && output_file_errno(writer->file) == EPIPE;
}

const char *writer_encoder(const Writer *writer, bool *fallback)
{
    *fallback = false;
    return writer->encoder ? encoder_name(writer->encoder, fallback) : "";
}
