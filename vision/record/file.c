#include "vision/record/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <libavutil/mem.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (64 << 10)

/* what avio_alloc_context() wants a write function to take */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t *WrittenBytes;
#else
typedef uint8_t *WrittenBytes;
#endif

struct OutputFile {
    const char *path;
    int fd;      /* -1: not open */
    int is_pipe; /* writes may wait for a reader */
    bool is_new; /* created by us, and nothing is in it yet */
    bool holds;  /* something older */
    int cancel;  /* eventfd: readable once the file is given up */
    int error;   /* errno of the first write that failed */
    AVIOContext *io;
};

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

/* Waits until a pipe has room for PIPE_BUF bytes; 0, or -1 with errno. */
static int wait_for_room(OutputFile *file)
{
    struct pollfd waiting[2] = {{.fd = file->fd, .events = POLLOUT}, {.fd = file->cancel, .events = POLLIN}};
    while (poll(waiting, 2, -1) < 0) {
        if (errno != EINTR)
            return -1;
    }
    if (waiting[1].revents) {
        errno = ECANCELED;
        return -1;
    }
    return 0;
}

/* A muxer's write: everything or an error. */
static int write_all(void *opaque, WrittenBytes bytes, int size)
{
    OutputFile *file = opaque;
    int done = 0;
    while (done < size && !file->error) {
        size_t step = (size_t)(size - done);
        if (file->is_pipe) {
            if (wait_for_room(file) != 0) {
                file->error = errno;
                break;
            }
            if (step > PIPE_BUF)
                step = PIPE_BUF; /* the most that is sure not to wait */
        }
        ssize_t written = write(file->fd, bytes + done, step);
        if (written > 0)
            done += (int)written;
        else if (written < 0 && errno == EAGAIN && wait_for_room(file) != 0)
            file->error = errno;
        else if (written < 0 && errno != EINTR && errno != EAGAIN)
            file->error = errno;
    }
    return file->error ? AVERROR(file->error) : size;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    OutputFile *file = opaque;
    struct stat status;
    if (whence & AVSEEK_SIZE)
        return fstat(file->fd, &status) == 0 ? status.st_size : AVERROR(errno);
    off_t place = lseek(file->fd, offset, whence & ~AVSEEK_FORCE);
    return place >= 0 ? place : AVERROR(errno);
}

OutputFile *output_file_create(const char *path, Error *error)
{
    OutputFile *file = calloc(1, sizeof *file);
    uint8_t *buffer = NULL;
    if (!file)
        goto fail;
    file->path = path;
    file->fd = -1;
    file->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    buffer = av_malloc(BUFFER_BYTES);
    if (file->cancel < 0 || !buffer)
        goto fail;
    file->io = avio_alloc_context(buffer, BUFFER_BYTES, 1, file, NULL, write_all, seek);
    if (!file->io)
        goto fail;
    return file;

fail:
    av_free(buffer);
    output_file_destroy(file);
    error_set(error, "%s: out of memory", shown_name(path));
    return NULL;
}

/* Opens the path as it is; it is created if it is not there. */
static int open_path(OutputFile *file)
{
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
    file->fd = open(file->path, flags | O_EXCL, 0666);
    file->is_new = file->fd >= 0;
    if (file->fd < 0 && errno == EEXIST)
        file->fd = open(file->path, flags, 0666);
    return file->fd;
}

int output_file_open(OutputFile *file, Error *error)
{
    file->fd = strcmp(file->path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : open_path(file);
    struct stat status;
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return error_set(error, "%s: cannot be written: %s", shown_name(file->path), strerror(errno));
    file->is_pipe = S_ISFIFO(status.st_mode);
    file->io->seekable = S_ISREG(status.st_mode) ? AVIO_SEEKABLE_NORMAL : 0;
    file->holds = S_ISREG(status.st_mode) && status.st_size > 0 && strcmp(file->path, "-") != 0;
    return 0;
}

bool output_file_has_stake(const OutputFile *file)
{
    return file->is_new || file->holds;
}

int output_file_begin(OutputFile *file)
{
    if (file->holds && ftruncate(file->fd, 0) != 0)
        file->error = errno;
    file->is_new = false;
    return file->error ? AVERROR(file->error) : 0;
}

/* Closes the descriptor, if open; as close(). */
static int close_descriptor(OutputFile *file)
{
    if (file->is_new) /* empty, it would look like a recording */
        unlink(file->path);
    file->is_new = false;
    int status = file->fd >= 0 ? close(file->fd) : 0;
    file->fd = -1;
    return status;
}

int output_file_close(OutputFile *file, Error *error)
{
    if (close_descriptor(file) != 0 && !file->error)
        file->error = errno;
    if (file->error)
        return error_set(error, "%s: %s", shown_name(file->path), strerror(file->error));
    return 0;
}

void output_file_destroy(OutputFile *file)
{
    if (!file)
        return;
    close_descriptor(file);
    if (file->cancel >= 0)
        close(file->cancel);
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
    return file->error;
}

void output_file_cancel(OutputFile *file)
{
    uint64_t one = 1;
    /* cannot fail: the counter is far from full */
    if (write(file->cancel, &one, sizeof one) < 0)
        return;
}
