/* Weights files: what is read from good ones, and that every kind of damage is refused with a message that
 * names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detector/base/float16.h"
#include "detector/model/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/shared.h"
#include "tests/support/weights_file.h"

static void expect_refusal(const uint8_t *bytes, size_t size, const char *message)
{
    ModelWeights weights, empty;
    LookoutError error = {0};
    memset(&weights, 0x55, sizeof weights);
    memset(&empty, 0, sizeof empty);
    uint8_t *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    if (size)
        memcpy(exact, bytes, size);
    if (model_weights_parse(&weights, exact, size, "a.safetensors", &error) != LOOKOUT_ERROR_FORMAT)
        fail_msg("not refused; expected: %s", message);
    free(exact);
    assert_int_equal(error.status, LOOKOUT_ERROR_FORMAT);
    if (strncmp(error.message, "a.safetensors: ", 15) != 0 || !strstr(error.message, message) ||
        strchr(error.message, '\n'))
        fail_msg("message: %s\nexpected: %s", error.message, message);
    assert_memory_equal(&weights, &empty, sizeof weights); /* nothing left to free */
}

/* ---- good files --------------------------------------------------------------------------------------- */

/* IEEE 754-2008, section 3.4 */
static double half_value(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double magnitude = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return half & 0x8000 ? -magnitude : magnitude;
}

/* As a model takes it from a tensor. */
static float value_at(const uint8_t *tensor, size_t index)
{
    return float16_widen(float16_at(tensor, index));
}

static void small_file_is_read(void **state)
{
    (void)state;
    File file = make_file();
    size_t size;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    ModelWeights weights;
    LookoutError error;
    if (model_weights_parse(&weights, bytes, size, "a", &error) != LOOKOUT_OK)
        fail_msg("%s", error.message);
    assert_true(weights.network.alpha == 0.05);
    assert_int_equal(weights.network.class_count, 2);
    assert_string_equal(weights.classes[0], "cat");
    assert_string_equal(weights.classes[1], "dog");
    assert_string_equal(weights.licence, "free");
    assert_string_equal(weights.measured_on, "ten photos");
    assert_int_equal(weights.accuracy_count, 2);
    assert_int_equal(weights.accuracies[0].size, 128);
    assert_true(weights.accuracies[0].ap == 0.1 && weights.accuracies[0].ap50 == 0);
    assert_int_equal(weights.accuracies[1].size, 224);
    assert_true(weights.accuracies[1].ap == 0.2 && weights.accuracies[1].ap50 == 0.4);
    static const int counts[] = {1, 2, 3, 1, 2}, padding[] = {0, 1, 1, 0, 1, 0, 1};
    for (int i = 0; i < NETWORK_LEVELS; i++)
        assert_int_equal(weights.network.anchors[i].count, counts[i]);
    assert_true(weights.network.anchors[0].shapes[0].width == 14);
    assert_true(weights.network.anchors[0].shapes[0].height == 15.5);
    assert_true(weights.network.anchors[4].shapes[1].width == 4096);
    assert_true(weights.network.anchors[4].shapes[1].height == 0.25);
    assert_memory_equal(weights.network.padding, padding, sizeof padding);
    assert_string_equal(weights.training_data, "");
    /* conv0.weight, conv0.bias and block1.depthwise.weight are the first in the file, head5.* the last */
    for (size_t i = 0; i < 216; i++)
        assert_true(value_at(weights.weight[0], i) == half_value(half_at(i)));
    for (size_t i = 0; i < 8; i++)
        assert_true(value_at(weights.bias[0], i) == half_value(half_at(216 + i)));
    for (size_t i = 0; i < 72; i++)
        assert_true(value_at(weights.weight[1], i) == half_value(half_at(224 + i)));
    assert_string_equal(weights.network.layers[NETWORK_LAYERS - 1].name, "head5.pointwise");
    for (size_t i = 0; i < 12; i++)
        assert_true(value_at(weights.bias[NETWORK_LAYERS - 1], i) ==
                    half_value(half_at(file.data_size / 2 - 12 + i)));
    model_weights_free(&weights);
    free(bytes);
    free_file(&file);
}

