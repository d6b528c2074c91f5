#include "vision/input/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vision/input/clip_reader.h"
#include "vision/input/picture_directory.h"

Input *input_open(const char *path, const atomic_int *stop, Error *error)
{
    struct stat status;
    if (!strcmp(path, "-"))
        return stdin_open(stop, error);
    if (stat(path, &status)) {
        error_set(error, "%s: %s", *path ? path : "an empty name", strerror(errno));
        return NULL;
    }
    return S_ISDIR(status.st_mode) ? picture_directory_open(path, stop, error) : clip_open(path, stop, error);
}

int input_visit_files(const char *path, FileVisitor *visit, void *context)
{
    struct stat status;
    if (!strcmp(path, "-"))
        return fstat(STDIN_FILENO, &status) ? 0 : visit(context, "standard input", &status);
    if (stat(path, &status))
        return 0;
    return S_ISDIR(status.st_mode) ? picture_directory_visit_files(path, visit, context)
                                   : visit(context, path, &status);
}

void input_destroy(Input *source)
{
    if (source)
        source->functions->destroy(source);
}
