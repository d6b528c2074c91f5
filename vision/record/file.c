#include "vision/record/file.h"

#include "base/output_path.h"
#include "base/output_stream.h"
#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES (64 << 10)

/* what avio_alloc_context() wants a write function to take */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t *WrittenBytes;
#else
typedef uint8_t *WrittenBytes;
#endif

struct OutputFile {
    const char *path;
    OutputStream *stream;
    AVIOContext *io;
};

static int write_all(void *opaque, WrittenBytes bytes, int size)
{
    OutputFile *file = opaque;
    return output_stream_write(file->stream, bytes, (size_t)size) == 0 ? size : AVERROR(errno);
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    OutputFile *file = opaque;
    const int64_t place = whence & AVSEEK_SIZE
                              ? output_stream_size(file->stream)
                              : output_stream_seek(file->stream, offset, whence & ~AVSEEK_FORCE);
    return place >= 0 ? place : AVERROR(errno);
}

OutputFile *output_file_create(const char *path, Error *error)
{
    OutputFile *file = calloc(1, sizeof *file);
    uint8_t *buffer = NULL;
    if (!file)
        goto fail;
    file->path = path;
    file->stream = output_stream_create(path, -1);
    buffer = av_malloc(BUFFER_BYTES);
    if (!file->stream || !buffer)
        goto fail;
    file->io = avio_alloc_context(buffer, BUFFER_BYTES, 1, file, NULL, write_all, seek);
    if (!file->io)
        goto fail;
    return file;

fail:
    av_free(buffer);
    output_file_destroy(file);
    error_set(error, "%s: out of memory", output_path_shown(path));
    return NULL;
}

int output_file_open(OutputFile *file, Error *error)
{
    if (output_stream_open(file->stream) != 0)
        return error_set(error, "%s: cannot be written: %s", output_path_shown(file->path), strerror(errno));
    file->io->seekable = output_stream_is_seekable(file->stream) ? AVIO_SEEKABLE_NORMAL : 0;
    return 0;
}

bool output_file_has_stake(const OutputFile *file)
{
    return output_stream_begin_matters(file->stream);
}

int output_file_begin(OutputFile *file)
{
    return output_stream_begin(file->stream) == 0 ? 0 : AVERROR(errno);
}

int output_file_close(OutputFile *file, Error *error)
{
    output_stream_close(file->stream);
    const int reason = output_stream_errno(file->stream);
    return reason ? error_set(error, "%s: %s", output_path_shown(file->path), strerror(reason)) : 0;
}

void output_file_destroy(OutputFile *file)
{
    if (!file)
        return;
    output_stream_destroy(file->stream);
    if (file->io)
        av_freep(&file->io->buffer);
    avio_context_free(&file->io);
    free(file);
}

AVIOContext *output_file_io(OutputFile *file)
{
    return file->io;
}

int output_file_errno(const OutputFile *file)
{
    return output_stream_errno(file->stream);
}

void output_file_cancel(OutputFile *file)
{
    output_stream_cancel(file->stream);
}