/* All 65,536 halves in turn as the first weight. */
static void every_half_is_widened(void **state)
{
    (void)state;
    File file = make_file();
    size_t size;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    uint8_t *first = bytes + size - file.data_size;
    for (int base = 0; base < 0x10000; base += 216) {
        int count = base + 216 < 0x10000 ? 216 : 0x10000 - base, finite = 1;
        for (int i = 0; i < count; i++) {
            first[2 * i] = (uint8_t)(base + i);
            first[2 * i + 1] = (uint8_t)((base + i) >> 8);
            finite &= ((base + i) & 0x7c00) != 0x7c00;
        }
        ModelWeights weights;
        assert_int_equal(model_weights_parse(&weights, bytes, size, "a", NULL),
                         finite ? LOOKOUT_OK : LOOKOUT_ERROR_FORMAT);
        for (int i = 0; finite && i < count; i++) {
            double expected = half_value((uint16_t)(base + i));
            assert_true(value_at(weights.weight[0], (size_t)i) == expected);
            assert_int_equal(!signbit(value_at(weights.weight[0], (size_t)i)), !signbit(expected));
        }
        model_weights_free(&weights);
    }
    free(bytes);
    free_file(&file);
}

static void text_that_may_vary_is_accepted(void **state)
{
    (void)state;
    static const char *const variants[][2] = {
        {"\"0.05\"", "\"5e-2\""},
        {"\"0.05\"", "\" 0.0500 \""},
        {"14,15.5", "1.4e1,0.00001"},
        {"[[14,15.5]]", "[ [14, 15.5] ]"},
        {"\\\"conv0\\\":0,\\\"block2\\\":1", "\\\"block2\\\":1,\\\"conv0\\\":0"},
        {"\\\"ap\\\":0.2", "\\\"ap\\\":0.2,\\\"tiles\\\":{\\\"2\\\":0.3}"},
        {"\\\"224\\\":{", "\\\"int8\\\":{"},
        {"{\\\"set\\\"", "ten photos, {\\\"set\\\""},
        {"\\\"size\\\":0.2", "\\\"size\\\" : 2e-1"},
        {"127.5", "1.275e2"},
        {"\\\"cat\\\"", "\\\"caf\\\\u00e9\\\""},
        {"\"licence\":\"free\"", "\"note\":\"a key of one's own\""},
        {"\"format\"", "\"training_data\":\"two\\nlines\",\"format\""},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        File file = make_file();
        replace(file.header, variants[i][0], variants[i][1]);
        size_t size;
        uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
        ModelWeights weights;
        LookoutError error;
        if (model_weights_parse(&weights, bytes, size, "a", &error) != LOOKOUT_OK)
            fail_msg("%s: %s", variants[i][1], error.message);
        assert_true(weights.network.alpha == 0.05);
        model_weights_free(&weights);
        free(bytes);
        free_file(&file);
    }
}

static void own_models_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double alpha;
        int64_t parameters;
    } models[] = {
        {"1.00", 1, 5551308}, {"0.75", 0.75, 3237132}, {"0.50", 0.5, 1540684}, {"0.25", 0.25, 461964}};
    for (size_t i = 0; i < 4; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/models/lookout-%s.safetensors", source_folder(), models[i].name);
        ModelWeights weights;
        LookoutError error;
        if (model_weights_read(&weights, path, &error) != LOOKOUT_OK)
            fail_msg("%s", error.message);
        assert_true(weights.network.alpha == models[i].alpha);
        int64_t parameters = 0;
        for (int layer = 0; layer < NETWORK_LAYERS; layer++) {
            size_t count = (size_t)network_weight_count(&weights.network.layers[layer]);
            for (size_t k = 0; k < count; k++)
                assert_true(fabsf(value_at(weights.weight[layer], k)) < 100);
            parameters += (int64_t)count + weights.network.layers[layer].out_channels;
        }
        assert_int_equal(parameters, models[i].parameters);
        model_weights_free(&weights);
    }
}

/* ---- headers that are wrong in one place --------------------------------------------------------------- */

#define BLOCK5 "{\\\"from\\\":\\\"block5\\\",\\\"stride\\\":8,\\\"anchors\\\":[[14,15.5]]},"
#define SIDES(sides) "[[" sides "]]},{\\\"from\\\":\\\"block11"
#define FIRST "\"conv0.weight\":{\"dtype\":\"F16\",\"shape\":[8,3,3,3],\"data_offsets\":[0,432]}"

