/* The file format lookout-ssd-1: which metadata and which tensors a safetensors file must hold. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detector/error.h"
#include "detector/model.h"
#include "detector/safetensors.h"

#define MIN_ALPHA 0.05
#define MAX_ALPHA 2.0
#define MAX_CLASS_NAME 100 /* bytes */

typedef struct Reader {
    Safetensors file;
    const char *label; /* the file in messages */
    DetectorError *error;
} Reader;

#define FAIL(reader, ...) detector_fail((reader)->error, DETECTOR_ERROR_FORMAT, __VA_ARGS__)
#define FIELD_FORMAT "%s: metadata field %s: "

static const char *metadata_text(const Reader *reader, const char *field)
{
    return json_string_value(json_object_get(reader->file.metadata, field));
}

/* The text of a field that must be there; NULL with the error filled if it is not. */
static const char *required_text(const Reader *reader, const char *field)
{
    const char *text = metadata_text(reader, field);
    if (!text)
        FAIL(reader, FIELD_FORMAT "missing", reader->label, field);
    return text;
}

static DetectorStatus check_text(const Reader *reader, const char *field, const char *expected)
{
    const char *text = required_text(reader, field);
    if (!text)
        return DETECTOR_ERROR_FORMAT;
    if (strcmp(text, expected) != 0)
        return FAIL(reader, FIELD_FORMAT "%.60s, expected %s", reader->label, field, text, expected);
    return DETECTOR_OK;
}

/* The JSON value in a field's text, which the caller releases; NULL with the error filled. jansson's numbers
 * do not depend on the locale. */
static json_t *required_json(const Reader *reader, const char *field)
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

static int near(const json_t *value, double expected)
{
    return json_is_number(value) && fabs(json_number_value(value) - expected) <= 1e-6 * fabs(expected);
}

static DetectorStatus read_alpha(const Reader *reader, double *alpha)
{
    json_t *value = required_json(reader, "alpha");
    if (!value)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
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

static DetectorStatus check_class_name(const Reader *reader, const json_t *list, size_t index)
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
    return DETECTOR_OK;
}

/* Fills weights->classes; *count also when it fails half-way, so that they can be freed. */
static DetectorStatus read_classes(const Reader *reader, char ***classes, int *count)
{
    json_t *list = required_json(reader, "classes");
    if (!list)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
    size_t size = json_array_size(list);
    if (size < 1 || size > NETWORK_MAX_CLASSES) {
        status = json_is_array(list)
                     ? FAIL(reader, FIELD_FORMAT "%zu names, expected 1 to %d", reader->label, "classes",
                            size, NETWORK_MAX_CLASSES)
                     : FAIL(reader, FIELD_FORMAT "not a list of names", reader->label, "classes");
        goto done;
    }
    *classes = calloc(size, sizeof **classes);
    if (!*classes) {
        status = detector_fail(reader->error, DETECTOR_ERROR_MEMORY, "%s: no memory", reader->label);
        goto done;
    }
    *count = (int)size;
    for (size_t i = 0; i < size && status == DETECTOR_OK; i++) {
        status = check_class_name(reader, list, i);
        if (status != DETECTOR_OK)
            break;
        (*classes)[i] = strdup(json_string_value(json_array_get(list, i)));
        if (!(*classes)[i])
            status = detector_fail(reader->error, DETECTOR_ERROR_MEMORY, "%s: no memory", reader->label);
    }
done:
    json_decref(list);
    return status;
}

static DetectorStatus check_features(const Reader *reader)
{
    json_t *list = required_json(reader, "features");
    if (!list)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
    if (json_array_size(list) != NETWORK_LEVELS) /* 0 for what is no list */
        status = FAIL(reader, FIELD_FORMAT "%zu feature maps, expected a list of %d", reader->label,
                      "features", json_array_size(list), NETWORK_LEVELS);
    for (int i = 0; i < NETWORK_LEVELS && status == DETECTOR_OK; i++) {
        const json_t *feature = json_array_get(list, (size_t)i);
        const char *from = json_string_value(json_object_get(feature, "from"));
        const json_t *stride = json_object_get(feature, "stride");
        const json_t *anchors = json_object_get(feature, "anchors");
        if (json_object_size(feature) != 3 || !from || strcmp(from, network_features[i]) != 0 ||
            !json_is_integer(stride) || json_integer_value(stride) != network_strides[i] ||
            !json_is_integer(anchors) || json_integer_value(anchors) != network_anchors[i]) {
            char *found = json_dumps(feature, JSON_ENCODE_ANY | JSON_COMPACT);
            status = FAIL(reader,
                          FIELD_FORMAT "entry %d is %.80s, expected {\"from\":\"%s\",\"stride\":%d,"
                                       "\"anchors\":%d}",
                          reader->label, "features", i, found ? found : "unreadable", network_features[i],
                          network_strides[i], network_anchors[i]);
            free(found);
        }
    }
    json_decref(list);
    return status;
}

