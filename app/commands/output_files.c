#include "app/commands/output_files.h"

#include "app/run/weights.h"
#include "base/output_path.h"
#include "vision/input/open.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void output_files_free(OutputFiles *outputs)
{
    for (int i = 0; i < outputs->count; i++)
        free(outputs->files[i].path);
    outputs->count = 0;
}

char *output_path_for(const char *pattern, const char *name)
{
    const size_t name_length = strlen(name), placeholder_length = strlen(INPUT_NAME_PLACEHOLDER);
    size_t length = strlen(pattern);
    const char *place = pattern;
    while ((place = strstr(place, INPUT_NAME_PLACEHOLDER))) {
        place += placeholder_length;
        length += name_length; /* without subtracting the placeholder: a little more than needed */
    }
    char *path = malloc(length + 1), *end = path;
    if (!path)
        return NULL;
    for (; (place = strstr(pattern, INPUT_NAME_PLACEHOLDER)); pattern = place + placeholder_length) {
        end = mempcpy(end, pattern, (size_t)(place - pattern));
        end = mempcpy(end, name, name_length);
    }
    strcpy(end, pattern);
    return path;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Of files that do not exist yet: the same name in the same folder. */
static bool is_same_place(const OutputFile *file, const OutputFile *other)
{
    return file->name && other->name && !strcmp(file->name, other->name) &&
           is_same(&file->status, &other->status);
}

static int refuse(const OutputFiles *outputs, const char *name, const char *output)
{
    return error_set_usage(outputs->error, "%s would be overwritten by the output %s; write to another file",
                           name, output_path_shown(output));
}

/* Finds the file, or the folder where it would be. */
static void find_file(OutputFile *file)
{
    char folder[PATH_MAX];
    const bool is_stdout = output_path_is_stdout(file->path);
    file->exists = !(is_stdout ? fstat(STDOUT_FILENO, &file->status) : stat(file->path, &file->status));
    if (file->exists || is_stdout)
        return;
    file->name = output_path_split(file->path, folder);
    if (file->name && stat(folder, &file->status))
        file->name = NULL;
}

int output_files_add(OutputFiles *outputs, const char *path)
{
    if (!path)
        return 0;
    OutputFile file = {.path = strdup(path)};
    if (!file.path)
        return error_set(outputs->error, "out of memory");
    find_file(&file);
    int failed = file.exists ? output_files_check(outputs, output_path_shown(path), &file.status) : 0;
    for (int i = 0; i < outputs->count && !file.exists && !failed; i++)
        if (!outputs->files[i].exists && is_same_place(&file, &outputs->files[i]))
            failed = refuse(outputs, path, outputs->files[i].path);
    if (failed)
        free(file.path);
    else
        outputs->files[outputs->count++] = file;
    return failed;
}

int output_files_add_each(OutputFiles *outputs, const char *pattern, const InputSpec *inputs, int count)
{
    if (!pattern || !strstr(pattern, INPUT_NAME_PLACEHOLDER))
        return output_files_add(outputs, pattern);
    int failed = 0;
    for (int i = 0; i < count && !failed; i++) {
        char *path = output_path_for(pattern, inputs[i].name);
        failed = path ? output_files_add(outputs, path) : error_set(outputs->error, "out of memory");
        free(path);
    }
    return failed;
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
    return weights_visit_files(&options->model, output_files_check, outputs);
}

int output_files_check_inputs(OutputFiles *outputs, const InputSpec *inputs, int count)
{
    int failed = 0;
    for (int i = 0; i < count && !failed; i++)
        if (inputs[i].path)
            failed = input_visit_files(inputs[i].path, output_files_check, outputs);
    return failed;
}
