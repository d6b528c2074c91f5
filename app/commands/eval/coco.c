#include "app/commands/eval/coco.h"

#include "app/commands/eval/paths.h"
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COCO_MAX_BYTES ((size_t)512 << 20) /* COCO's own largest file has 470 million bytes */

typedef struct CocoReader {
    DatasetBuilder *builder;
    const char *label;
    Error *error;
} CocoReader;

/* An entry of a list by its id. */
typedef struct Keyed {
    int64_t id;
    size_t index;
} Keyed;

__attribute__((format(printf, 4, 5))) static int entry_fail(const CocoReader *reader, const char *list,
                                                            size_t index, const char *format, ...)
{
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(reader->error, "%s: %s[%zu]: %s", reader->label, list, index, reason);
}

static int compare_keyed(const void *first, const void *second)
{
    const Keyed *a = first, *b = second;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The entries of a list by ascending id, which is a whole number that no two share. NULL with error. */
static Keyed *sort_by_id(const CocoReader *reader, const char *name, const json_t *list)
{
    size_t count = json_array_size(list);
    Keyed *keyed = calloc(count + 1, sizeof *keyed);
    if (!keyed) {
        error_set(reader->error, "%s: out of memory", reader->label);
        return NULL;
    }
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++) {
        const json_t *id = json_object_get(json_array_get(list, i), "id");
        keyed[i] = (Keyed){json_integer_value(id), i};
        if (!json_is_integer(id))
            failed = entry_fail(reader, name, i, "no id that is a whole number");
    }
    if (!failed)
        qsort(keyed, count, sizeof *keyed, compare_keyed);
    for (size_t i = 1; i < count && !failed; i++)
        if (keyed[i].id == keyed[i - 1].id)
            failed = entry_fail(reader, name, keyed[i].index, "id %lld is that of %s[%zu], too",
                                (long long)keyed[i].id, name, keyed[i - 1].index);
    if (!failed)
        return keyed;
    free(keyed);
    return NULL;
}

static int read_categories(const CocoReader *reader, const json_t *list)
{
    static const char name[] = "categories";
    Keyed *keyed = sort_by_id(reader, name, list);
    int failed = keyed ? 0 : -1;
    for (size_t i = 0; i < json_array_size(list) && !failed; i++) {
        const char *text = json_string_value(json_object_get(json_array_get(list, keyed[i].index), "name"));
        const char *problem = text ? builder_name_problem(text) : "is missing";
        if (problem)
            failed = entry_fail(reader, name, keyed[i].index, "the name %s", problem);
        else
            failed = builder_add_category(reader->builder, text, keyed[i].id, reader->label, reader->error);
    }
    free(keyed);
    return failed;
}

/* Pixels a side; 0 where they are not given. -1 for an impossible value. */
static int read_side(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    if (!value || json_is_null(value))
        return 0;
    json_int_t side = json_integer_value(value);
    return json_is_integer(value) && side >= 0 && side <= DATASET_MAX_PICTURE ? (int)side : -1;
}

static int read_images(const CocoReader *reader, const json_t *list)
{
    static const char name[] = "images";
    Keyed *keyed = sort_by_id(reader, name, list);
    int failed = keyed ? 0 : -1;
    for (size_t i = 0; i < json_array_size(list) && !failed; i++) {
        const json_t *entry = json_array_get(list, keyed[i].index);
        const char *file = json_string_value(json_object_get(entry, "file_name"));
        int width = read_side(entry, "width"), height = read_side(entry, "height");
        if (!file || !*file || strlen(file) >= PATH_MAX)
            failed = entry_fail(reader, name, keyed[i].index, "no file_name");
        else if (width < 0 || height < 0)
            failed = entry_fail(reader, name, keyed[i].index, "%s is not a number of pixels up to %d",
                                width < 0 ? "width" : "height", DATASET_MAX_PICTURE);
        else
            failed = builder_add_image(reader->builder, file, keyed[i].id, width, height, reader->label,
                                       reader->error);
    }
    free(keyed);
    return failed;
}

static int compare_image_ids(const void *key, const void *element)
{
    int64_t id = *(const int64_t *)key, other = ((const DatasetImage *)element)->id;
    return id < other ? -1 : id > other;
}

