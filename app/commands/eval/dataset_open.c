#include "app/commands/eval/dataset_open.h"

#include "app/commands/eval/coco.h"
#include "app/commands/eval/dataset_builder.h"
#include "app/commands/eval/paths.h"
#include "app/commands/eval/voc.h"
#include "app/commands/eval/yolo.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    bool there = path && path_exists(path);
    free(path);
    return there;
}

static int read_named(DatasetBuilder *builder, const char *folder, const char *name,
                      int (*read)(DatasetBuilder *, const char *, Error *), Error *error)
{
    char *path = path_join(folder, name);
    int failed = path ? read(builder, path, error) : error_set(error, "%s: out of memory", folder);
    free(path);
    return failed;
}

/* 0 when read, 1 when there is no COCO file beside the folder, -1 with error. */
static int read_coco_beside(DatasetBuilder *builder, const char *folder, Error *error)
{
    char *path;
    if (asprintf(&path, "%s.json", folder) < 0)
        return error_set(error, "%s: out of memory", folder);
    int result = path_exists(path) ? coco_read(builder, path, folder, error) : 1;
    free(path);
    return result;
}

static int read_folder(DatasetBuilder *builder, const char *folder, Error *error)
{
    char real[PATH_MAX]; /* of ".", and of a link: the file may be beside what it points to */
    int result = read_coco_beside(builder, folder, error);
    if (result > 0 && realpath(folder, real))
        result = read_coco_beside(builder, real, error);
    if (result <= 0)
        return result;
    if (has(folder, "Annotations"))
        return voc_read(builder, folder, error);
    if (has(folder, "data.yaml"))
        return read_named(builder, folder, "data.yaml", yolo_read_config, error);
    if (has(folder, "images") && has(folder, "labels"))
        return yolo_read_folder(builder, folder, error);
    return error_set(
        error,
        "%s: no data set; expected %s.json beside it (COCO), or in it Annotations (VOC), data.yaml, "
        "or images and labels (YOLO)",
        folder, folder);
}

static int read_file(DatasetBuilder *builder, const char *path, Error *error)
{
    if (path_has_suffix(path, ".json"))
        return coco_read(builder, path, NULL, error);
    if (path_has_suffix(path, ".yaml") || path_has_suffix(path, ".yml"))
        return yolo_read_config(builder, path, error);
    return error_set(error, "%s: no data set; expected a folder, a .json file (COCO) or a .yaml file (YOLO)",
                     path);
}

/* The folder's name, or the file's without its suffix; of a .yaml file, which is data.yaml everywhere, its
 * folder's. */
static char *name_of(const char *path)
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        return NULL;
    if (path_is_folder(real)) {
        const char *slash = strrchr(real, '/');
        return strdup(slash[1] ? slash + 1 : slash);
    }
    if (path_has_suffix(real, ".json"))
        return path_stem(real);
    char *folder = path_folder(real), *name = folder ? name_of(folder) : NULL;
    free(folder);
    return name;
}

Dataset *dataset_open(const char *path, Error *error)
{
    DatasetBuilder builder;
    char *plain = strdup(path); /* without slashes at its end */
    if (builder_open(&builder) || !plain) {
        error_set(error, "%s: out of memory", path);
        goto fail;
    }
    for (size_t length = strlen(plain); length > 1 && plain[length - 1] == '/';)
        plain[--length] = 0;
    if (!path_exists(plain)) {
        error_set(error, "%s: %s", path, strerror(errno));
        goto fail;
    }
    if (path_is_folder(plain) ? read_folder(&builder, plain, error) : read_file(&builder, plain, error))
        goto fail;
    builder.dataset->name = name_of(plain);
    if (!builder.dataset->name) {
        error_set(error, "%s: %s", path, strerror(errno));
        goto fail;
    }
    free(plain);
    return builder.dataset;
fail:
    free(plain);
    builder_close(&builder);
    return NULL;
}
