/* The JSON line: valid, complete, exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/sinks/json_line.h"
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"person", "cell \"phone\"", "a\\b\n\x7f", "caf\xc3\xa9"};
static const LookoutModelInfo model = {.alpha = 1, .class_count = 4, .classes = names};

static void an_empty_frame(void **state)
{
    (void)state;
    JsonLine *line = json_line_create(&model, 100);
    assert_non_null(line);
    const Frame frame = {.width = 640, .height = 360, .time_ns = 33333333, .sequence = 7};
    const LookoutResult result = {.inference_ms = 5.1};
    size_t length;
    const OutputFrame done = {.frame = &frame, .result = &result, .alpha = 1, .size = 224};
    const char *text = json_line_format(line, &done, &length);
    assert_string_equal(
        text, "{\"frame\":7,\"time\":0.033333,\"width\":640,\"height\":360,\"alpha\":1.0,\"size\":224,"
              "\"inference_ms\":5.1,\"detections\":[]}\n");
    assert_int_equal(length, strlen(text));
    json_line_destroy(line);
    json_line_destroy(NULL);
}

static void boxes_in_pixels(void **state)
{
    (void)state;
    JsonLine *line = json_line_create(&model, 2);
    assert_non_null(line);
    const Frame frame = {.width = 333, .height = 1001, .time_ns = -1500000000, .sequence = 1};
    const LookoutDetection detections[] = {
        {.x1 = 0, .y1 = 0.1f, .x2 = 1, .y2 = 0.70001f, .score = 0.93456f, .class_index = 1},
        {.x1 = 0.25f, .y1 = 0.5f, .x2 = 0.5f, .y2 = 1, .score = 1, .class_index = 2},
        {.x1 = 0, .y1 = 0, .x2 = 1, .y2 = 1, .score = 0.5f, .class_index = 3},
    };
    const LookoutResult result = {.detections = detections, .count = 3, .inference_ms = 0.12345};
    size_t length;
    const OutputFrame done = {.frame = &frame, .result = &result, .alpha = 1, .size = 160};
    const char *text = json_line_format(line, &done, &length);
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    assert_true(fabs(json_number_value(json_object_get(object, "time")) + 1.5) < 1e-9);
    json_t *list = json_object_get(object, "detections");
    assert_int_equal(json_array_size(list), 2); /* never more than the buffer was made for */
    for (size_t i = 0; i < 2; i++) {
        json_t *item = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(item, "class")),
                            names[detections[i].class_index]);
        assert_true(fabs(json_number_value(json_object_get(item, "score")) - detections[i].score) <= 5.1e-5);
        double box[4];
        for (size_t j = 0; j < 4; j++)
            box[j] = json_number_value(json_array_get(json_object_get(item, "box"), j));
        assert_true(fabs(box[0] - detections[i].x1 * 333) <= 0.0051);
        assert_true(fabs(box[1] - detections[i].y1 * 1001) <= 0.0051);
        assert_true(fabs(box[0] + box[2] - detections[i].x2 * 333) <= 0.0051);
        assert_true(fabs(box[1] + box[3] - detections[i].y2 * 1001) <= 0.0051);
    }
    json_decref(object);
    json_line_destroy(line);
}

static void the_longest_line_fits(void **state)
{
    (void)state; /* a sanitizer build sees a byte too many */
    static char name[2001];
    memset(name, '\x01', sizeof name - 1);
    const char *const long_names[] = {name};
    const LookoutModelInfo odd = {.class_count = 1, .classes = long_names};
    JsonLine *line = json_line_create(&odd, 300);
    assert_non_null(line);
    const Frame frame = {.width = 16384, .height = 16384, .time_ns = INT64_MIN, .sequence = INT64_MAX};
    static LookoutDetection detections[300];
    static int ids[300];
    for (int i = 0; i < 300; i++) {
        ids[i] = INT_MIN;
        detections[i] =
            (LookoutDetection){.x1 = -1e30f, .y1 = NAN, .x2 = 1e30f, .y2 = INFINITY, .score = -1e30f};
    }
    const LookoutResult result = {.detections = detections, .count = 300, .inference_ms = 1e300};
    size_t length;
    const OutputFrame done = {
        .frame = &frame, .result = &result, .ids = ids, .alpha = 123456789.123456, .size = INT_MIN};
    const char *text = json_line_format(line, &done, &length);
    json_t *object = json_loadb(text, length, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_array_size(json_object_get(object, "detections")), 300);
    json_decref(object);
    json_line_destroy(line);
}

static void ids_where_there_are_any(void **state)
{
    (void)state;
    JsonLine *line = json_line_create(&model, 10);
    assert_non_null(line);
    const Frame frame = {.width = 100, .height = 100};
    const LookoutDetection detection = {.x2 = 1, .y2 = 1, .score = 0.5f};
    const LookoutResult result = {.detections = &detection, .count = 1};
    const int id = 42;
    const OutputFrame done = {.frame = &frame, .result = &result, .ids = &id, .alpha = 0.5, .size = 128};
    size_t length;
    json_t *object = json_loads(json_line_format(line, &done, &length), JSON_REJECT_DUPLICATES, NULL);
    json_t *item = json_array_get(json_object_get(object, "detections"), 0);
    assert_int_equal(json_integer_value(json_object_get(item, "id")), 42);
    assert_true(json_number_value(json_object_get(object, "alpha")) == 0.5);
    json_decref(object);
    json_line_destroy(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_frame),
        cmocka_unit_test(boxes_in_pixels),
        cmocka_unit_test(the_longest_line_fits),
        cmocka_unit_test(ids_where_there_are_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