static int compare_category_ids(const void *key, const void *element)
{
    int64_t id = *(const int64_t *)key, other = *(const int64_t *)element;
    return id < other ? -1 : id > other;
}

static int read_box(const CocoReader *reader, size_t index, const json_t *entry, DatasetBox *box)
{
    static const char name[] = "annotations";
    const json_t *corners = json_object_get(entry, "bbox");
    double values[4];
    if (json_array_size(corners) != 4)
        return entry_fail(reader, name, index, "no bbox of four numbers");
    for (size_t i = 0; i < 4; i++) {
        const json_t *value = json_array_get(corners, i);
        values[i] = json_number_value(value);
        if (!json_is_number(value) || !(fabs(values[i]) <= DATASET_MAX_COORDINATE) ||
            (i >= 2 && values[i] < 0))
            return entry_fail(reader, name, index, "bbox[%zu] is not a number %s", i,
                              i < 2 ? "from -10000000 to 10000000" : "from 0 to 10000000");
    }
    *box = (DatasetBox){.x = values[0], .y = values[1], .width = values[2], .height = values[3]};
    box->area = box->width * box->height;

    const json_t *area = json_object_get(entry, "area");
    if (area && !json_is_null(area)) {
        box->area = json_number_value(area);
        if (!json_is_number(area) || !(box->area >= 0 && box->area <= 1e14))
            return entry_fail(reader, name, index, "area is not a number from 0 to 1e14");
    }
    const json_t *crowd = json_object_get(entry, "iscrowd");
    json_int_t flag = json_integer_value(crowd);
    if (crowd && !json_is_boolean(crowd) && !(json_is_integer(crowd) && (flag == 0 || flag == 1)))
        return entry_fail(reader, name, index, "iscrowd is neither 0 nor 1");
    box->crowd = flag || json_is_true(crowd);
    return 0;
}

/* The index of the image that an annotation belongs to, with box->category set; -1 with error. */
static int read_links(const CocoReader *reader, size_t index, const json_t *entry, DatasetBox *box)
{
    static const char name[] = "annotations";
    const Dataset *dataset = reader->builder->dataset;
    const json_t *image = json_object_get(entry, "image_id");
    const json_t *category = json_object_get(entry, "category_id");
    if (!json_is_integer(image) || !json_is_integer(category))
        return entry_fail(reader, name, index, "no %s that is a whole number",
                          json_is_integer(image) ? "category_id" : "image_id");
    int64_t image_id = json_integer_value(image), category_id = json_integer_value(category);
    const DatasetImage *found_image = bsearch(&image_id, dataset->images, (size_t)dataset->image_count,
                                              sizeof *dataset->images, compare_image_ids);
    if (!found_image)
        return entry_fail(reader, name, index, "there is no image with id %lld", (long long)image_id);
    const int64_t *found_category =
        dataset->category_count
            ? bsearch(&category_id, dataset->category_ids, (size_t)dataset->category_count,
                      sizeof category_id, compare_category_ids)
            : NULL;
    if (!found_category)
        return entry_fail(reader, name, index, "there is no category with id %lld", (long long)category_id);
    box->category = (int)(found_category - dataset->category_ids);
    return (int)(found_image - dataset->images);
}

/* Boxes in the order of the file, grouped by the image of each. */
static void group_boxes(Dataset *dataset, const DatasetBox *boxes, const int *image_of_box, int count)
{
    int first = 0;
    for (int i = 0; i < count; i++)
        dataset->images[image_of_box[i]].box_count++;
    for (int i = 0; i < dataset->image_count; i++) {
        dataset->images[i].first_box = first;
        first += dataset->images[i].box_count;
        dataset->images[i].box_count = 0;
    }
    for (int i = 0; i < count; i++) {
        DatasetImage *image = &dataset->images[image_of_box[i]];
        dataset->boxes[image->first_box + image->box_count++] = boxes[i];
    }
    dataset->box_count = count;
}

