#include "app/sinks/whole_file.h"

#include "base/output_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int whole_file_check(const char *path, Error *error)
{
    return path ? output_path_check(path, error) : 0;
}

static WriteStatus write_to(const char *path, const char *text, size_t length, int stop, Error *error)
{
    ResultFile *file = result_file_create(path, stop, error);
    if (!file)
        return WRITE_FAILED;
    WriteStatus status = result_file_write(file, text, length, error);
    if (status == WRITE_OK)
        status = result_file_close(file, error);
    result_file_destroy(file);
    return status;
}

/* Creates a file in the folder under a name that none has; its path goes to part. Returns 0 or an error
 * number. */
static int create_beside(const char *folder, char part[PATH_MAX])
{
    enum { MOST = 100 };
    for (int number = 0; number < MOST; number++) {
        if (snprintf(part, PATH_MAX, "%s/.lookout-%d-%d.part", folder, (int)getpid(), number) >= PATH_MAX)
            return ENAMETOOLONG;
        /* the usual permissions, as the umask has them */
        int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
        if (errno != EEXIST)
            return errno;
    }
    return EEXIST;
}

/* before: the file that is there; NULL: none is. */
static WriteStatus replace(const char *path, const char *target, const struct stat *before, const char *text,
                           size_t length, Error *error)
{
    char folder[PATH_MAX], part[PATH_MAX];
    Error why;
    int code = output_path_split(target, folder) ? create_beside(folder, part) : ENAMETOOLONG;
    if (before && (code == EACCES || code == EROFS)) /* the file may be ours though the folder is not */
        return write_to(path, text, length, -1, error);
    if (code)
        return (WriteStatus)error_set(error, "cannot write %s: %s", path, strerror(code));
    WriteStatus status = write_to(part, text, length, -1, &why); /* a regular file never waits */
    if (status == WRITE_OK && ((before && chmod(part, before->st_mode & 07777)) || rename(part, target)))
        status = (WriteStatus)error_set(&why, "%s", strerror(errno));
    if (status != WRITE_OK) {
        unlink(part);
        return (WriteStatus)error_set(error, "%s: %.900s", path, why.message);
    }
    return WRITE_OK;
}

WriteStatus whole_file_write(const char *path, const char *text, size_t length, int stop, Error *error)
{
    struct stat status;
    const bool is_there = !output_path_is_stdout(path) && !stat(path, &status);
    if (output_path_is_stdout(path) || (is_there && !S_ISREG(status.st_mode)))
        return write_to(path, text, length, stop, error);
    char *target = is_there ? realpath(path, NULL) : NULL; /* where links lead */
    const WriteStatus written =
        replace(path, target ? target : path, is_there ? &status : NULL, text, length, error);
    free(target);
    return written;
}
