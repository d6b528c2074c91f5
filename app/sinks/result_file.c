#include "app/sinks/result_file.h"

#include "base/output_path.h"
#include "base/output_stream.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct ResultFile {
    const char *path;
    OutputStream *stream;
    bool is_open;
};

ResultFile *result_file_create(const char *path, int stop, Error *error)
{
    ResultFile *file = calloc(1, sizeof *file);
    if (file) {
        file->path = path;
        file->stream = output_stream_create(path, stop);
    }
    if (!file || !file->stream) {
        free(file);
        error_set(error, "cannot write %s: %s", output_path_shown(path), strerror(errno));
        return NULL;
    }
    return file;
}

void result_file_destroy(ResultFile *file)
{
    if (!file)
        return;
    output_stream_destroy(file->stream);
    free(file);
}

static WriteStatus fail(const ResultFile *file, Error *error)
{
    if (errno == EPIPE && output_path_is_stdout(file->path))
        return WRITE_CLOSED;
    return (WriteStatus)error_set(error, "cannot write %s: %s", output_path_shown(file->path),
                                  strerror(errno));
}

WriteStatus result_file_write(ResultFile *file, const char *text, size_t length, Error *error)
{
    if (!file->is_open && output_stream_open(file->stream) != 0)
        return fail(file, error);
    file->is_open = true;
    return output_stream_write(file->stream, text, length) == 0 ? WRITE_OK : fail(file, error);
}

WriteStatus result_file_close(ResultFile *file, Error *error)
{
    file->is_open = false;
    return output_stream_close(file->stream) == 0 ? WRITE_OK : fail(file, error);
}

void result_file_cancel(ResultFile *file)
{
    output_stream_cancel(file->stream);
}
