#include "app/commands/eval/voc.h"

#include "app/commands/eval/paths.h"
#include "app/commands/eval/voc_annotation.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOC_MAX_ANNOTATION ((size_t)4 << 20)
#define VOC_MAX_LIST ((size_t)64 << 20)

/* The path of the picture of that name: with the first suffix for which there is a file, .jpg where there is
 * none. NULL when out of memory. */
static char *find_picture(const char *folder, const char *name)
{
    static const char *const suffixes[] = {"jpg", "jpeg", "png", "JPG", "JPEG", "PNG", "bmp", "webp"};
    char *usual = NULL;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *path;
        if (asprintf(&path, "%s/JPEGImages/%s.%s", folder, name, suffixes[i]) < 0)
            break;
        if (path_exists(path)) {
            free(usual);
            return path;
        }
        if (usual)
            free(path);
        else
            usual = path;
    }
    return usual;
}

/* Reads the annotations of the picture of that name. */
static int read_picture(DatasetBuilder *builder, const char *folder, const char *name, Error *error)
{
    size_t size;
    char *text = NULL, *picture = find_picture(folder, name), *annotation = NULL;
    int failed = -1;
    if (!picture || asprintf(&annotation, "%s/Annotations/%s.xml", folder, name) < 0) {
        annotation = NULL;
        error_set(error, "%s: out of memory", folder);
    } else if ((text = builder_read_file(builder, annotation, VOC_MAX_ANNOTATION, &size, error))) {
        int64_t id = builder->dataset->image_count + 1;
        if (!builder_add_image(builder, picture, id, 0, 0, annotation, error))
            failed = voc_parse(builder, text, size, annotation, error);
    }
    free(text);
    free(annotation);
    free(picture);
    return failed;
}

/* The pictures that a list of ImageSets/Main names, one at the begin of a line. */
static int read_listed(DatasetBuilder *builder, const char *folder, char *list, Error *error)
{
    char *rest = NULL;
    for (char *line = strtok_r(list, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        line += strspn(line, " \t");
        line[strcspn(line, " \t")] = 0;
        if (*line && read_picture(builder, folder, line, error))
            return -1;
    }
    return 0;
}

static int is_annotation(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && path_has_suffix(entry->d_name, ".xml");
}

static int read_all(DatasetBuilder *builder, const char *folder, Error *error)
{
    struct dirent **names = NULL;
    char *annotations = path_join(folder, "Annotations");
    int count = annotations ? path_list(annotations, is_annotation, &names) : -1;
    int failed = 0;
    if (count < 0)
        failed = error_set(error, "%s/Annotations: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *name = failed ? NULL : path_stem(names[i]->d_name);
        if (name)
            failed = read_picture(builder, folder, name, error);
        else if (!failed)
            failed = error_set(error, "%s: out of memory", folder);
        free(name);
        free(names[i]);
    }
    free(names);
    free(annotations);
    return failed;
}

int voc_read(DatasetBuilder *builder, const char *folder, Error *error)
{
    static const char *const lists[] = {"test", "val", "trainval", "train"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char *path;
        if (asprintf(&path, "%s/ImageSets/Main/%s.txt", folder, lists[i]) < 0)
            return error_set(error, "%s: out of memory", folder);
        bool there = path_exists(path);
        size_t size;
        char *text = there ? builder_read_file(builder, path, VOC_MAX_LIST, &size, error) : NULL;
        int failed = text ? read_listed(builder, folder, text, error) : -1;
        if (!failed)
            failed = builder_check_images(builder, path, error);
        free(text);
        free(path);
        if (there)
            return failed;
    }
    return read_all(builder, folder, error) || builder_check_images(builder, folder, error) ? -1 : 0;
}