static const struct {
    const char *from, *to, *message;
} wrong_headers[] = {
    /* JSON */
    {"{\"__metadata__\"", "\"__metadata__\"", "the header is not JSON"},
    {"\"conv0.bias\"", "\"conv0.weight\"", "the header is not JSON: duplicate"},
    {"\"format\"", "\"licence\":\"\",\"format\"", "the header is not JSON: duplicate"},
    {"cat", "c\xff", "the header is not JSON: unable to decode"},
    {"cat", "c\\u0000", "the header is not JSON: \\u0000 is not allowed"},
    /* metadata */
    {METADATA, "\"__metadata__\":[]", "__metadata__ is not an object"},
    {METADATA ",", "", "metadata field format: missing"},
    {"\"alpha\":\"0.05\"", "\"alpha\":0.05", "metadata field alpha: not a string"},
    {"lookout-ssd-2", "lookout-ssd-3", "metadata field format: lookout-ssd-3, expected lookout-ssd-2"},
    {"lookout-ssd-2", "lookout-ssd-1",
     "metadata field format: lookout-ssd-1, the first edition, which is no longer read; expected "
     "lookout-ssd-2"},
    {"\"alpha\"", "\"alphb\"", "metadata field alpha: missing"},
    {"\"0.05\"", "\"0.05x\"", "metadata field alpha: 0.05x is not JSON"},
    {"\"0.05\"", "\"0,05\"", "metadata field alpha: 0,05 is not JSON"},
    {"\"0.05\"", "\"\"", "metadata field alpha:  is not JSON"},
    {"\"0.05\"", "\"NaN\"", "metadata field alpha: NaN is not JSON"},
    {"\"0.05\"", "\"1e999\"", "metadata field alpha: 1e999 is not JSON"},
    {"\"0.05\"", "\"true\"", "metadata field alpha: true, expected a number from 0.05 to 2"},
    {"\"0.05\"", "\"-1\"", "metadata field alpha: -1, expected a number"},
    {"\"0.05\"", "\"0.049\"", "metadata field alpha: 0.049, expected a number"},
    {"\"0.05\"", "\"2.1\"", "metadata field alpha: 2.1, expected a number"},
    {"\"0.05\"", "\"1e9\"", "metadata field alpha: 1e9, expected a number"},
    {"\"0.05\"", "\"0.06\"", "shape [13,8,1,1], expected [15,8,1,1]"},
    {"\"" CLASSES "\"", "\"cat\"", "metadata field classes: cat is not JSON"},
    {"\"" CLASSES "\"", "\"{}\"", "metadata field classes: not a list of names"},
    {"\"" CLASSES "\"", "\"[]\"", "metadata field classes: 0 names, expected 1 to 1024"},
    {CLASSES, "[\\\"cat\\\",7]", "metadata field classes: entry 1 is not a string"},
    {CLASSES, "[\\\"cat\\\",\\\"\\\"]", "metadata field classes: entry 1 has 0 bytes"},
    {CLASSES, "[\\\"cat\\\",\\\"cat\\\"]", "metadata field classes: cat is there twice (entries 0 and 1)"},
    {"dog", "d\\\\u001b[2J", "metadata field classes: entry 1 has a control character"},
    {"dog", "d\\\\u009bx", "metadata field classes: entry 1 has a control character"},
    {"dog", "d\\\\u007f", "metadata field classes: entry 1 has a control character"},
    {"dog",
     "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "metadata field classes: entry 1 has 101 bytes, expected a name of 1 to 100"},
    {CLASSES, "[\\\"cat\\\"]", "tensor head1.pointwise.weight: shape [6,13,1,1], expected [5,13,1,1]"},
    {"\"features\"", "\"featured\"", "metadata field features: missing"},
    {BLOCK5, "", "metadata field features: 4 feature maps, expected a list of 5"},
    {BLOCK5, "8,", "metadata field features: entry 0 is 8, expected {\"from\":\"block5\""},
    {"block11", "block10", "metadata field features: entry 1 is {\"from\":\"block10\""},
    {"stride\\\":16", "stride\\\":17",
     "\"stride\":17,\"anchors\":[[30,30],[42,21]]}, expected {\"from\":\"block11\",\"stride\":16"},
    {"stride\\\":16", "stride\\\":16.0", "metadata field features: entry 1"},
    {"15.5]]", "15.5]],\\\"more\\\":0", "metadata field features: entry 0"},
    {"[[14,15.5]]", "3", "metadata field features: entry 0 has 0 anchors, expected a list of 1 to 16"},
    {"[[14,15.5]]", "[]", "metadata field features: entry 0 has 0 anchors, expected a list of 1 to 16"},
    {"[[14,15.5]]", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
     "metadata field features: entry 0 has 17 anchors, expected a list of 1 to 16"},
    {SIDES("14,15.5"), SIDES("14"), "entry 0: anchor 0 is not [width, height], two numbers above 0"},
    {SIDES("14,15.5"), SIDES("14,15.5,16"), "entry 0: anchor 0 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("14,\\\"15.5\\\""), "entry 0: anchor 0 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("0,15.5"), "entry 0: anchor 0 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("14,-1"), "entry 0: anchor 0 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("14,4096.1"), "two numbers above 0 and at most 4096"},
    {SIDES("14,15.5"), SIDES("14,null"), "entry 0: anchor 0 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("14,15.5],[7"), "entry 0: anchor 1 is not [width, height]"},
    {SIDES("14,15.5"), SIDES("14,15.5],[7,7"),
     "tensor head1.pointwise.weight: shape [6,13,1,1], expected [12,13,1,1]"},
    {"\"padding\"", "\"pudding\"", "metadata field padding: missing"},
    {"\\\"extra1\\\":0,", "", "metadata field padding: 6 layers, expected an object of 7"},
    {"\\\"extra1\\\":0,", "\\\"extra1\\\":0,\\\"block1\\\":1,", "metadata field padding: 8 layers"},
    {"\\\"extra1\\\":0", "\\\"block1\\\":0", "metadata field padding: extra1 is missing, expected 0 or 1"},
    {"\\\"extra1\\\":0", "\\\"extra1\\\":2", "metadata field padding: extra1 is 2, expected 0 or 1"},
    {"\\\"extra1\\\":0", "\\\"extra1\\\":-1", "metadata field padding: extra1 is -1, expected 0 or 1"},
    {"\\\"extra1\\\":0", "\\\"extra1\\\":0.0", "metadata field padding: extra1 is 0.0, expected 0 or 1"},
    {"\\\"extra1\\\":0", "\\\"extra1\\\":false", "metadata field padding: extra1 is false, expected 0 or 1"},
    {"center\\\":0.1", "center\\\":0.2",
     "metadata field box_coding: {\"center\":0.2,\"size\":0.2}, expected"},
    {"\\\"size\\\":0.2", "\\\"size\\\":0.2,\\\"angle\\\":1", "metadata field box_coding"},
    {"sigmoid", "softmax", "metadata field score_activation: softmax, expected sigmoid"},
    {"RGB", "BGR", "metadata field input: {\"channels\":\"BGR\""},
    {"stretch", "letterbox", "metadata field input"},
    {"mean\\\":127.5", "mean\\\":127.5,\\\"crop\\\":1", "metadata field input"},
    {"mean\\\":127.5", "mean\\\":0", "metadata field input"},
    {"std\\\":127.5", "std\\\":255", "metadata field input"},
    {"\"padding\":\"{", "\"padding\":\"symmetric {", "metadata field padding: symmetric {"},
    {"relu6", "relu", "metadata field activation: relu, expected relu6"},
    /* entries */
    {FIRST, "\"conv0.weight\":7", "tensor conv0.weight: header entry is not an object"},
    {"\"conv0.weight\":{", "\"conv0.weight\":{\"crc\":1,", "tensor conv0.weight: unknown key crc"},
    {"\"dtype\":\"F16\",", "", "tensor conv0.weight: dtype missing"},
    {"\"F16\"", "\"F32\"", "tensor conv0.weight: dtype F32, expected F16"},
    {"\"F16\"", "\"BF16\"", "tensor conv0.weight: dtype BF16, expected F16"},
    {"\"F16\"", "16", "tensor conv0.weight: dtype missing or not a string, expected F16"},
    {"conv0.bias", "conv0.bios", "tensor conv0.bias: missing"},
    {"head5.pointwise.bias", "head6.pointwise.bias", "tensor head5.pointwise.bias: missing"},
    /* shapes */
    {"\"shape\":[8,3,3,3],", "", "tensor conv0.weight: shape missing or not a list"},
    {"[8,3,3,3]", "{}", "tensor conv0.weight: shape missing or not a list"},
    {"[8,3,3,3]", "[8,27]", "tensor conv0.weight: shape [8,27], expected [8,3,3,3]"},
    {"[8,3,3,3]", "[8,3,3,3,1]", "tensor conv0.weight: shape [8,3,3,3,1], expected [8,3,3,3]"},
    {"[8,3,3,3]", "[3,8,3,3]", "tensor conv0.weight: shape [3,8,3,3], expected [8,3,3,3]"},
    {"[8,3,3,3]", "[]", "tensor conv0.weight: 432 bytes of data, expected 2"},
    {"[8,3,3,3]", "[1,1,1,1,1,1,1,1,216]", "tensor conv0.weight: 9 dimensions, expected at most 8"},
    {"[8,3,3,3]", "[8,3,3,0]", "shape: dimension 3 is not a positive integer"},
    {"[8,3,3,3]", "[8,3,-3,-3]", "shape: dimension 2 is not a positive integer"},
    {"[8,3,3,3]", "[8.0,3,3,3]", "shape: dimension 0 is not a positive integer"},
    {"[8,3,3,3]", "[\"8\",3,3,3]", "shape: dimension 0 is not a positive integer"},
    {"[8,3,3,3]", "[8,[3],3,3]", "shape: dimension 1 is not a positive integer"},
    {"[8,3,3,3]", "[true,3,3,3]", "shape: dimension 0 is not a positive integer"},
    /* products that wrap at 2^32, 2^63 and 2^64, and to the right number of elements */
    {"[8,3,3,3]", "[65536,65536]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[4294967296,2147483648]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[4294967296,4294967296]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[9223372036854775807,2]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[8,3,3,4611686018427387907]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[2305843009213693960,3,3,3]", "tensor conv0.weight: shape has more elements than"},
    {"[8,3,3,3]", "[9223372036854775808]", "the header is not JSON: too big integer"},
    /* offsets */
    {",\"data_offsets\":[0,432]", "", "tensor conv0.weight: data_offsets is not a list of two integers"},
    {"[0,432]", "[0]", "data_offsets is not a list of two integers"},
    {"[0,432]", "[0,432,432]", "data_offsets is not a list of two integers"},
    {"[0,432]", "[0.0,432]", "data_offsets is not a list of two integers"},
    {"[0,432]", "\"0,432\"", "data_offsets is not a list of two integers"},
    {"[0,432]", "[-432,0]", "data_offsets [-432,0], expected an interval within the file's"},
    {"[0,432]", "[432,0]", "data_offsets [432,0], expected an interval"},
    {"[0,432]", "[0,9223372036854775807]", "data_offsets [0,9223372036854775807], expected an interval"},
    {"[0,432]", "[9223372036854775376,9223372036854775807]", "expected an interval within"},
    {"[0,432]", "[0,430]", "tensor conv0.weight: 430 bytes of data, expected 432"},
    {"[0,432]", "[0,864]", "tensor conv0.weight: 864 bytes of data, expected 432"},
    {"[0,432]", "[2,434]", "tensor conv0.weight: data begins at 2, expected 0"},
    {"[432,448]", "[430,446]", "tensor conv0.bias: data begins at 430, expected 432"},
    {"[432,448]", "[434,450]", "tensor conv0.bias: data begins at 434, expected 432"},
    {"[432,448]", "[0,16]", "expected"},
};

static void wrong_headers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_headers / sizeof *wrong_headers; i++) {
        File file = make_file();
        replace(file.header, wrong_headers[i].from, wrong_headers[i].to);
        size_t size;
        uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
        expect_refusal(bytes, size, wrong_headers[i].message);
        free(bytes);
        free_file(&file);
    }
}

