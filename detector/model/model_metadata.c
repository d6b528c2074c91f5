#include "detector/model/model_metadata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/error.h"

#define MIN_ALPHA 0.05
#define MAX_ALPHA 2.0
#define MAX_CLASS_NAME 100 /* bytes */

typedef struct MetadataReader {
    const json_t *metadata;
    const char *label; /* the file in messages */
    LookoutError *error;
} MetadataReader;

#define FAIL(reader, ...) detector_fail((reader)->error, LOOKOUT_ERROR_FORMAT, __VA_ARGS__)
#define FIELD_FORMAT "%s: metadata field %s: "

static const char *metadata_text(const MetadataReader *reader, const char *field)
{
    return json_string_value(json_object_get(reader->metadata, field));
}

/* The text of a required field; NULL with the error filled if it is missing. */
static const char *required_text(const MetadataReader *reader, const char *field)
{
    const char *text = metadata_text(reader, field);
    if (!text)
        FAIL(reader, FIELD_FORMAT "missing", reader->label, field);
    return text;
}

static LookoutStatus check_text(const MetadataReader *reader, const char *field, const char *expected)
{
    const char *text = required_text(reader, field);
    if (!text)
        return LOOKOUT_ERROR_FORMAT;
    if (strcmp(text, expected) != 0)
        return FAIL(reader, FIELD_FORMAT "%.60s, expected %s", reader->label, field, text, expected);
    return LOOKOUT_OK;
}

/* The JSON value in a field's text, which the caller releases; NULL with the error filled. jansson's numbers
 * do not depend on the locale. */
static json_t *required_json(const MetadataReader *reader, const char *field)
{
    const char *text = required_text(reader, field);
    if (!text)
        return NULL;
    json_error_t json_error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &json_error);
    if (!value)
        FAIL(reader, FIELD_FORMAT "%.60s is not JSON: %.100s", reader->label, field, text, json_error.text);
    return value;
}

static int is_side(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) > 0 &&
           json_number_value(value) <= LOOKOUT_MAX_ANCHOR_SIDE;
}

static int near(const json_t *value, double expected)
{
    return json_is_number(value) && fabs(json_number_value(value) - expected) <= 1e-6 * fabs(expected);
}

static LookoutStatus read_alpha(const MetadataReader *reader, double *alpha)
{
    json_t *value = required_json(reader, "alpha");
    if (!value)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    *alpha = json_number_value(value);
    if (!json_is_number(value) || !(*alpha >= MIN_ALPHA && *alpha <= MAX_ALPHA))
        status = FAIL(reader, FIELD_FORMAT "%.60s, expected a number from %g to %g", reader->label, "alpha",
                      metadata_text(reader, "alpha"), MIN_ALPHA, MAX_ALPHA);
    json_decref(value);
    return status;
}

/* Control characters of ASCII and Latin 1 (a terminal may obey either) in UTF-8 that is known to be valid. */
static int has_control_character(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return 1;
    return 0;
}

static LookoutStatus check_class_name(const MetadataReader *reader, const json_t *list, size_t index)
{
    const char *name = json_string_value(json_array_get(list, index));
    if (!name)
        return FAIL(reader, FIELD_FORMAT "entry %zu is not a string", reader->label, "classes", index);
    if (strlen(name) < 1 || strlen(name) > MAX_CLASS_NAME)
        return FAIL(reader, FIELD_FORMAT "entry %zu has %zu bytes, expected a name of 1 to %d", reader->label,
                    "classes", index, strlen(name), MAX_CLASS_NAME);
    if (has_control_character(name))
        return FAIL(reader, FIELD_FORMAT "entry %zu has a control character", reader->label, "classes",
                    index);
    for (size_t i = 0; i < index; i++)
        if (strcmp(name, json_string_value(json_array_get(list, i))) == 0)
            return FAIL(reader, FIELD_FORMAT "%.60s is there twice (entries %zu and %zu)", reader->label,
                        "classes", name, i, index);
    return LOOKOUT_OK;
}

/* Fills weights->classes; *count is set even if it fails half-way, so that they can be freed. */
static LookoutStatus read_classes(const MetadataReader *reader, char ***classes, int *count)
{
    json_t *list = required_json(reader, "classes");
    if (!list)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    size_t size = json_array_size(list);
    if (size < 1 || size > LOOKOUT_MAX_CLASSES) {
        status = json_is_array(list)
                     ? FAIL(reader, FIELD_FORMAT "%zu names, expected 1 to %d", reader->label, "classes",
                            size, LOOKOUT_MAX_CLASSES)
                     : FAIL(reader, FIELD_FORMAT "not a list of names", reader->label, "classes");
        goto done;
    }
    *classes = calloc(size, sizeof **classes);
    if (!*classes) {
        status = detector_fail(reader->error, LOOKOUT_ERROR_MEMORY, "%s: no memory", reader->label);
        goto done;
    }
    *count = (int)size;
    for (size_t i = 0; i < size && status == LOOKOUT_OK; i++) {
        status = check_class_name(reader, list, i);
        if (status != LOOKOUT_OK)
            break;
        (*classes)[i] = strdup(json_string_value(json_array_get(list, i)));
        if (!(*classes)[i])
            status = detector_fail(reader->error, LOOKOUT_ERROR_MEMORY, "%s: no memory", reader->label);
    }
done:
    json_decref(list);
    return status;
}