static DetectorStatus check_anchor_sides(const Reader *reader)
{
    json_t *list = required_json(reader, "anchor_sides");
    if (!list)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
    if (json_array_size(list) != NETWORK_SIDES)
        status = FAIL(reader, FIELD_FORMAT "%zu sides, expected a list of %d", reader->label, "anchor_sides",
                      json_array_size(list), NETWORK_SIDES);
    for (int i = 0; i < NETWORK_SIDES && status == DETECTOR_OK; i++) {
        const json_t *side = json_array_get(list, (size_t)i);
        if (!json_is_number(side))
            status = FAIL(reader, FIELD_FORMAT "entry %d is not a number", reader->label, "anchor_sides", i);
        else if (!near(side, network_anchor_sides[i]))
            status = FAIL(reader, FIELD_FORMAT "entry %d is %.9g, expected %.9g", reader->label,
                          "anchor_sides", i, json_number_value(side), network_anchor_sides[i]);
    }
    json_decref(list);
    return status;
}

static DetectorStatus check_box_coding(const Reader *reader)
{
    json_t *coding = required_json(reader, "box_coding");
    if (!coding)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
    if (json_object_size(coding) != 2 || !near(json_object_get(coding, "center"), 0.1) ||
        !near(json_object_get(coding, "size"), 0.2))
        status = FAIL(reader, FIELD_FORMAT "%.80s, expected {\"center\":0.1,\"size\":0.2}", reader->label,
                      "box_coding", metadata_text(reader, "box_coding"));
    json_decref(coding);
    return status;
}

static DetectorStatus check_input(const Reader *reader)
{
    json_t *input = required_json(reader, "input");
    if (!input)
        return DETECTOR_ERROR_FORMAT;
    DetectorStatus status = DETECTOR_OK;
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

static DetectorStatus copy_text(const Reader *reader, const char *field, char **out)
{
    const char *text = metadata_text(reader, field);
    *out = strdup(text ? text : "");
    return *out ? DETECTOR_OK
                : detector_fail(reader->error, DETECTOR_ERROR_MEMORY, "%s: no memory", reader->label);
}

static DetectorStatus read_metadata(const Reader *reader, ModelWeights *weights)
{
    double alpha = 0;
    DetectorStatus status;
    if ((status = check_text(reader, "format", "lookout-ssd-1")) != DETECTOR_OK ||
        (status = read_alpha(reader, &alpha)) != DETECTOR_OK ||
        (status = read_classes(reader, &weights->classes, &weights->network.class_count)) != DETECTOR_OK ||
        (status = check_features(reader)) != DETECTOR_OK ||
        (status = check_anchor_sides(reader)) != DETECTOR_OK ||
        (status = check_box_coding(reader)) != DETECTOR_OK ||
        (status = check_text(reader, "score_activation", "sigmoid")) != DETECTOR_OK ||
        (status = check_input(reader)) != DETECTOR_OK ||
        (status = check_text(reader, "padding", "symmetric")) != DETECTOR_OK ||
        (status = check_text(reader, "activation", "relu6")) != DETECTOR_OK ||
        (status = copy_text(reader, "training_data", &weights->training_data)) != DETECTOR_OK ||
        (status = copy_text(reader, "measured", &weights->measured)) != DETECTOR_OK ||
        (status = copy_text(reader, "licence", &weights->licence)) != DETECTOR_OK)
        return status;
    network_init(&weights->network, alpha, weights->network.class_count);
    return DETECTOR_OK;
}

#define TENSOR_NAME 48 /* bytes that hold "<layer>.weight" */

static void tensor_name(char name[TENSOR_NAME], const NetworkLayer *layer, int bias)
{
    snprintf(name, TENSOR_NAME, "%s.%s", layer->name, bias ? "bias" : "weight");
}

static void shape_text(char *text, size_t size, int rank, const int64_t *shape)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%jd", i ? "," : "", (intmax_t)shape[i]);
    if (used < size)
        snprintf(text + used, size - used, "]");
}

