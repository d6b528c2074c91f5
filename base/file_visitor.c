#include "base/file_visitor.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

int visit_directory(const char *path, bool (*is_wanted)(const char *name), FileVisitor *visit, void *context)
{
    int result = 0;
    DIR *directory = opendir(path);
    if (!directory)
        return 0;
    const struct dirent *entry;
    while (!result && (entry = readdir(directory))) {
        struct stat status;
        if (!is_wanted(entry->d_name) || fstatat(dirfd(directory), entry->d_name, &status, 0))
            continue;
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        result = visit(context, name, &status);
    }
    closedir(directory);
    return result;
}
