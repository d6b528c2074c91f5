#include "app/commands/eval/yolo.h"

#include "app/commands/eval/paths.h"
#include "app/commands/eval/yolo_config.h"
#include "app/commands/eval/yolo_labels.h"
#include "vision/input/picture_directory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YOLO_MAX_CONFIG ((size_t)1 << 20)
#define YOLO_MAX_LABELS ((size_t)16 << 20)
#define YOLO_MAX_LIST ((size_t)256 << 20)

static const char *const part_names[] = {"val", "test", "train"}; /* the first that exists is used */
enum { PART_NAMES = sizeof part_names / sizeof *part_names };

typedef struct YoloReader {
    DatasetBuilder *builder;
    YoloClasses classes;
    int label_files; /* how many existed */
    Error *error;
} YoloReader;

static int out_of_memory(const YoloReader *reader, const char *path)
{
    return error_set(reader->error, "%s: out of memory", path);
}

/* The path of a picture's labels: its last folder "images" becomes "labels", or, `beside`, the picture's own
 * folder; its suffix becomes .txt. NULL when there is no such folder, or no memory. */
static char *label_path(const char *picture, bool beside)
{
    static const char from[] = "/images/";
    const char *folder = NULL;
    for (const char *found = picture; (found = strstr(found, from)); found++)
        folder = found;
    char *path = NULL, *place = path_folder(picture), *stem = path_stem(picture);
    if (place && stem && beside && asprintf(&path, "%s/%s.txt", place, stem) < 0)
        path = NULL;
    if (place && stem && !beside && folder) {
        /* between images/ and the file's name there may be more folders */
        const char *rest = folder + sizeof from - 1, *name = strrchr(picture, '/') + 1;
        if (asprintf(&path, "%.*s/labels/%.*s%s.txt", (int)(folder - picture), picture, (int)(name - rest),
                     rest, stem) < 0)
            path = NULL;
    }
    free(place);
    free(stem);
    return path;
}

/* A picture without a label file has no true boxes. */
static int read_picture(YoloReader *reader, const char *picture)
{
    DatasetBuilder *builder = reader->builder;
    int failed =
        builder_add_image(builder, picture, builder->dataset->image_count + 1, 0, 0, picture, reader->error);
    bool found = false;
    for (int beside = 0; beside <= 1 && !failed && !found; beside++) {
        size_t size;
        char *path = label_path(picture, beside);
        found = path && path_exists(path);
        if (found) {
            char *text = builder_read_file(builder, path, YOLO_MAX_LABELS, &size, reader->error);
            failed =
                text ? yolo_parse_labels(builder, &reader->classes, text, size, path, reader->error) : -1;
            reader->label_files++;
            free(text);
        }
        free(path);
    }
    return failed;
}

static int is_picture(const struct dirent *entry)
{
    return picture_directory_takes(entry->d_name);
}

static int read_pictures(YoloReader *reader, const char *folder)
{
    struct dirent **entries;
    int count = path_list(folder, is_picture, &entries);
    int failed = count < 0 ? error_set(reader->error, "%s: %s", folder, strerror(errno)) : 0;
    for (int i = 0; i < count; i++) {
        char *path = failed ? NULL : path_join(folder, entries[i]->d_name);
        if (path)
            failed = read_picture(reader, path);
        else if (!failed)
            failed = out_of_memory(reader, folder);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

/* The pictures that a text file names, one a line, relative to the file's folder. */
static int read_list(YoloReader *reader, const char *list)
{
    size_t size;
    char *rest = NULL, *folder = path_folder(list);
    char *text =
        folder ? builder_read_file(reader->builder, list, YOLO_MAX_LIST, &size, reader->error) : NULL;
    int failed = text ? 0 : -1;
    if (!folder)
        failed = out_of_memory(reader, list);
    for (char *line = text ? strtok_r(text, "\r\n", &rest) : NULL; line && !failed;
         line = strtok_r(NULL, "\r\n", &rest)) {
        char *path = path_join(folder, line);
        failed = path ? read_picture(reader, path) : out_of_memory(reader, list);
        free(path);
    }
    free(text);
    free(folder);
    return failed;
}

/* The pictures of folder/images, or where there are none of its val, test or train. */
static int read_images_folder(YoloReader *reader, const char *folder)
{
    char *images = path_join(folder, "images");
    int failed = images ? read_pictures(reader, images) : out_of_memory(reader, folder);
    for (int i = 0; i < PART_NAMES && !failed && !reader->builder->dataset->image_count; i++) {
        char *part = path_join(images, part_names[i]);
        if (!part)
            failed = out_of_memory(reader, folder);
        else if (path_is_folder(part))
            failed = read_pictures(reader, part);
        free(part);
    }
    free(images);
    return failed;
}

/* Where a part of a data.yaml in `folder` is: below its path, beside the file, or without the dots (exported
 * data sets say ../valid/images and mean valid/images). NULL: nowhere, or no memory. */
static char *find_part(const char *folder, const YoloConfig *config, const char *part)
{
    char *root = path_join(folder, config->root ? config->root : ".");
    const char *inner = strncmp(part, "../", 3) ? part : part + 3;
    char *places[] = {root ? path_join(root, part) : NULL, path_join(folder, part), path_join(folder, inner)};
    char *found = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!found && places[i] && path_exists(places[i]))
            found = places[i];
        else
            free(places[i]);
    }
    free(root);
    return found;
}

