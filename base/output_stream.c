#include "base/output_stream.h"

#include "base/output_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_MS = 20 };

struct OutputStream {
    const char *path;
    int fd;            /* -1: not open */
    int cancel;        /* eventfd: readable once cancelled */
    int stop;          /* the caller's, or -1 */
    bool is_stdout;    /* a descriptor that others use too: whether it blocks is not ours to change */
    bool is_regular;   /* never waits */
    bool is_new;       /* created by us, and nothing is in it yet */
    bool holds_others; /* content from before that goes with the first write */
    int error;
};

OutputStream *output_stream_create(const char *path, int stop)
{
    OutputStream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->path = path;
    stream->fd = -1;
    stream->stop = stop;
    stream->is_stdout = output_path_is_stdout(path);
    stream->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stream->cancel < 0) {
        free(stream);
        return NULL;
    }
    return stream;
}

void output_stream_destroy(OutputStream *stream)
{
    if (!stream)
        return;
    output_stream_close(stream);
    close(stream->cancel);
    free(stream);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

/* Until `fd` (-1: nothing) can be written to or the time (-1: without end) is over. Returns 0, or -1 with
 * errno; ECANCELED comes before all else. */
static int wait_until_writable(const OutputStream *stream, int fd, int timeout_ms)
{
    enum { OUTPUT, CANCEL, STOP, DESCRIPTORS };
    struct pollfd polled[DESCRIPTORS] = {
        [OUTPUT] = {.fd = fd, .events = POLLOUT},
        [CANCEL] = {.fd = stream->cancel, .events = POLLIN},
        [STOP] = {.fd = stream->stop, .events = POLLIN},
    };
    while (poll(polled, DESCRIPTORS, timeout_ms) < 0) {
        if (errno != EINTR)
            return -1;
    }
    if (!polled[CANCEL].revents && !polled[STOP].revents)
        return 0;
    errno = ECANCELED;
    return -1;
}

void output_stream_cancel(OutputStream *stream)
{
    eventfd_write(stream->cancel, 1); /* cannot fail: the counter is far from full */
}

/* ---- opening ---------------------------------------------------------------------------------- */

static int open_path(OutputStream *stream)
{
    /* our own open file, so that not to block is a matter of ours */
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    stream->fd = open(stream->path, flags | O_EXCL, 0666);
    stream->is_new = stream->fd >= 0;
    if (stream->fd < 0 && errno == EEXIST)
        stream->fd = open(stream->path, flags, 0666);
    return stream->fd;
}

/* Whether opening failed for a reason that passes. */
static bool may_be_opened_later(const char *path)
{
    struct stat status;
    switch (errno) {
    case EINTR:
    case EAGAIN: /* a lease, which its holder has been asked to give up */
        return true;
    case ENXIO: /* no reader yet; or a socket or device that will never open */
        if (stat(path, &status) == 0 && S_ISFIFO(status.st_mode))
            return true;
        errno = ENXIO;
        return false;
    default:
        return false;
    }
}

int output_stream_open(OutputStream *stream)
{
    if (stream->is_stdout) {
        stream->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    } else {
        while (open_path(stream) < 0 && may_be_opened_later(stream->path)) {
            /* nothing tells that a FIFO has got a reader, so it is tried again and again */
            if (wait_until_writable(stream, -1, RETRY_MS) != 0)
                return -1;
        }
    }
    struct stat status;
    if (stream->fd < 0 || fstat(stream->fd, &status) != 0)
        return -1;
    stream->is_regular = S_ISREG(status.st_mode);
    stream->holds_others = stream->is_regular && status.st_size > 0 && !stream->is_stdout;
    return 0;
}

bool output_stream_begin_matters(const OutputStream *stream)
{
    return stream->is_new || stream->holds_others;
}

/* Keeps the first failure. */
static int fail(OutputStream *stream, int reason)
{
    if (!stream->error)
        stream->error = reason;
    errno = stream->error;
    return -1;
}

int output_stream_begin(OutputStream *stream)
{
    if (stream->error)
        return fail(stream, stream->error);
    if (stream->holds_others && ftruncate(stream->fd, 0) != 0)
        return fail(stream, errno);
    stream->holds_others = false;
    stream->is_new = false;
    return 0;
}

/* ---- writing ---------------------------------------------------------------------------------- */

int output_stream_write(OutputStream *stream, const void *bytes, size_t size)
{
    const char *next = bytes;
    if (output_stream_begin(stream) != 0)
        return -1;
    while (size > 0) {
        size_t step = size;
        if (!stream->is_regular && wait_until_writable(stream, stream->fd, -1) != 0)
            return fail(stream, errno);
        /* a descriptor that blocks takes so much without waiting once it is writable */
        if (!stream->is_regular && stream->is_stdout && step > PIPE_BUF)
            step = PIPE_BUF;
        const ssize_t written = write(stream->fd, next, step);
        if (written >= 0) {
            next += written;
            size -= (size_t)written;
        } else if (errno != EINTR && errno != EAGAIN) {
            return fail(stream, errno);
        }
    }
    return 0;
}

bool output_stream_is_seekable(const OutputStream *stream)
{
    return stream->is_regular;
}

int64_t output_stream_seek(OutputStream *stream, int64_t offset, int whence)
{
    return lseek(stream->fd, offset, whence);
}

int64_t output_stream_size(const OutputStream *stream)
{
    struct stat status;
    return fstat(stream->fd, &status) == 0 ? status.st_size : -1;
}

int output_stream_close(OutputStream *stream)
{
    const int fd = stream->fd;
    if (fd < 0)
        return 0;
    if (stream->is_new) /* empty, it would look like a result */
        unlink(stream->path);
    stream->is_new = false;
    stream->fd = -1;
    /* what reports errors late (NFS) does so now; after EINTR it is closed */
    return close(fd) != 0 && errno != EINTR ? fail(stream, errno) : 0;
}

int output_stream_errno(const OutputStream *stream)
{
    return stream->error;
}
