#include "tests/detector/model_test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shared.h"

const char *const test_alphas[ALPHAS] = {"1.00", "0.75", "0.50", "0.25"};
const int test_sizes[SIZES] = {224, 192, 160, 128};

LookoutEngine *test_engine(int threads, const char *isa)
{
    LookoutError error = {0};
    LookoutEngine *engine = lookout_engine_create(&(LookoutEngineOptions){threads, isa}, &error);
    if (!engine)
        fail_msg("%s", error.message);
    return engine;
}

LookoutModel *test_model(LookoutEngine *engine, const char *path)
{
    LookoutError error = {0};
    LookoutModel *model = lookout_model_load(engine, path, &error);
    if (!model)
        fail_msg("%s", error.message);
    return model;
}

Plan *test_plan(const LookoutModel *model, int size, PlanMode mode)
{
    LookoutError error = {0};
    Plan *plan = plan_create(model, size, mode, &error);
    if (!plan)
        fail_msg("%s", error.message);
    return plan;
}

const char *test_weights(const char *alpha)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/models/lookout-%s.safetensors", source_folder(), alpha);
    return path;
}

const char *test_shared_weights(const char *alpha)
{
    static char path[4096];
    char name[64];
    snprintf(name, sizeof name, "weights-2/lookout-%s.safetensors", alpha);
    shared_path(name, path, sizeof path);
    return path;
}

static uint8_t *new_picture(int size)
{
    uint8_t *rgb = malloc((size_t)size * (size_t)size * 3);
    assert_non_null(rgb);
    return rgb;
}

uint8_t *test_picture(int size)
{
    char name[64];
    snprintf(name, sizeof name, "weights-2/golden/input-%d.rgb", size);
    size_t bytes = 0;
    uint8_t *rgb = shared_bytes(name, &bytes);
    if (rgb && bytes == (size_t)size * (size_t)size * 3)
        return rgb;
    free(rgb);

    rgb = new_picture(size);
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            double u = (double)x / size, v = (double)y / size;
            int inside = hypot(u - 0.4, v - 0.55) < 0.2 || (u > 0.6 && u < 0.85 && v > 0.2 && v < 0.9);
            uint8_t *pixel = rgb + ((size_t)y * (size_t)size + (size_t)x) * 3;
            pixel[0] = (uint8_t)(inside ? 220 - 100 * v : 128 + 100 * sin(7 * u));
            pixel[1] = (uint8_t)(inside ? 60 + 50 * u : 128 + 90 * cos(5 * v));
            pixel[2] = (uint8_t)(inside ? 30 : 255 * u * v);
        }
    return rgb;
}

uint8_t *test_noise(int size)
{
    uint8_t *rgb = new_picture(size);
    uint64_t random = 1;
    for (size_t i = 0; i < (size_t)size * (size_t)size * 3; i++)
        rgb[i] = (uint8_t)(256 * random_unit(&random));
    return rgb;
}

double test_tolerance(double rms)
{
    return 1e-4 * (rms > 1e-3 ? rms : 1e-3);
}

const float *test_pixel(const PlanMap *map, int pixel)
{
    assert_int_equal(map->shape.dtype, DTYPE_F32);
    return (const float *)(const void *)(map->data + pixel * map->shape.pixel_bytes);
}

void test_same_heads(const Plan *a, const Plan *b, const char *what)
{
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        PlanMap left = plan_head(a, level), right = plan_head(b, level);
        assert_int_equal(left.shape.height, right.shape.height);
        assert_int_equal(left.shape.width, right.shape.width);
        assert_int_equal(left.shape.channels, right.shape.channels);
        for (int pixel = 0; pixel < map_pixels(&left.shape); pixel++)
            if (memcmp(test_pixel(&left, pixel), test_pixel(&right, pixel),
                       sizeof(float) * (size_t)left.shape.channels) != 0)
                fail_msg("%s: head%d differs at pixel %d", what, level + 1, pixel);
    }
}

/* A float16 number, its magnitude within a factor of two of `scale`. */
static void put_random_half(uint8_t *bytes, double scale, uint64_t *random)
{
    int exponent;
    frexp(scale, &exponent);
    exponent += 14;
    exponent = exponent < 0 ? 0 : exponent;
    int bits = (random_unit(random) < 0.5 ? 1 << 15 : 0) | exponent << 10 | (int)(1024 * random_unit(random));
    bytes[0] = (uint8_t)bits;
    bytes[1] = (uint8_t)(bits >> 8);
}

