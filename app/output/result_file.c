#include "app/output/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

WriteStatus result_file_open(ResultFile *file, const char *path, AppError *error)
{
    file->path = path;
    if (!strcmp(path, "-")) {
        file->fd = STDOUT_FILENO;
        return WRITE_OK;
    }
    do
        file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (file->fd < 0 && errno == EINTR);
    return file->fd < 0 ? (WriteStatus)app_fail(error, "cannot write %s: %s", path, strerror(errno))
                        : WRITE_OK;
}

WriteStatus result_file_write(ResultFile *file, const char *text, size_t length, AppError *error)
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
            return (WriteStatus)app_fail(error, "cannot write %s: %s",
                                         file->fd == STDOUT_FILENO ? "standard output" : file->path,
                                         strerror(errno));
        text += written;
        length -= (size_t)written;
    }
    return WRITE_OK;
}

WriteStatus result_file_close(ResultFile *file, AppError *error)
{
    int fd = file->fd;
    file->fd = -1;
    /* standard output stays open for others; what reports errors late (NFS) does so on closing */
    if (fd >= 0 && fd != STDOUT_FILENO && close(fd) && errno != EINTR)
        return (WriteStatus)app_fail(error, "cannot write %s: %s", file->path, strerror(errno));
    return WRITE_OK;
}

/* Splits a path into a folder and the name in it, which is returned. */
static const char *split(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash + 1 - path) : 0;
    snprintf(folder, PATH_MAX, "%.*s", length ? length : 1, length ? path : ".");
    return path + length;
}

int result_file_check(const char *path, AppError *error)
{
    struct stat status;
    char folder[PATH_MAX];
    int problem = 0;
    if (!path || !strcmp(path, "-"))
        return 0;
    if (!stat(path, &status)) {
        problem = S_ISDIR(status.st_mode) ? EISDIR : access(path, W_OK) ? errno : 0;
    } else {
        split(path, folder);
        problem = errno != ENOENT || access(folder, W_OK | X_OK) ? errno : 0;
    }
    return problem ? app_fail(error, "cannot write %s: %s", path, strerror(problem)) : 0;
}

static int is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int result_file_overwrites(const char *output, const char *other)
{
    struct stat first, second;
    char folder[PATH_MAX], other_folder[PATH_MAX];
    if (!output || !other || !strcmp(output, "-") || !strcmp(other, "-"))
        return 0;
    if (!stat(output, &first))
        return S_ISREG(first.st_mode) && !stat(other, &second) && is_same(&first, &second);
    return !strcmp(split(output, folder), split(other, other_folder)) && !stat(folder, &first) &&
           !stat(other_folder, &second) && is_same(&first, &second);
}

int stdout_is_closed(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}
