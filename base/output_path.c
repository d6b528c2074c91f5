#include "base/output_path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_path_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

const char *output_path_shown(const char *path)
{
    return output_path_is_stdout(path) ? "standard output" : path;
}

const char *output_path_split(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    const char *from = slash ? path : ".";
    size_t length = slash > path ? (size_t)(slash - path) : 1; /* of "/name" it is the slash */
    if (length >= PATH_MAX)
        return NULL;
    memcpy(folder, from, length);
    folder[length] = '\0';
    return slash ? slash + 1 : path;
}

int output_path_check(const char *path, Error *error)
{
    if (output_path_is_stdout(path))
        return 0;
    if (path[0] == '\0')
        return error_set(error, "the name of the output file is empty");
    struct stat status;
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return error_set(error, "%s: is a directory; name a file in it", path);
        if (access(path, W_OK) != 0)
            return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
        return 0;
    }
    char folder[PATH_MAX];
    const char *name = output_path_split(path, folder);
    if (!name)
        return error_set(error, "%s: %s", path, strerror(ENAMETOOLONG));
    if (name[0] == '\0')
        return error_set(error, "%s: is no file name; name a file", path);
    if (access(folder, W_OK | X_OK) != 0)
        return error_set(error, "%s: directory %s: %s", path, folder, strerror(errno));
    return 0;
}
