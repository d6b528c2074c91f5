/*
 * The part of YAML 1.2 (https://yaml.org/spec/1.2.2/) that files of YOLO's data sets are written in: a
 * mapping whose values are scalars, lists of scalars or mappings of scalars, in blocks or in brackets. Only
 * the keys that are asked for are read; what belongs to others may be anything that is indented.
 */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_YAML_H
#define LOOKOUT_APP_COMMANDS_EVAL_YAML_H

#include "base/error.h"
#include <stddef.h>

typedef enum YamlKind { YAML_SCALAR, YAML_LIST_ITEM, YAML_MAP_ITEM } YamlKind;

/* One scalar. */
typedef struct YamlEntry {
    YamlKind kind;
    const char *key; /* of the file's mapping: the pointer that was asked for */
    char *item;      /* the key of a map's item; else NULL */
    char *value;
    int line; /* from 1 */
} YamlEntry;

typedef struct Yaml {
    YamlEntry *entries; /* in the order of the file */
    int count, room;
} Yaml;

/* Reads size bytes of text, behind which a NUL stands; keys: those asked for, NULL-terminated, which must
 * outlive the result. A key without a value gives no entry. Returns 0, or -1 with an error that names file
 * (label) and line for what is no YAML or no such YAML; whichever, yaml_destroy() takes the result. */
int yaml_parse(Yaml *yaml, const char *text, size_t size, const char *const *keys, const char *label,
               Error *error);
void yaml_destroy(Yaml *yaml);

#endif
