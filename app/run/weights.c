#include "app/run/weights.h"

#include "base/exit_code.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const double default_alpha = 1;

static bool is_directory(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static int join(char path[PATH_MAX], const char *directory, double alpha)
{
    int hundredths = (int)lround((alpha > 0 ? alpha : default_alpha) * 100);
    int length = snprintf(path, PATH_MAX, "%s/lookout-%d.%02d.safetensors", directory, hundredths / 100,
                          hundredths % 100);
    return length < PATH_MAX ? 0 : -1;
}

/* A file or directory that the user names. */
static int find_named(const char *named, double alpha, char path[PATH_MAX], Error *error)
{
    struct stat status;
    if (stat(named, &status))
        return error_set(error, "weights %s: %s", named, strerror(errno));
    if (!S_ISDIR(status.st_mode)) {
        if (snprintf(path, PATH_MAX, "%s", named) >= PATH_MAX)
            return error_set(error, "weights %s: the path is too long", named);
        return 0;
    }
    if (join(path, named, alpha))
        return error_set(error, "weights %s: the path is too long", named);
    if (access(path, F_OK))
        return error_set(error, "weights %s: there is no %s in this directory", named,
                         strrchr(path, '/') + 1);
    return 0;
}

/* Whether this program runs from the folder it was built in. */
static bool is_in_build_folder(void)
{
    const char build[] = LOOKOUT_BUILD_DIR "/";
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length >= (ssize_t)sizeof build && !memcmp(path, build, sizeof build - 1);
}

/* The file or directory that the user names; NULL: none. */
static const char *named_place(const char *path)
{
    const char *environment = getenv("LOOKOUT_MODELS");
    if (path)
        return path;
    return environment && *environment ? environment : NULL;
}

static const char *default_directory(void)
{
    return is_in_build_folder() && is_directory(LOOKOUT_SOURCE_MODELS) ? LOOKOUT_SOURCE_MODELS
                                                                       : LOOKOUT_DATA_DIR;
}

int weights_find(const ModelOptions *options, char path[PATH_MAX], Error *error)
{
    const char *named = named_place(options->path);
    if (named)
        return find_named(named, options->alpha, path, error);
    if (join(path, default_directory(), options->alpha) || access(path, F_OK))
        return error_set(
            error, "no weights: there is no %s; name a file or directory with --model or LOOKOUT_MODELS",
            path);
    return 0;
}

static bool has_weights_suffix(const char *name)
{
    static const char suffix[] = ".safetensors";
    size_t length = strlen(name), suffix_length = sizeof suffix - 1;
    return length > suffix_length && !strcmp(name + length - suffix_length, suffix);
}

int weights_visit_files(const ModelOptions *options, FileVisitor *visit, void *context)
{
    const char *named = named_place(options->path);
    const char *place = named ? named : default_directory();
    struct stat status;
    if (stat(place, &status))
        return 0;
    return S_ISDIR(status.st_mode) ? visit_directory(place, has_weights_suffix, visit, context)
                                   : visit(context, place, &status);
}

int weights_load(Weights *weights, const ModelOptions *options, Error *error)
{
    LookoutError failure;
    *weights = (Weights){0};
    if (weights_find(options, weights->path, error))
        goto fail;
    const LookoutEngineOptions engine = {options->threads, options->isa};
    weights->engine = lookout_engine_create(&engine, &failure);
    if (!weights->engine) {
        error_set(error, "%s", failure.message);
        if (failure.status == LOOKOUT_ERROR_ARGUMENT)
            error->code = ERROR_USAGE;
        goto fail;
    }
    weights->model = lookout_model_load(weights->engine, weights->path, &failure);
    if (!weights->model) {
        error_set(error, "%s", failure.message);
        goto fail;
    }
    double alpha = lookout_model_info(weights->model)->alpha;
    if (options->alpha > 0 && fabs(options->alpha - alpha) > 1e-6) {
        error_set_usage(error, "option --alpha: %g was asked for, but %s has %g; leave the option out",
                        options->alpha, weights->path, alpha);
        goto fail;
    }
    return 0;
fail:
    weights_unload(weights);
    return -1;
}

void weights_unload(Weights *weights)
{
    lookout_model_destroy(weights->model);
    lookout_engine_destroy(weights->engine);
    *weights = (Weights){0};
}
