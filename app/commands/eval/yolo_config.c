#include "app/commands/eval/yolo_config.h"

#include "app/commands/eval/yaml.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char key_path[] = "path", key_names[] = "names", key_val[] = "val", key_test[] = "test",
                  key_train[] = "train";

static bool is_null(const char *value)
{
    return !*value || !strcmp(value, "~") || !strcmp(value, "null");
}

/* The entry says which class it names: `position` in a list, or its own key. -1: it does not. */
static int class_of(const YamlEntry *entry, int position)
{
    int64_t number = position;
    if (entry->kind == YAML_SCALAR || (entry->item && text_to_integer(entry->item, &number)) || number < 0 ||
        number >= DATASET_MAX_CATEGORIES)
        return -1;
    return (int)number;
}

static int read_names(DatasetBuilder *builder, YoloClasses *classes, const Yaml *yaml, const char *label,
                      Error *error)
{
    int position = 0;
    for (int i = 0; i < yaml->count; i++) {
        const YamlEntry *entry = &yaml->entries[i];
        if (entry->key != key_names)
            continue;
        int number = class_of(entry, position++);
        if (number < 0)
            return error_set(error, "%s:%d: names: expected a list of names, or number: name from 0 to %d",
                             label, entry->line, DATASET_MAX_CATEGORIES - 1);
        const char *problem = builder_name_problem(entry->value);
        if (problem)
            return error_set(error, "%s:%d: the name of class %d %s", label, entry->line, number, problem);
        if (classes->category_of_class[number] >= 0)
            return error_set(error, "%s:%d: class %d is named twice", label, entry->line, number);
        classes->category_of_class[number] = builder->dataset->category_count;
        if (builder_add_category(builder, entry->value, number, label, error))
            return -1;
    }
    if (position)
        classes->source = label;
    return 0;
}

/* The values of the first of val, test and train that has one. */
static int read_parts(YoloConfig *config, const Yaml *yaml, const char *label, Error *error)
{
    static const char *const keys[] = {key_val, key_test, key_train};
    config->parts = calloc((size_t)yaml->count + 1, sizeof *config->parts);
    if (!config->parts)
        return error_set(error, "%s: out of memory", label);
    for (size_t k = 0; k < sizeof keys / sizeof *keys && !config->part_count; k++) {
        for (int i = 0; i < yaml->count; i++) {
            const YamlEntry *entry = &yaml->entries[i];
            if (entry->key != keys[k] || is_null(entry->value))
                continue;
            if (entry->kind == YAML_MAP_ITEM)
                return error_set(error, "%s:%d: %s: expected a folder, or a list of folders", label,
                                 entry->line, keys[k]);
            if (!config->part_count)
                config->line = entry->line;
            char *part = strdup(entry->value);
            if (!part)
                return error_set(error, "%s: out of memory", label);
            config->parts[config->part_count++] = part;
        }
    }
    return 0;
}

static int read_root(YoloConfig *config, const Yaml *yaml, const char *label, Error *error)
{
    for (int i = 0; i < yaml->count; i++) {
        const YamlEntry *entry = &yaml->entries[i];
        if (entry->key != key_path || is_null(entry->value))
            continue;
        if (entry->kind != YAML_SCALAR)
            return error_set(error, "%s:%d: path: expected a folder", label, entry->line);
        config->root = strdup(entry->value);
        if (!config->root)
            return error_set(error, "%s: out of memory", label);
    }
    return 0;
}

int yolo_parse_config(DatasetBuilder *builder, YoloClasses *classes, YoloConfig *config, const char *text,
                      size_t size, const char *label, Error *error)
{
    static const char *const keys[] = {key_path, key_names, key_val, key_test, key_train, NULL};
    Yaml yaml;
    *config = (YoloConfig){0};
    int failed = yaml_parse(&yaml, text, size, keys, label, error) ||
                 read_names(builder, classes, &yaml, label, error) ||
                 read_parts(config, &yaml, label, error) || read_root(config, &yaml, label, error);
    yaml_destroy(&yaml);
    return failed ? -1 : 0;
}

void yolo_config_destroy(YoloConfig *config)
{
    for (int i = 0; i < config->part_count; i++)
        free(config->parts[i]);
    free(config->parts);
    free(config->root);
    *config = (YoloConfig){0};
}
