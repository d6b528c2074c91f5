#include "vision/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vision/clip_reader.h"
#include "vision/picture_directory.h"

Source *source_open(const char *path, const atomic_int *stop, VisionError *error)
{
    struct stat status;
    if (!strcmp(path, "-"))
        return stdin_source_open(stop, error);
    if (stat(path, &status)) {
        vision_fail(error, "%s: %s", *path ? path : "an empty name", strerror(errno));
        return NULL;
    }
    return S_ISDIR(status.st_mode) ? picture_directory_open(path, stop, error)
                                   : clip_source_open(path, stop, error);
}

int source_visit_files(const char *path, FileVisitor *visit, void *context)
{
    struct stat status;
    if (!strcmp(path, "-"))
        return fstat(STDIN_FILENO, &status) ? 0 : visit(context, "standard input", &status);
    if (stat(path, &status))
        return 0;
    return S_ISDIR(status.st_mode) ? picture_directory_visit_files(path, visit, context)
                                   : visit(context, path, &status);
}

void source_destroy(Source *source)
{
    if (source)
        source->functions->destroy(source);
}