static void add_tensor(json_t *header, const char *prefix, const char *suffix, json_t *shape, size_t *offset,
                       int64_t count)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", prefix, suffix);
    size_t end = *offset + 2 * (size_t)count;
    json_object_set_new(header, name,
                        json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F16", "shape", shape, "data_offsets",
                                  (json_int_t)*offset, (json_int_t)end));
    *offset = end;
}

static json_t *new_metadata(double alpha, int classes, const char *padding)
{
    char alpha_text[32];
    snprintf(alpha_text, sizeof alpha_text, "%g", alpha);
    json_t *names = json_array();
    for (int i = 0; i < classes; i++) {
        char name[32];
        snprintf(name, sizeof name, "thing %d", i);
        json_array_append_new(names, json_string(name));
    }
    char *names_text = json_dumps(names, 0);
    json_t *metadata = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "format", "lookout-ssd-2", "alpha", alpha_text,
        "classes", names_text, "features",
        "[{\"from\":\"block5\",\"stride\":8,\"anchors\":[[14,14],[11,24]]},"
        "{\"from\":\"block11\",\"stride\":16,\"anchors\":[[30,30],[42.5,20],[20,42.5]]},"
        "{\"from\":\"block13\",\"stride\":32,\"anchors\":[[100,100]]},"
        "{\"from\":\"extra1\",\"stride\":64,\"anchors\":[[150,150],[200,100]]},"
        "{\"from\":\"extra2\",\"stride\":128,\"anchors\":[[195,195],[4096,0.5],[250,100],[30,30]]}]",
        "padding", padding, "box_coding", "{\"center\":0.1,\"size\":0.2}", "score_activation", "sigmoid",
        "input", "{\"channels\":\"RGB\",\"mean\":127.5,\"std\":127.5,\"resize\":\"stretch\"}", "activation",
        "relu6");
    free(names_text);
    json_decref(names);
    return metadata;
}

int test_write_random_weights(const char *path, double alpha, int classes, const int padding[NETWORK_STRIDED])
{
    static const int anchors[NETWORK_LEVELS] = {2, 3, 1, 2, 4};
    char padding_text[256];
    Network network = {.alpha = alpha, .class_count = classes};
    for (int i = 0; i < NETWORK_LEVELS; i++)
        network.anchors[i].count = anchors[i];
    memcpy(network.padding, padding, sizeof network.padding);
    network_build(&network);
    snprintf(
        padding_text, sizeof padding_text,
        "{\"conv0\":%d,\"block2\":%d,\"block4\":%d,\"block6\":%d,\"block12\":%d,\"extra1\":%d,\"extra2\":%d}",
        padding[0], padding[1], padding[2], padding[3], padding[4], padding[5], padding[6]);
    json_t *header = json_object();
    json_object_set_new(header, "__metadata__", new_metadata(alpha, classes, padding_text));
    size_t bytes = 0;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network.layers[i];
        int taps = layer->kind == LOOKOUT_LAYER_POINTWISE ? 1 : 3;
        int inputs = layer->kind == LOOKOUT_LAYER_DEPTHWISE ? 1 : layer->in_channels;
        add_tensor(header, layer->name, "weight",
                   json_pack("[i, i, i, i]", layer->out_channels, inputs, taps, taps), &bytes,
                   network_weight_count(layer));
        add_tensor(header, layer->name, "bias", json_pack("[i]", layer->out_channels), &bytes,
                   layer->out_channels);
    }
    char *text = json_dumps(header, JSON_COMPACT);
    uint8_t *data = malloc(bytes), *next = data;
    uint64_t random = 7;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network.layers[i];
        int64_t weights = network_weight_count(layer);
        /* He et al. 2015: variance 2 / inputs keeps activations of the same size from layer to layer. */
        double scale = sqrt(2.0 * layer->out_channels / (double)weights);
        for (int64_t n = 0; n < weights + layer->out_channels; n++, next += 2)
            put_random_half(next, n < weights ? scale : 0.1, &random);
    }

    size_t length = strlen(text);
    uint8_t prefix[8] = {0};
    for (int i = 0; i < 8; i++)
        prefix[i] = (uint8_t)((uint64_t)length >> 8 * i);
    FILE *file = fopen(path, "wb");
    int written = file && fwrite(prefix, 1, 8, file) == 8 && fwrite(text, 1, length, file) == length &&
                  fwrite(data, 1, bytes, file) == bytes;
    if (file && fclose(file) != 0)
        written = 0;
    free(data);
    free(text);
    json_decref(header);
    return written;
}