static int read_part(YoloReader *reader, const char *path, const char *folder, const YoloConfig *config,
                     const char *part)
{
    char *place = find_part(folder, config, part);
    int failed;
    if (!place)
        failed = error_set(reader->error, "%s:%d: there is no %.200s", path, config->line, part);
    else if (path_is_folder(place))
        failed = read_pictures(reader, place);
    else
        failed = read_list(reader, place);
    free(place);
    return failed;
}

static int finish(YoloReader *reader, const char *path)
{
    reader->builder->dataset->relative = true;
    if (builder_check_images(reader->builder, path, reader->error))
        return -1;
    if (!reader->label_files)
        return error_set(reader->error, "%s: no label files; expected labels/NAME.txt for images/NAME.jpg",
                         path);
    return 0;
}

int yolo_read_config(DatasetBuilder *builder, const char *path, Error *error)
{
    YoloReader reader = {.builder = builder, .error = error};
    YoloConfig config = {0};
    size_t size;
    yolo_classes_open(&reader.classes);
    char *folder = path_folder(path);
    char *text = folder ? builder_read_file(builder, path, YOLO_MAX_CONFIG, &size, error) : NULL;
    int failed = text ? yolo_parse_config(builder, &reader.classes, &config, text, size, path, error) : -1;
    if (!folder)
        failed = out_of_memory(&reader, path);
    for (int i = 0; i < config.part_count && !failed; i++)
        failed = read_part(&reader, path, folder, &config, config.parts[i]);
    if (!failed && !config.part_count)
        failed = read_images_folder(&reader, folder);
    if (!failed)
        failed = finish(&reader, path);
    yolo_config_destroy(&config);
    free(text);
    free(folder);
    return failed;
}

/* Names of classes, one a line, from 0. */
static int read_class_names(YoloReader *reader, const char *path)
{
    size_t size;
    char *text = builder_read_file(reader->builder, path, YOLO_MAX_CONFIG, &size, reader->error),
         *rest = text;
    int number = 0, failed = text ? 0 : -1;
    for (char *line; !failed && (line = strsep(&rest, "\n")) && (rest || *line); number++) {
        line[strcspn(line, "\r")] = 0;
        const char *problem = builder_name_problem(line);
        if (problem)
            failed = error_set(reader->error, "%s:%d: the name %s", path, number + 1, problem);
        else
            failed = builder_add_category(reader->builder, line, number, path, reader->error);
        if (!failed)
            reader->classes.category_of_class[number] = number;
    }
    reader->classes.source = path;
    free(text);
    return failed;
}

int yolo_read_folder(DatasetBuilder *builder, const char *folder, Error *error)
{
    static const char *const name_files[] = {"classes.txt", "labels/classes.txt"};
    YoloReader reader = {.builder = builder, .error = error};
    char *names = NULL;
    int failed = 0;
    yolo_classes_open(&reader.classes);
    for (size_t i = 0; i < sizeof name_files / sizeof *name_files && !names && !failed; i++) {
        names = path_join(folder, name_files[i]);
        if (!names) {
            failed = out_of_memory(&reader, folder);
        } else if (path_exists(names)) {
            failed = read_class_names(&reader, names);
        } else {
            free(names);
            names = NULL;
        }
    }
    if (!failed)
        failed = read_images_folder(&reader, folder);
    if (!failed && !builder->dataset->image_count)
        failed = error_set(
            error, "%s: no pictures in images, nor in its val, test or train; name a .yaml file", folder);
    if (!failed)
        failed = finish(&reader, folder);
    free(names); /* errors of the labels named it */
    return failed;
}