/* Finds a layer's weight or bias and compares its shape. */
static DetectorStatus find_tensor(const Reader *reader, const NetworkLayer *layer, int bias,
                                  const SafetensorsTensor **found)
{
    char name[TENSOR_NAME];
    tensor_name(name, layer, bias);
    int64_t kernel = layer->kind == DETECTOR_LAYER_POINTWISE ? 1 : 3;
    int64_t expected[4] = {layer->out_channels,
                           layer->kind == DETECTOR_LAYER_DEPTHWISE ? 1 : layer->in_channels, kernel, kernel};
    int rank = bias ? 1 : 4;

    const SafetensorsTensor *tensor = safetensors_find(&reader->file, name);
    if (!tensor)
        return FAIL(reader, "%s: tensor %s: missing", reader->label, name);
    if (tensor->rank != rank || memcmp(tensor->shape, expected, sizeof *expected * (size_t)rank) != 0) {
        char is[200], should_be[100];
        shape_text(is, sizeof is, tensor->rank, tensor->shape);
        shape_text(should_be, sizeof should_be, rank, expected);
        return FAIL(reader, "%s: tensor %s: shape %s, expected %s", reader->label, name, is, should_be);
    }
    *found = tensor;
    return DETECTOR_OK;
}

/* The file has all tensors of the network and more: names one that does not belong. */
static DetectorStatus name_unknown_tensor(const Reader *reader, const Network *network)
{
    for (size_t t = 0; t < reader->file.count; t++) {
        int known = 0;
        for (int i = 0; i < NETWORK_LAYERS * 2 && !known; i++) {
            char name[TENSOR_NAME];
            tensor_name(name, &network->layers[i / 2], i % 2);
            known = strcmp(name, reader->file.tensors[t].name) == 0;
        }
        if (!known)
            return FAIL(reader, "%s: tensor %.100s: unknown, expected only the network's own tensors",
                        reader->label, reader->file.tensors[t].name);
    }
    return DETECTOR_OK;
}

static DetectorStatus read_tensors(const Reader *reader, ModelWeights *weights)
{
    const Network *network = &weights->network;
    const SafetensorsTensor *tensors[NETWORK_LAYERS * 2];
    for (int i = 0; i < NETWORK_LAYERS * 2; i++) {
        DetectorStatus status = find_tensor(reader, &network->layers[i / 2], i % 2, &tensors[i]);
        if (status != DETECTOR_OK)
            return status;
    }
    if (reader->file.count > NETWORK_LAYERS * 2)
        return name_unknown_tensor(reader, network);

    for (int i = 0; i < NETWORK_LAYERS * 2; i++) {
        const uint8_t *values = reader->file.data + tensors[i]->begin;
        int64_t bad = safetensors_find_not_finite(&reader->file, tensors[i]);
        if (bad >= 0)
            return FAIL(reader, "%s: tensor %s: value %jd is infinite or not a number", reader->label,
                        tensors[i]->name, (intmax_t)bad);
        *(i % 2 ? &weights->bias[i / 2] : &weights->weight[i / 2]) = values;
    }
    return DETECTOR_OK;
}

DetectorStatus model_weights_parse(ModelWeights *weights, const uint8_t *bytes, size_t size, const char *name,
                                   DetectorError *error)
{
    Reader reader = {.label = name, .error = error};
    memset(weights, 0, sizeof *weights);
    DetectorStatus status = safetensors_open(&reader.file, bytes, size, name, error);
    if (status != DETECTOR_OK)
        return status;
    status = read_metadata(&reader, weights);
    if (status == DETECTOR_OK)
        status = read_tensors(&reader, weights);
    safetensors_close(&reader.file);
    if (status != DETECTOR_OK)
        model_weights_free(weights);
    return status;
}

DetectorStatus model_weights_read(ModelWeights *weights, const char *path, DetectorError *error)
{
    /* the end of a long path, so that what is wrong still fits into the message */
    char label[200];
    size_t length = strlen(path);
    snprintf(label, sizeof label, "%s%s", length < sizeof label ? "" : "...",
             length < sizeof label ? path : path + length - (sizeof label - 4));

    uint8_t *bytes = NULL;
    size_t size = 0;
    memset(weights, 0, sizeof *weights);
    DetectorStatus status = safetensors_read_file(path, label, &bytes, &size, error);
    if (status == DETECTOR_OK)
        status = model_weights_parse(weights, bytes, size, label, error);
    if (status == DETECTOR_OK)
        weights->bytes = bytes;
    else
        free(bytes);
    return status;
}

void model_weights_free(ModelWeights *weights)
{
    for (int i = 0; weights->classes && i < weights->network.class_count; i++)
        free(weights->classes[i]);
    free(weights->classes);
    free(weights->training_data);
    free(weights->measured);
    free(weights->licence);
    free(weights->bytes);
    memset(weights, 0, sizeof *weights);
}
