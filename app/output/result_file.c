#include "app/output/result_file.h"

#include "vision/output_path.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
    const char *name = output_path_split(output, folder),
               *other_name = output_path_split(other, other_folder);
    return name && other_name && !strcmp(name, other_name) && !stat(folder, &first) &&
           !stat(other_folder, &second) && is_same(&first, &second);
}

int stdout_is_closed(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}
