#include "tests/detector/reference.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shared.h"

/* The table of the specification; how many channels a layer has, its tensor says. `from`: the layer before
 * it, unless it is named. */
static const struct {
    const char *name;
    char kind; /* c: 3x3 of all channels, d: depthwise 3x3, p: 1x1 with ReLU6, h: 1x1 without, of the head */
    int stride;
    const char *from;
} table[REFERENCE_LAYERS] = {
    {"conv0", 'c', 2, NULL},
    {"block1.depthwise", 'd', 1, NULL},
    {"block1.pointwise", 'p', 1, NULL},
    {"block2.depthwise", 'd', 2, NULL},
    {"block2.pointwise", 'p', 1, NULL},
    {"block3.depthwise", 'd', 1, NULL},
    {"block3.pointwise", 'p', 1, NULL},
    {"block4.depthwise", 'd', 2, NULL},
    {"block4.pointwise", 'p', 1, NULL},
    {"block5.depthwise", 'd', 1, NULL},
    {"block5.pointwise", 'p', 1, NULL},
    {"head1.depthwise", 'd', 1, "block5.pointwise"},
    {"head1.pointwise", 'h', 1, NULL},
    {"block6.depthwise", 'd', 2, "block5.pointwise"},
    {"block6.pointwise", 'p', 1, NULL},
    {"block7.depthwise", 'd', 1, NULL},
    {"block7.pointwise", 'p', 1, NULL},
    {"block8.depthwise", 'd', 1, NULL},
    {"block8.pointwise", 'p', 1, NULL},
    {"block9.depthwise", 'd', 1, NULL},
    {"block9.pointwise", 'p', 1, NULL},
    {"block10.depthwise", 'd', 1, NULL},
    {"block10.pointwise", 'p', 1, NULL},
    {"block11.depthwise", 'd', 1, NULL},
    {"block11.pointwise", 'p', 1, NULL},
    {"head2.depthwise", 'd', 1, "block11.pointwise"},
    {"head2.pointwise", 'h', 1, NULL},
    {"block12.depthwise", 'd', 2, "block11.pointwise"},
    {"block12.pointwise", 'p', 1, NULL},
    {"block13.depthwise", 'd', 1, NULL},
    {"block13.pointwise", 'p', 1, NULL},
    {"head3.depthwise", 'd', 1, "block13.pointwise"},
    {"head3.pointwise", 'h', 1, NULL},
    {"extra1.squeeze", 'p', 1, "block13.pointwise"},
    {"extra1.expand", 'c', 2, NULL},
    {"head4.depthwise", 'd', 1, "extra1.expand"},
    {"head4.pointwise", 'h', 1, NULL},
    {"extra2.squeeze", 'p', 1, "extra1.expand"},
    {"extra2.expand", 'c', 2, NULL},
    {"head5.depthwise", 'd', 1, "extra2.expand"},
    {"head5.pointwise", 'h', 1, NULL},
};

typedef struct Tensor {
    int padding;         /* of a 3x3 layer: 1 unless the metadata say otherwise */
    int outputs, inputs; /* inputs: of one output, taps not counted */
    double *weight;      /* [outputs][inputs][3][3] or [outputs][inputs] */
    double *bias;        /* [outputs] */
} Tensor;

struct Reference {
    Tensor tensors[REFERENCE_LAYERS];
    ReferenceMap maps[REFERENCE_LAYERS];
};

static double half_to_double(const unsigned char *bytes)
{
    int bits = bytes[0] | bytes[1] << 8;
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double magnitude = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -magnitude : magnitude;
}

/* Widens the tensor PREFIX.SUFFIX; its first two sizes go to outputs and inputs. */
static double *read_tensor(const json_t *header, const unsigned char *data, const char *prefix,
                           const char *suffix, int *outputs, int *inputs)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", prefix, suffix);
    const json_t *entry = json_object_get(header, name), *shape = json_object_get(entry, "shape");
    json_int_t begin = json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
    json_int_t end = json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 1));
    size_t count = (size_t)(end - begin) / 2;
    *outputs = (int)json_integer_value(json_array_get(shape, 0));
    *inputs = (int)json_integer_value(json_array_get(shape, 1));
    double *values = count ? malloc(count * sizeof *values) : NULL;
    for (size_t i = 0; values && i < count; i++)
        values[i] = half_to_double(data + begin + 2 * (json_int_t)i);
    return values;
}

/* Its entry in the metadata's `padding`, where a layer of stride 2 stands under the name of its block. */
static int read_padding(const json_t *header, const char *layer, int stride)
{
    if (stride == 1)
        return 1;
    char block[32];
    snprintf(block, sizeof block, "%.*s", (int)strcspn(layer, "."), layer);
    const json_t *text = json_object_get(json_object_get(header, "__metadata__"), "padding");
    json_t *object = json_loads(json_string_value(text), 0, NULL);
    int padding = (int)json_integer_value(json_object_get(object, block));
    json_decref(object);
    return padding;
}

