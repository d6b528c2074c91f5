#include "app/commands/output_files.h"

#include "app/run/weights.h"
#include "base/output_path.h"
#include <string.h>
#include <unistd.h>

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Of files that do not exist yet: the same name in the same folder. */
static bool is_same_place(const char *path, const char *other)
{
    struct stat status, other_status;
    char folder[PATH_MAX], other_folder[PATH_MAX];
    const char *name = output_path_split(path, folder), *other_name = output_path_split(other, other_folder);
    return name && other_name && !strcmp(name, other_name) && !stat(folder, &status) &&
           !stat(other_folder, &other_status) && is_same(&status, &other_status);
}

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") ? path : "standard output";
}

static int refuse(const OutputFiles *outputs, const char *name, const char *output)
{
    return error_set(outputs->error, "%s would be overwritten by the output %s; write to another file", name,
                     shown_name(output));
}

int output_files_add(OutputFiles *outputs, const char *path)
{
    if (!path)
        return 0;
    struct stat status;
    bool exists = !(strcmp(path, "-") ? stat(path, &status) : fstat(STDOUT_FILENO, &status));
    if (exists && output_files_check(outputs, shown_name(path), &status))
        return -1;
    for (int i = 0; i < outputs->count && !exists; i++)
        if (!outputs->files[i].exists && is_same_place(path, outputs->files[i].path))
            return refuse(outputs, path, outputs->files[i].path);
    int place = outputs->count++;
    outputs->files[place].path = path;
    outputs->files[place].exists = exists;
    if (exists)
        outputs->files[place].status = status;
    return 0;
}

int output_files_check(void *context, const char *name, const struct stat *status)
{
    const OutputFiles *outputs = context;
    for (int i = 0; i < outputs->count; i++)
        if (outputs->files[i].exists && S_ISREG(status->st_mode) &&
            is_same(&outputs->files[i].status, status))
            return refuse(outputs, name, outputs->files[i].path);
    return 0;
}

int output_files_check_settings(OutputFiles *outputs, const Options *options)
{
    struct stat status;
    if (options->config && !stat(options->config, &status) &&
        output_files_check(outputs, options->config, &status))
        return -1;
    return weights_visit_files(options->model, output_files_check, outputs);
}
