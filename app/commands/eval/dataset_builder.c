#include "app/commands/eval/dataset_builder.h"

#include "base/text.h"
#include "base/text_file.h"
#include <stdlib.h>
#include <string.h>

int builder_open(DatasetBuilder *builder)
{
    *builder = (DatasetBuilder){.dataset = calloc(1, sizeof *builder->dataset)};
    return builder->dataset ? 0 : -1;
}

void builder_close(DatasetBuilder *builder)
{
    dataset_destroy(builder->dataset);
    *builder = (DatasetBuilder){0};
}

const char *builder_name_problem(const char *name)
{
    if (!*name)
        return "is empty";
    if (strlen(name) > DATASET_MAX_NAME)
        return "is longer than 100 bytes";
    for (uint32_t codepoint; (codepoint = text_next(&name));) {
        if (codepoint == 0xfffd)
            return "is not UTF-8";
        if (codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0))
            return "has a control character";
    }
    return NULL;
}

int builder_find_category(const DatasetBuilder *builder, const char *name)
{
    for (int i = 0; i < builder->dataset->category_count; i++)
        if (!strcmp(builder->dataset->categories[i], name))
            return i;
    return -1;
}

/* An array of items of `size` bytes with room for more than `count`, at most `most`; NULL with error. */
static void *with_room(void *items, int count, int *room, size_t size, int most, const char *what,
                       const char *label, Error *error)
{
    if (count < *room)
        return items;
    if (count >= most) {
        error_set(error, "%s: more than %d %s", label, most, what);
        return NULL;
    }
    int wanted = *room ? 2 * *room : 64;
    void *larger = reallocarray(items, (size_t)wanted, size);
    if (larger)
        *room = wanted;
    else
        error_set(error, "%s: out of memory", label);
    return larger;
}

char *builder_read_file(DatasetBuilder *builder, const char *path, size_t most, size_t *size, Error *error)
{
    Dataset *dataset = builder->dataset;
    char **files = with_room(dataset->files, dataset->file_count, &builder->file_room, sizeof *files,
                             DATASET_MAX_FILES, "files", path, error);
    if (!files)
        return NULL;
    dataset->files = files;
    files[dataset->file_count] = strdup(path);
    if (!files[dataset->file_count]) {
        error_set(error, "%s: out of memory", path);
        return NULL;
    }
    dataset->file_count++;
    return text_file_read(path, most, size, error);
}

int builder_add_category(DatasetBuilder *builder, const char *name, int64_t id, const char *label,
                         Error *error)
{
    Dataset *dataset = builder->dataset;
    int ids_room = builder->category_room;
    int64_t *ids = with_room(dataset->category_ids, dataset->category_count, &ids_room, sizeof *ids,
                             DATASET_MAX_CATEGORIES, "categories", label, error);
    if (!ids)
        return -1;
    dataset->category_ids = ids;
    char **names = with_room(dataset->categories, dataset->category_count, &builder->category_room,
                             sizeof *names, DATASET_MAX_CATEGORIES, "categories", label, error);
    if (!names)
        return -1;
    dataset->categories = names;
    char *copy = strdup(name);
    if (!copy)
        return error_set(error, "%s: out of memory", label);
    names[dataset->category_count] = copy;
    ids[dataset->category_count++] = id;
    return 0;
}

int builder_add_image(DatasetBuilder *builder, const char *path, int64_t id, int width, int height,
                      const char *label, Error *error)
{
    Dataset *dataset = builder->dataset;
    DatasetImage *images = with_room(dataset->images, dataset->image_count, &builder->image_room,
                                     sizeof *images, DATASET_MAX_IMAGES, "pictures", label, error);
    if (!images)
        return -1;
    dataset->images = images;
    char *copy = strdup(path);
    if (!copy)
        return error_set(error, "%s: out of memory", label);
    images[dataset->image_count++] = (DatasetImage){copy, id, width, height, dataset->box_count, 0};
    return 0;
}

int builder_add_box(DatasetBuilder *builder, const DatasetBox *box, const char *label, Error *error)
{
    Dataset *dataset = builder->dataset;
    DatasetBox *boxes = with_room(dataset->boxes, dataset->box_count, &builder->box_room, sizeof *boxes,
                                  DATASET_MAX_BOXES, "boxes", label, error);
    if (!boxes)
        return -1;
    dataset->boxes = boxes;
    boxes[dataset->box_count++] = *box;
    dataset->images[dataset->image_count - 1].box_count++;
    return 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int builder_check_images(const DatasetBuilder *builder, const char *label, Error *error)
{
    const Dataset *dataset = builder->dataset;
    if (!dataset->image_count)
        return error_set(error, "%s: no pictures", label);
    size_t count = (size_t)dataset->image_count;
    const char **paths = calloc(count, sizeof *paths);
    if (!paths)
        return error_set(error, "%s: out of memory", label);
    for (size_t i = 0; i < count; i++)
        paths[i] = dataset->images[i].path;
    qsort(paths, count, sizeof *paths, compare_paths);
    int failed = 0;
    for (size_t i = 1; i < count && !failed; i++)
        if (!strcmp(paths[i - 1], paths[i]))
            failed = error_set(error, "%s: picture %s is there twice", label, paths[i]);
    free(paths);
    return failed;
}