static void missing_tensor_is_named(void **state)
{
    (void)state;
    File file = make_file();
    /* the last one, so that the others still cover the data */
    char *entry = strstr(file.header, ",\"head5.pointwise.bias\"");
    assert_non_null(entry);
    strcpy(entry, "}");
    size_t size;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size - 24, &size);
    expect_refusal(bytes, size, "tensor head5.pointwise.bias: missing");
    free(bytes);
    free_file(&file);
}

static void unknown_tensor_is_named(void **state)
{
    (void)state;
    File file = make_file();
    file.header[strlen(file.header) - 1] = 0;
    add_tensor(&file, "head6", "weight", "[2,2]", 4);
    strcat(file.header, "}");
    size_t size;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    expect_refusal(bytes, size, "tensor head6.weight: unknown");
    free(bytes);
    free_file(&file);
}

static void too_many_classes_are_refused(void **state)
{
    (void)state;
    File file = make_file();
    char *names = malloc(32768), *end = names;
    assert_non_null(names);
    for (int i = 0; i <= LOOKOUT_MAX_CLASSES; i++)
        end += sprintf(end, "%c\\\"class %d\\\"", i ? ',' : '[', i);
    strcpy(end, "]");
    replace(file.header, CLASSES, names);
    size_t size;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    expect_refusal(bytes, size, "metadata field classes: 1025 names, expected 1 to 1024");
    free(bytes);
    free(names);
    free_file(&file);
}

