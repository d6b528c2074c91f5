#include "vision/input/byte_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024 };

/* Waits until a pipe has bytes or has ended. Returns 0, or a negative AVERROR. */
static int wait_for_bytes(const ByteStream *stream)
{
    struct pollfd waits[2] = {{.fd = stream->fd, .events = POLLIN},
                              {.fd = stream->interrupt->fd, .events = POLLIN}};
    while (!interrupt_is_raised(stream->interrupt)) {
        int ready = poll(waits, 2, stream->interrupt->stop ? INTERRUPT_STOP_MS : -1);
        if (ready < 0 && errno != EINTR)
            return AVERROR(errno);
        if (ready > 0 && waits[0].revents)
            return 0;
    }
    return AVERROR_EXIT;
}

static int read_bytes(void *opaque, uint8_t *buffer, int size)
{
    ByteStream *stream = opaque;
    for (;;) {
        if (interrupt_is_raised(stream->interrupt))
            return AVERROR_EXIT;
        if (stream->size < 0) {
            int failed = wait_for_bytes(stream);
            if (failed)
                return failed;
        }
        ssize_t count = read(stream->fd, buffer, (size_t)size);
        if (count > 0)
            return (int)count;
        if (count == 0)
            return AVERROR_EOF;
        if (errno != EINTR && errno != EAGAIN) {
            if (!stream->read_error)
                stream->read_error = errno;
            return AVERROR(stream->read_error);
        }
    }
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    ByteStream *stream = opaque;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return stream->size;
    off_t position = lseek(stream->fd, offset, whence);
    return position < 0 ? AVERROR(errno) : position;
}

static int attach(ByteStream *stream, const Interrupt *interrupt, const char *name, Error *error)
{
    stream->interrupt = interrupt;
    stream->read_error = 0;
    unsigned char *buffer = av_malloc(BUFFER_SIZE);
    stream->io = buffer ? avio_alloc_context(buffer, BUFFER_SIZE, 0, stream, read_bytes, NULL,
                                             stream->size < 0 ? NULL : seek_bytes)
                        : NULL;
    if (stream->io)
        return 0;
    av_free(buffer);
    byte_stream_close(stream);
    return error_set(error, "%s: out of memory", name);
}

/* What a path is that is not opened, in words; NULL for a regular file or pipe. */
static const char *refusal(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    if (S_ISSOCK(mode))
        return "a socket";
    return S_ISREG(mode) || S_ISFIFO(mode) ? NULL : "something else";
}

int byte_stream_open(ByteStream *stream, int directory_fd, const char *path, const Interrupt *interrupt,
                     Error *error)
{
    struct stat status;
    memset(stream, 0, sizeof *stream);
    /* Opening some devices has effects, so check first; and again after opening, which is what counts. */
    if (fstatat(directory_fd, path, &status, 0))
        return error_set(error, "%s: %s", path, strerror(errno));
    if (!refusal(status.st_mode)) {
        /* Non-blocking, so that waiting for somebody to write to a pipe can be interrupted. */
        stream->fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (stream->fd < 0)
            return error_set(error, "%s: %s", path, strerror(errno));
        stream->owned = true;
        if (fstat(stream->fd, &status)) {
            error_set(error, "%s: %s", path, strerror(errno));
            byte_stream_close(stream);
            return -1;
        }
    }
    if (refusal(status.st_mode)) {
        byte_stream_close(stream);
        return error_set(error, "%s: is %s, not a clip or picture", path, refusal(status.st_mode));
    }
    stream->size = S_ISREG(status.st_mode) ? status.st_size : -1;
    if (stream->size == 0) {
        byte_stream_close(stream);
        return error_set(error, "%s: the file is empty", path);
    }
    return attach(stream, interrupt, path, error);
}

int byte_stream_open_stdin(ByteStream *stream, const Interrupt *interrupt, Error *error)
{
    memset(stream, 0, sizeof *stream);
    if (isatty(STDIN_FILENO))
        return error_set(error, "standard input is a terminal; pipe a y4m stream into it, as from "
                                "ffmpeg -i CLIP -f yuv4mpegpipe -");
    stream->fd = STDIN_FILENO;
    stream->size = -1;
    return attach(stream, interrupt, "standard input", error);
}

int byte_stream_rewind(ByteStream *stream)
{
    stream->read_error = 0;
    return stream->size >= 0 && avio_seek(stream->io, 0, SEEK_SET) == 0 ? 0 : -1;
}

void byte_stream_close(ByteStream *stream)
{
    if (stream->io) {
        av_freep(&stream->io->buffer);
        avio_context_free(&stream->io);
    }
    if (stream->owned)
        close(stream->fd);
    memset(stream, 0, sizeof *stream);
}