Reference *reference_open(const char *path)
{
    size_t size = 0;
    unsigned char *bytes = file_bytes(path, &size);
    Reference *reference = calloc(1, sizeof *reference);
    json_t *header = NULL;
    int complete = 0;
    if (bytes && reference && size > 8) {
        size_t header_size = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16;
        header = json_loadb((const char *)bytes + 8, header_size, 0, NULL);
        complete = header != NULL;
        for (int i = 0; complete && i < REFERENCE_LAYERS; i++) {
            Tensor *tensor = &reference->tensors[i];
            const unsigned char *data = bytes + 8 + header_size;
            int outputs, none;
            tensor->bias = read_tensor(header, data, table[i].name, "bias", &outputs, &none);
            tensor->weight =
                read_tensor(header, data, table[i].name, "weight", &tensor->outputs, &tensor->inputs);
            tensor->padding = read_padding(header, table[i].name, table[i].stride);
            complete = tensor->bias && tensor->weight && outputs == tensor->outputs;
        }
    }
    json_decref(header);
    free(bytes);
    if (!complete) {
        fprintf(stderr, "%s: the reference cannot read it\n", path);
        reference_close(reference);
        return NULL;
    }
    return reference;
}

void reference_close(Reference *reference)
{
    if (!reference)
        return;
    for (int i = 0; i < REFERENCE_LAYERS; i++) {
        free(reference->tensors[i].weight);
        free(reference->tensors[i].bias);
        free(reference->maps[i].values);
    }
    free(reference);
}

static double relu6(double x)
{
    return x < 0 ? 0 : x > 6 ? 6 : x;
}

/* 3x3, padded by zeros; depthwise if each output has one input. */
static double convolve(const ReferenceMap *in, const Tensor *tensor, int depthwise, int y, int x, int stride,
                       int out)
{
    double sum = tensor->bias[out];
    for (int tap = 0; tap < 9; tap++) {
        const int row = y * stride - tensor->padding + tap / 3,
                  column = x * stride - tensor->padding + tap % 3;
        if (row < 0 || row >= in->height || column < 0 || column >= in->width)
            continue;
        const double *pixel =
            in->values + ((size_t)row * (size_t)in->width + (size_t)column) * (size_t)in->channels;
        const double *weight = tensor->weight + (size_t)out * (size_t)tensor->inputs * 9 + tap;
        for (int i = 0; i < tensor->inputs; i++)
            sum += pixel[depthwise ? out : i] * weight[i * 9];
    }
    return relu6(sum);
}

static double multiply(const double *pixel, const Tensor *tensor, int out)
{
    const double *weight = tensor->weight + (size_t)out * (size_t)tensor->inputs;
    double sum = tensor->bias[out];
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < tensor->inputs; i++)
        sum += pixel[i] * weight[i];
    return sum;
}

static void compute(ReferenceMap *map, const ReferenceMap *in, const Tensor *tensor, char kind, int stride)
{
    double squares = 0;
    double *value = map->values;
    for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
            for (int out = 0; out < map->channels; out++) {
                if (kind == 'c' || kind == 'd') {
                    *value = convolve(in, tensor, kind == 'd', y, x, stride, out);
                } else {
                    *value = multiply(in->values +
                                          ((size_t)y * (size_t)in->width + (size_t)x) * (size_t)in->channels,
                                      tensor, out);
                    if (kind == 'p')
                        *value = relu6(*value);
                }
                squares += *value * *value;
                value++;
            }
    map->rms = sqrt(squares / ((double)map->height * map->width * map->channels));
}

static int find_layer(const char *name)
{
    int index = 0;
    while (strcmp(table[index].name, name) != 0)
        index++;
    return index;
}

void reference_run(Reference *reference, int size, const uint8_t *rgb)
{
    size_t pixels = (size_t)size * (size_t)size;
    ReferenceMap picture = {"picture", size, size, 3, 0, malloc(pixels * 3 * sizeof(double))};
    if (!picture.values)
        abort();
    for (size_t i = 0; i < pixels * 3; i++)
        picture.values[i] = (rgb[i] - 127.5) / 127.5;

    for (int i = 0; i < REFERENCE_LAYERS; i++) {
        const ReferenceMap *in = i == 0 ? &picture : &reference->maps[i - 1];
        if (table[i].from)
            in = &reference->maps[find_layer(table[i].from)];
        ReferenceMap *map = &reference->maps[i];
        free(map->values);
        map->name = table[i].name;
        map->height = (in->height + table[i].stride - 1) / table[i].stride;
        map->width = (in->width + table[i].stride - 1) / table[i].stride;
        map->channels = reference->tensors[i].outputs;
        map->values =
            malloc((size_t)map->height * (size_t)map->width * (size_t)map->channels * sizeof(double));
        if (!map->values)
            abort();
        compute(map, in, &reference->tensors[i], table[i].kind, table[i].stride);
    }
    free(picture.values);
}

const ReferenceMap *reference_map(const Reference *reference, int index)
{
    return &reference->maps[index];
}
