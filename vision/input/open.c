#include "vision/input/open.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "vision/input/drivers.h"

/* The first that takes a path opens it. */
static const InputDriver *const drivers[] = {
#define ENTRY(driver) &driver,
    INPUT_DRIVERS(ENTRY)
#undef ENTRY
};

/* Finds the driver of a path and what the path is; *exists says whether status is filled. NULL with errno:
 * there is none. */
static const InputDriver *find_driver(const char *path, struct stat *status, bool *exists)
{
    *exists = path && !stat(path, status);
    int reason = errno;
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (drivers[i]->takes(path, *exists ? status : NULL))
            return drivers[i];
    errno = reason;
    return NULL;
}

Input *input_open(const char *path, const InputOptions *options, Error *error)
{
    static const InputOptions usual;
    struct stat status;
    bool exists;
    const InputDriver *driver = find_driver(path, &status, &exists);
    if (driver)
        return driver->open(path, options ? options : &usual, error);
    error_set(error, "%s: %s", *path ? path : "an empty name", strerror(errno));
    return NULL;
}

bool input_is_camera(const char *path)
{
    struct stat status;
    bool exists;
    return find_driver(path, &status, &exists) == &camera_driver;
}

int input_visit_files(const char *path, FileVisitor *visit, void *context)
{
    struct stat status;
    bool exists;
    const InputDriver *driver = find_driver(path, &status, &exists);
    if (driver && driver->visit_files)
        return driver->visit_files(path, visit, context);
    return exists ? visit(context, path, &status) : 0;
}
