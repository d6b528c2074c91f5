#include "app/commands/eval/paths.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

char *path_join(const char *folder, const char *name)
{
    char *path;
    while (!strncmp(name, "./", 2) && name[2] != '/')
        name += 2;
    if (!*name || !strcmp(name, "."))
        return strdup(folder);
    int length = *name == '/' ? asprintf(&path, "%s", name) : asprintf(&path, "%s/%s", folder, name);
    return length < 0 ? NULL : path;
}

char *path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash > path ? (size_t)(slash - path) : 1);
}

char *path_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return strndup(name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

bool path_exists(const char *path)
{
    return !access(path, F_OK);
}

bool path_is_folder(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

bool path_has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), tail = strlen(suffix);
    return length >= tail && !strcasecmp(path + length - tail, suffix);
}

/* alphasort() depends on the locale */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int path_list(const char *folder, int (*wanted)(const struct dirent *), struct dirent ***entries)
{
    *entries = NULL;
    return scandir(folder, entries, wanted, compare_names);
}