/* A feature map's anchors; `entry` is its place in the list of features. */
static LookoutStatus read_anchors(const MetadataReader *reader, int entry, const json_t *list,
                                  NetworkAnchors *anchors)
{
    size_t count = json_array_size(list); /* 0 if it is not a list */
    if (count < 1 || count > LOOKOUT_MAX_ANCHORS)
        return FAIL(reader, FIELD_FORMAT "entry %d has %zu anchors, expected a list of 1 to %d",
                    reader->label, "features", entry, count, LOOKOUT_MAX_ANCHORS);
    anchors->count = (int)count;
    for (size_t i = 0; i < count; i++) {
        const json_t *sides = json_array_get(list, i);
        const json_t *width = json_array_get(sides, 0), *height = json_array_get(sides, 1);
        anchors->shapes[i] = (LookoutAnchor){json_number_value(width), json_number_value(height)};
        if (json_array_size(sides) != 2 || !is_side(width) || !is_side(height))
            return FAIL(reader,
                        FIELD_FORMAT
                        "entry %d: anchor %zu is not [width, height], two numbers above 0 and at "
                        "most %d",
                        reader->label, "features", entry, i, LOOKOUT_MAX_ANCHOR_SIDE);
    }
    return LOOKOUT_OK;
}

static LookoutStatus read_feature(const MetadataReader *reader, int entry, const json_t *feature,
                                  NetworkAnchors *anchors)
{
    const char *from = json_string_value(json_object_get(feature, "from"));
    const json_t *stride = json_object_get(feature, "stride");
    const json_t *list = json_object_get(feature, "anchors");
    if (json_object_size(feature) == 3 && from && strcmp(from, network_features[entry]) == 0 &&
        json_is_integer(stride) && json_integer_value(stride) == network_strides[entry] && list)
        return read_anchors(reader, entry, list, anchors);

    char *found = json_dumps(feature, JSON_ENCODE_ANY | JSON_COMPACT);
    FAIL(reader, FIELD_FORMAT "entry %d is %.80s, expected {\"from\":\"%s\",\"stride\":%d,\"anchors\":[...]}",
         reader->label, "features", entry, found ? found : "unreadable", network_features[entry],
         network_strides[entry]);
    free(found);
    return LOOKOUT_ERROR_FORMAT;
}

static LookoutStatus read_features(const MetadataReader *reader, Network *network)
{
    json_t *list = required_json(reader, "features");
    if (!list)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    if (json_array_size(list) != NETWORK_LEVELS)
        status = FAIL(reader, FIELD_FORMAT "%zu feature maps, expected a list of %d", reader->label,
                      "features", json_array_size(list), NETWORK_LEVELS);
    for (int i = 0; i < NETWORK_LEVELS && status == LOOKOUT_OK; i++)
        status = read_feature(reader, i, json_array_get(list, (size_t)i), &network->anchors[i]);
    json_decref(list);
    return status;
}

static LookoutStatus read_padding(const MetadataReader *reader, Network *network)
{
    json_t *object = required_json(reader, "padding");
    if (!object)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    if (json_object_size(object) != NETWORK_STRIDED)
        status = FAIL(reader, FIELD_FORMAT "%zu layers, expected an object of %d", reader->label, "padding",
                      json_object_size(object), NETWORK_STRIDED);
    for (int i = 0; i < NETWORK_STRIDED && status == LOOKOUT_OK; i++) {
        const json_t *value = json_object_get(object, network_strided[i]);
        network->padding[i] = (int)json_integer_value(value);
        if (json_is_integer(value) && (json_integer_value(value) == 0 || json_integer_value(value) == 1))
            continue;
        char *found = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        status = FAIL(reader, FIELD_FORMAT "%s is %.40s, expected 0 or 1", reader->label, "padding",
                      network_strided[i], found ? found : "missing");
        free(found);
    }
    json_decref(object);
    return status;
}

static LookoutStatus check_box_coding(const MetadataReader *reader)
{
    json_t *coding = required_json(reader, "box_coding");
    if (!coding)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    if (json_object_size(coding) != 2 || !near(json_object_get(coding, "center"), 0.1) ||
        !near(json_object_get(coding, "size"), 0.2))
        status = FAIL(reader, FIELD_FORMAT "%.80s, expected {\"center\":0.1,\"size\":0.2}", reader->label,
                      "box_coding", metadata_text(reader, "box_coding"));
    json_decref(coding);
    return status;
}