/* ---- data and length --------------------------------------------------------------------------------- */

static void values_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const uint16_t halves[] = {0x7c00, 0xfc00, 0x7c01, 0x7e00, 0xffff};
    File file = make_file();
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        size_t size;
        uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
        uint8_t *data = bytes + size - file.data_size;
        data[432 + 2 * 5] = (uint8_t)halves[i];
        data[432 + 2 * 5 + 1] = (uint8_t)(halves[i] >> 8);
        expect_refusal(bytes, size, "tensor conv0.bias: value 5 is infinite or not a number");
        free(bytes);
    }
    free_file(&file);
}

static void wrong_lengths_are_refused(void **state)
{
    (void)state;
    File file = make_file();
    size_t size, length = strlen(file.header);
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    static const uint64_t lengths[] = {
        0, 1, 2, UINT64_MAX, UINT64_MAX - 7, (uint64_t)1 << 63, UINT32_MAX, (uint64_t)1 << 32};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (int b = 0; b < 8; b++)
            bytes[b] = (uint8_t)(lengths[i] >> (8 * b));
        expect_refusal(bytes, size, lengths[i] < 3 ? "the header is not JSON" : "header length");
    }
    for (int b = 0; b < 8; b++)
        bytes[b] = (uint8_t)((size - 7) >> (8 * b));
    expect_refusal(bytes, size, "header length");
    free(bytes);

    /* 4 spaces behind the header are part of it or of the data */
    strcpy(file.header + length, "    ");
    bytes = file_of(file.header, file.data, file.data_size, &size);
    ModelWeights weights;
    assert_int_equal(model_weights_parse(&weights, bytes, size, "a", NULL), LOOKOUT_OK);
    model_weights_free(&weights);
    for (int cut = 1; cut <= 4; cut++) {
        bytes[0] = (uint8_t)(length + 4 - (size_t)cut);
        bytes[1] = (uint8_t)((length + 4 - (size_t)cut) >> 8);
        expect_refusal(bytes, size, "bytes of data behind the last tensor, expected none");
    }
    free(bytes);
    bytes = file_of("[]", NULL, 0, &size);
    expect_refusal(bytes, size, "the header is not a JSON object");
    free(bytes);
    bytes = file_of("{}", NULL, 0, &size);
    expect_refusal(bytes, size, "metadata field format: missing");
    free(bytes);
    free_file(&file);
}