static int read_annotations(const CocoReader *reader, const json_t *list)
{
    Dataset *dataset = reader->builder->dataset;
    size_t count = json_array_size(list);
    if (count > DATASET_MAX_BOXES)
        return error_set(reader->error, "%s: more than %d annotations", reader->label, DATASET_MAX_BOXES);
    Keyed *keyed = sort_by_id(reader, "annotations", list); /* only checked for ids that occur twice */
    if (!keyed)
        return -1;
    free(keyed);
    DatasetBox *boxes = calloc(count + 1, sizeof *boxes);
    int *image_of_box = calloc(count + 1, sizeof *image_of_box);
    dataset->boxes = calloc(count + 1, sizeof *dataset->boxes);
    int failed = 0;
    if (!boxes || !image_of_box || !dataset->boxes)
        failed = error_set(reader->error, "%s: out of memory", reader->label);
    for (size_t i = 0; i < count && !failed; i++) {
        const json_t *entry = json_array_get(list, i);
        failed = read_box(reader, i, entry, &boxes[i]);
        if (!failed)
            failed = (image_of_box[i] = read_links(reader, i, entry, &boxes[i])) < 0 ? -1 : 0;
    }
    if (!failed)
        group_boxes(dataset, boxes, image_of_box, (int)count);
    free(boxes);
    free(image_of_box);
    return failed;
}

static int read_lists(const CocoReader *reader, const json_t *root)
{
    static const char *const names[] = {"images", "annotations", "categories"};
    for (int i = 0; i < 3; i++)
        if (!json_is_array(json_object_get(root, names[i])))
            return error_set(reader->error, "%s: no list \"%s\"; expected COCO's format of boxes",
                             reader->label, names[i]);
    if (!json_array_size(json_object_get(root, "images")))
        return error_set(reader->error, "%s: no pictures", reader->label);
    return read_categories(reader, json_object_get(root, "categories")) ||
                   read_images(reader, json_object_get(root, "images")) ||
                   read_annotations(reader, json_object_get(root, "annotations"))
               ? -1
               : 0;
}

int coco_parse(DatasetBuilder *builder, const char *text, size_t size, const char *label, Error *error)
{
    const CocoReader reader = {builder, label, error};
    json_error_t problem;
    json_t *root = json_loadb(text, size, 0, &problem);
    if (!root)
        return error_set(error, "%s:%d: not JSON: %s", label, problem.line, problem.text);
    int failed = read_lists(&reader, root);
    json_decref(root);
    return failed;
}

/* The folder that a file's pictures are in, the first that has the first picture; else the first that is
 * there. NULL when out of memory. */
static char *find_pictures(const Dataset *dataset, const char *path)
{
    static const char prefix[] = "instances_"; /* annotations/instances_val2017.json, val2017/ */
    enum { PLACES = 3 };
    char *folder = path_folder(path), *stem = path_stem(path), *sibling = NULL, *found = NULL;
    if (folder && stem && !strncmp(stem, prefix, sizeof prefix - 1) &&
        asprintf(&sibling, "../%s", stem + sizeof prefix - 1) < 0)
        sibling = NULL;
    const char *const places[PLACES] = {stem, sibling ? sibling : ".", "."};
    for (int any = 0; any <= 1 && folder && stem && !found; any++) {
        for (int i = 0; i < PLACES && !found; i++) {
            char *pictures = path_join(folder, places[i]);
            char *picture = pictures ? path_join(pictures, dataset->images[0].path) : NULL;
            if (picture && (any ? path_is_folder(pictures) : path_exists(picture)))
                found = strdup(pictures);
            free(pictures);
            free(picture);
        }
    }
    free(folder);
    free(stem);
    free(sibling);
    return found;
}

/* Puts the folder before the images' file names. */
static int place_images(Dataset *dataset, const char *folder)
{
    for (int i = 0; i < dataset->image_count; i++) {
        char *path = path_join(folder, dataset->images[i].path);
        if (!path)
            return -1;
        free(dataset->images[i].path);
        dataset->images[i].path = path;
    }
    return 0;
}

int coco_read(DatasetBuilder *builder, const char *path, const char *folder, Error *error)
{
    size_t size;
    char *text = builder_read_file(builder, path, COCO_MAX_BYTES, &size, error);
    if (!text)
        return -1;
    int failed = coco_parse(builder, text, size, path, error);
    free(text);
    if (failed)
        return -1;
    char *pictures = folder ? strdup(folder) : find_pictures(builder->dataset, path);
    if (!pictures || place_images(builder->dataset, pictures))
        failed = error_set(error, "%s: out of memory", path);
    free(pictures);
    return failed;
}