static LookoutStatus check_input(const MetadataReader *reader)
{
    json_t *input = required_json(reader, "input");
    if (!input)
        return LOOKOUT_ERROR_FORMAT;
    LookoutStatus status = LOOKOUT_OK;
    const char *channels = json_string_value(json_object_get(input, "channels"));
    const char *resize = json_string_value(json_object_get(input, "resize"));
    if (json_object_size(input) != 4 || !channels || strcmp(channels, "RGB") != 0 || !resize ||
        strcmp(resize, "stretch") != 0 || !near(json_object_get(input, "mean"), 127.5) ||
        !near(json_object_get(input, "std"), 127.5))
        status = FAIL(reader,
                      FIELD_FORMAT "%.100s, expected {\"channels\":\"RGB\",\"mean\":127.5,\"std\":127.5,"
                                   "\"resize\":\"stretch\"}",
                      reader->label, "input", metadata_text(reader, "input"));
    json_decref(input);
    return status;
}

static LookoutStatus copy_text(const MetadataReader *reader, const char *field, char **out)
{
    const char *text = metadata_text(reader, field);
    *out = strdup(text ? text : "");
    return *out ? LOOKOUT_OK
                : detector_fail(reader->error, LOOKOUT_ERROR_MEMORY, "%s: no memory", reader->label);
}

/* A size as a key of `measured`: digits alone; 0 for anything else. */
static int size_of_key(const char *key)
{
    size_t length = strlen(key);
    return length >= 1 && length <= 4 && strspn(key, "0123456789") == length ? atoi(key) : 0;
}

static int is_share(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= 1;
}

static int compare_sizes(const void *a, const void *b)
{
    return ((const LookoutAccuracy *)a)->size - ((const LookoutAccuracy *)b)->size;
}

/* {"set": text, "224": {"ap": 0.1, "ap50": 0.2}, ...}. The format allows any text here: what is
 * not of this form is ignored, and so are other keys. */
static LookoutStatus read_measured(const MetadataReader *reader, ModelWeights *weights)
{
    const char *text = metadata_text(reader, "measured");
    json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *set = json_string_value(json_object_get(object, "set"));
    weights->measured_on = strdup(set ? set : "");
    weights->accuracies = calloc(json_object_size(object) + 1, sizeof *weights->accuracies);
    LookoutStatus status = LOOKOUT_OK;
    if (!weights->measured_on || !weights->accuracies)
        status = detector_fail(reader->error, LOOKOUT_ERROR_MEMORY, "%s: no memory", reader->label);

    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const json_t *ap = json_object_get(value, "ap"), *ap50 = json_object_get(value, "ap50");
        if (status == LOOKOUT_OK && size_of_key(key) > 0 && is_share(ap))
            weights->accuracies[weights->accuracy_count++] = (LookoutAccuracy){
                size_of_key(key), json_number_value(ap), is_share(ap50) ? json_number_value(ap50) : 0};
    }
    json_decref(object);
    if (status == LOOKOUT_OK)
        qsort(weights->accuracies, (size_t)weights->accuracy_count, sizeof *weights->accuracies,
              compare_sizes);
    return status;
}

static LookoutStatus check_format(const MetadataReader *reader)
{
    const char *format = metadata_text(reader, "format");
    if (format && strcmp(format, "lookout-ssd-1") == 0)
        return FAIL(reader,
                    FIELD_FORMAT "lookout-ssd-1, the first edition, which is no longer read; expected "
                                 "lookout-ssd-2, as the weights that come with this version",
                    reader->label, "format");
    return check_text(reader, "format", "lookout-ssd-2");
}

LookoutStatus model_metadata_read(const json_t *metadata, const char *label, ModelWeights *weights,
                                  LookoutError *error)
{
    const MetadataReader *reader = &(MetadataReader){metadata, label, error};
    Network *network = &weights->network;
    LookoutStatus status;
    if ((status = check_format(reader)) != LOOKOUT_OK ||
        (status = read_alpha(reader, &network->alpha)) != LOOKOUT_OK ||
        (status = read_classes(reader, &weights->classes, &network->class_count)) != LOOKOUT_OK ||
        (status = read_features(reader, network)) != LOOKOUT_OK ||
        (status = read_padding(reader, network)) != LOOKOUT_OK ||
        (status = check_box_coding(reader)) != LOOKOUT_OK ||
        (status = check_text(reader, "score_activation", "sigmoid")) != LOOKOUT_OK ||
        (status = check_input(reader)) != LOOKOUT_OK ||
        (status = check_text(reader, "activation", "relu6")) != LOOKOUT_OK ||
        (status = copy_text(reader, "training_data", &weights->training_data)) != LOOKOUT_OK ||
        (status = copy_text(reader, "licence", &weights->licence)) != LOOKOUT_OK)
        return status;
    return read_measured(reader, weights);
}
