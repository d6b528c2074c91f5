#include "vision/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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

void source_destroy(Source *source)
{
    if (source)
        source->functions->destroy(source);
}