/* A header as long as it may be, of lists within lists, and one too long. */
static void deep_and_long_headers_are_refused(void **state)
{
    (void)state;
    size_t most = (size_t)4 << 20, size;
    char *header = malloc(most + 2);
    assert_non_null(header);
    memset(header, '[', most);
    header[most] = 0;
    uint8_t *bytes = file_of(header, NULL, 0, &size);
    expect_refusal(bytes, size, "the header is not JSON: maximum parsing depth");
    free(bytes);
    memset(header, ' ', most + 1);
    header[most + 1] = 0;
    bytes = file_of(header, NULL, 0, &size);
    expect_refusal(bytes, size, "header length 4194305, expected at most 4194304");
    free(bytes);
    free(header);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s/models/lookout-0.25.safetensors", source_folder());
    size_t size = 0;
    uint8_t *bytes = file_bytes(path, &size);
    assert_non_null(bytes);
    for (size_t cut = 0; cut < size; cut += cut < 20 ? 1 : cut < 12000 ? 37 : 9973)
        expect_refusal(bytes, cut, "");
    expect_refusal(bytes, size - 1, "");
    expect_refusal(bytes, size - 2, "");
    free(bytes);
}

/* ---- flipped bits: an error, or the same tensors and numbers ------------------------------------------- */

