#include "app/commands/eval/categories.h"

#include "app/run/detection.h"
#include "base/exit_code.h"
#include "base/message.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names separated by commas; what does not fit is counted only. */
typedef struct NameList {
    char text[600];
    size_t length;
    int count, left_out;
} NameList;

static void add_name(NameList *list, const char *name)
{
    const size_t room = sizeof list->text - list->length;
    list->count++;
    if (list->left_out || strlen(name) + sizeof ", " > room)
        list->left_out++;
    else
        list->length +=
            (size_t)snprintf(list->text + list->length, room, "%s%s", list->length ? ", " : "", name);
}

static const char *rest_of(const NameList *list, char rest[32])
{
    *rest = 0;
    if (list->left_out)
        snprintf(rest, 32, " and %d more", list->left_out);
    return rest;
}

static int allocate(Categories *categories, const Dataset *dataset, const LookoutModelInfo *model)
{
    categories->class_of_category =
        calloc((size_t)dataset->category_count + 1, sizeof *categories->class_of_category);
    categories->category_of_class =
        calloc((size_t)model->class_count + 1, sizeof *categories->category_of_class);
    categories->wanted = calloc((size_t)model->class_count + 1, 1);
    return categories->class_of_category && categories->category_of_class && categories->wanted ? 0 : -1;
}

/* Matches the classes in categories->wanted, those that the user asked for. Returns how many the data set
 * has. */
static int match(Categories *categories, const Dataset *dataset, const LookoutModelInfo *model)
{
    NameList lacking = {.count = 0};
    char rest[32];
    int matched = 0;
    for (int i = 0; i < model->class_count; i++)
        categories->category_of_class[i] = -1;
    for (int i = 0; i < dataset->category_count; i++) {
        const char *name = dataset->categories[i];
        const int class_index = classes_find(model, name, strlen(name));
        const bool is_wanted = class_index >= 0 && categories->wanted[class_index];
        categories->class_of_category[i] = is_wanted ? class_index : -1;
        if (class_index < 0)
            add_name(&lacking, name);
        if (is_wanted && categories->category_of_class[class_index] < 0) {
            categories->category_of_class[class_index] = i;
            matched++;
        }
    }
    if (matched && lacking.count)
        message("%s: the model has no %s%s; their boxes are left out", dataset->name, lacking.text,
                rest_of(&lacking, rest));
    return matched;
}

static void report_absent(const Categories *categories, const Dataset *dataset, const LookoutModelInfo *model)
{
    NameList absent = {.count = 0};
    char rest[32];
    for (int i = 0; i < model->class_count; i++)
        if (categories->wanted[i] && categories->category_of_class[i] < 0)
            add_name(&absent, model->classes[i]);
    if (absent.count)
        message("%s: has no category %s%s, which --classes names", dataset->name, absent.text,
                rest_of(&absent, rest));
}

static ExitCode fail_unmatched(const Dataset *dataset, const DetectionOptions *options, Error *error)
{
    NameList names = {.count = 0};
    char rest[32];
    for (int i = 0; i < dataset->category_count; i++)
        add_name(&names, dataset->categories[i]);
    error_set(error, "%s: none of its categories (%s%s) is a class of %s", dataset->name, names.text,
              rest_of(&names, rest),
              options->classes ? "--classes"
                               : "the model; 'lookout info' lists them, -m names another model");
    return EXIT_FAILED;
}

ExitCode categories_match(Categories *categories, const Dataset *dataset, const LookoutModelInfo *model,
                          const DetectionOptions *options, Error *error)
{
    *categories = (Categories){0};
    if (allocate(categories, dataset, model)) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    memset(categories->wanted, 1, (size_t)model->class_count);
    if (detection_settings(options, model, categories->wanted, &categories->settings, error))
        return EXIT_USAGE;
    categories->settings.classes = categories->wanted;
    if (!match(categories, dataset, model))
        return fail_unmatched(dataset, options, error);
    if (options->classes)
        report_absent(categories, dataset, model);
    for (int i = 0; i < model->class_count; i++)
        categories->wanted[i] = categories->category_of_class[i] >= 0;
    return EXIT_DONE;
}

void categories_free(Categories *categories)
{
    free(categories->class_of_category);
    free(categories->category_of_class);
    free(categories->wanted);
    *categories = (Categories){0};
}
