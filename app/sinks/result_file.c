#include "app/sinks/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

WriteStatus result_file_open(ResultFile *file, const char *path, Error *error)
{
    file->path = path;
    if (!strcmp(path, "-")) {
        file->fd = STDOUT_FILENO;
        return WRITE_OK;
    }
    do
        file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (file->fd < 0 && errno == EINTR);
    return file->fd < 0 ? (WriteStatus)error_set(error, "cannot write %s: %s", path, strerror(errno))
                        : WRITE_OK;
}

WriteStatus result_file_write(ResultFile *file, const char *text, size_t length, Error *error)
{
    while (length) {
        ssize_t written = write(file->fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN) { /* the other end made our standard output non-blocking */
            poll(&(struct pollfd){.fd = file->fd, .events = POLLOUT}, 1, -1);
            continue;
        }
        if (written < 0 && errno == EPIPE && file->fd == STDOUT_FILENO)
            return WRITE_CLOSED;
        if (written < 0)
            return (WriteStatus)error_set(error, "cannot write %s: %s",
                                          file->fd == STDOUT_FILENO ? "standard output" : file->path,
                                          strerror(errno));
        text += written;
        length -= (size_t)written;
    }
    return WRITE_OK;
}

WriteStatus result_file_close(ResultFile *file, Error *error)
{
    int fd = file->fd;
    file->fd = -1;
    /* standard output stays open for others; what reports errors late (NFS) does so on closing */
    if (fd >= 0 && fd != STDOUT_FILENO && close(fd) && errno != EINTR)
        return (WriteStatus)error_set(error, "cannot write %s: %s", file->path, strerror(errno));
    return WRITE_OK;
}

int stdout_is_closed(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}