static void flip_bits(uint8_t *bytes, size_t size, size_t step)
{
    ModelWeights original;
    assert_int_equal(model_weights_parse(&original, bytes, size, "a", NULL), LOOKOUT_OK);
    size_t header = 8 + (bytes[0] | (size_t)bytes[1] << 8), refused = 0, accepted = 0;
    for (size_t bit = 0; bit < header * 8; bit += step) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ModelWeights weights;
        LookoutError error = {0};
        if (model_weights_parse(&weights, bytes, size, "a", &error) == LOOKOUT_OK) {
            assert_true(weights.network.alpha == original.network.alpha);
            assert_int_equal(weights.network.class_count, original.network.class_count);
            for (int i = 0; i < NETWORK_LEVELS; i++) /* their sides may be any, and so cannot be checked */
                assert_int_equal(weights.network.anchors[i].count, original.network.anchors[i].count);
            for (int i = 0; i < NETWORK_LAYERS; i++) {
                const NetworkLayer *layer = &original.network.layers[i];
                assert_memory_equal(weights.weight[i], original.weight[i],
                                    (size_t)network_weight_count(layer) * 2);
                assert_memory_equal(weights.bias[i], original.bias[i], (size_t)layer->out_channels * 2);
            }
            accepted++;
        } else {
            assert_true(*error.message != 0 && !strchr(error.message, '\n'));
            refused++;
        }
        model_weights_free(&weights);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > accepted);
    print_message("%zu flips refused, %zu harmless\n", refused, accepted);
    model_weights_free(&original);
}

static void flipped_header_bits(void **state)
{
    (void)state;
    File file = make_file();
    size_t size = 0;
    uint8_t *bytes = file_of(file.header, file.data, file.data_size, &size);
    flip_bits(bytes, size, 3);
    free(bytes);
    free_file(&file);

    char path[4096];
    snprintf(path, sizeof path, "%s/models/lookout-0.25.safetensors", source_folder());
    bytes = file_bytes(path, &size);
    assert_non_null(bytes);
    flip_bits(bytes, size, 19);
    free(bytes);
}

/* ---- what is not a file ------------------------------------------------------------------------- */

static void expect_unreadable(const char *path, LookoutStatus status, const char *message)
{
    ModelWeights weights;
    LookoutError error;
    assert_int_equal(model_weights_read(&weights, path, &error), status);
    if (!strstr(error.message, message))
        fail_msg("message: %s\nexpected: %s", error.message, message);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    const char *path;
    assert_int_equal(make_folder(state), 0);
    expect_unreadable(folder, LOOKOUT_ERROR_IO, "not a regular file");
    expect_unreadable("/dev/zero", LOOKOUT_ERROR_IO, "/dev/zero: not a regular file");
    expect_unreadable("", LOOKOUT_ERROR_IO, "cannot open weights file: No such file");
    expect_unreadable(in_folder("none"), LOOKOUT_ERROR_IO, "none: cannot open weights file: No such file");
    path = in_folder("fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_unreadable(path, LOOKOUT_ERROR_IO, "not a regular file");
    path = in_folder("file");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    expect_unreadable(path, LOOKOUT_ERROR_FORMAT, "the file is empty");
    assert_int_equal(ftruncate(fileno(file), ((off_t)256 << 20) + 1), 0);
    expect_unreadable(path, LOOKOUT_ERROR_FORMAT, "268435457 bytes, expected a weights file of at most");
    assert_int_equal(ftruncate(fileno(file), 100), 0);
    expect_unreadable(path, LOOKOUT_ERROR_FORMAT, "the header is not JSON");
    fclose(file);
    assert_int_equal(remove_folder(state), 0);
    /* of a long path the message has the end, and the cause */
    char longest[3000];
    memset(longest, 'a', sizeof longest - 1);
    strcpy(longest + sizeof longest - 20, "the_end.safetensors");
    expect_unreadable(longest, LOOKOUT_ERROR_IO, "the_end.safetensors: cannot open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_file_is_read),
        cmocka_unit_test(every_half_is_widened),
        cmocka_unit_test(text_that_may_vary_is_accepted),
        cmocka_unit_test(own_models_are_read),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(missing_tensor_is_named),
        cmocka_unit_test(unknown_tensor_is_named),
        cmocka_unit_test(too_many_classes_are_refused),
        cmocka_unit_test(values_that_are_not_finite_are_refused),
        cmocka_unit_test(wrong_lengths_are_refused),
        cmocka_unit_test(deep_and_long_headers_are_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(flipped_header_bits),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
