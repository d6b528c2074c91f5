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

static JsonLine *create_line(int max_objects)
{
    JsonLine *line = json_line_create(&model, max_objects, NULL, 0);
    assert_non_null(line);
    return line;
}

/* The line of an observation, which must be one whole object; to be given back. */
static json_t *parse(JsonLine *line, const Observation *observation)
{
    size_t length;
    const char *text = json_line_format(line, observation, &length);
    assert_int_equal(length, strlen(text));
    assert_int_equal(text[length - 1], '\n');
    assert_ptr_equal(strchr(text, '\n'), text + length - 1);
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    return object;
}

static json_t *detection_of(const json_t *object, size_t index)
{
    return json_array_get(json_object_get(object, "detections"), index);
}

static void an_empty_frame(void **state)
{
    (void)state;
    JsonLine *line = create_line(100);
    static const Observation observation = {
        .width = 640,
        .height = 360,
        .time_ns = 33333333,
        .sequence = 7,
        .alpha = 1,
        .size = 224,
        .stage_ms = {[STAGE_READ] = 1, [STAGE_INFERENCE] = 5.1, [STAGE_DRAW] = 2},
    };
    size_t length;
    const char *text = json_line_format(line, &observation, &length);
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
    JsonLine *line = create_line(2);
    static const Observation observation = {
        .width = 333,
        .height = 1001,
        .time_ns = -1500000000,
        .sequence = 1,
        .alpha = 1,
        .size = 160,
        .stage_ms = {[STAGE_INFERENCE] = 0.12345},
        .count = 3,
        .objects =
            {
                {.box = {.x1 = 0, .y1 = 0.1f, .x2 = 1, .y2 = 0.70001f, .score = 0.93456f, .class_index = 1}},
                {.box = {.x1 = 0.25f, .y1 = 0.5f, .x2 = 0.5f, .y2 = 1, .score = 1, .class_index = 2}},
                {.box = {.x1 = 0, .y1 = 0, .x2 = 1, .y2 = 1, .score = 0.5f, .class_index = 3}},
            },
    };
    json_t *object = parse(line, &observation);
    assert_true(fabs(json_number_value(json_object_get(object, "time")) + 1.5) < 1e-9);
    /* never more than the buffer was made for */
    assert_int_equal(json_array_size(json_object_get(object, "detections")), 2);
    for (size_t i = 0; i < 2; i++) {
        const SceneBox *expected = &observation.objects[i].box;
        json_t *item = detection_of(object, i);
        assert_string_equal(json_string_value(json_object_get(item, "class")), names[expected->class_index]);
        assert_true(fabs(json_number_value(json_object_get(item, "score")) - expected->score) <= 5.1e-5);
        double box[4];
        for (size_t j = 0; j < 4; j++)
            box[j] = json_number_value(json_array_get(json_object_get(item, "box"), j));
        assert_true(fabs(box[0] - expected->x1 * 333) <= 0.0051);
        assert_true(fabs(box[1] - expected->y1 * 1001) <= 0.0051);
        assert_true(fabs(box[0] + box[2] - expected->x2 * 333) <= 0.0051);
        assert_true(fabs(box[1] + box[3] - expected->y2 * 1001) <= 0.0051);
    }
    json_decref(object);
    json_line_destroy(line);
}

static void the_longest_line_fits(void **state)
{
    (void)state; /* a sanitizer build sees a byte too many */
    static char name[2001], source[2001];
    memset(name, '\x01', sizeof name - 1);
    memset(source, '\x02', sizeof source - 1);
    const char *const long_names[] = {name}, *const sources[] = {"short", source};
    const LookoutModelInfo odd = {.class_count = 1, .classes = long_names};
    JsonLine *line = json_line_create(&odd, OBSERVATION_MAX_OBJECTS, sources, 2);
    assert_non_null(line);
    static Observation observation;
    observation = (Observation){
        .source = 1,
        .width = INT_MIN,
        .height = INT_MIN,
        .time_ns = INT64_MIN,
        .sequence = INT64_MIN,
        .alpha = 123456789.123456,
        .size = INT_MIN,
        .stage_ms = {[STAGE_INFERENCE] = 1e300},
        .count = OBSERVATION_MAX_OBJECTS,
    };
    for (int i = 0; i < OBSERVATION_MAX_OBJECTS; i++)
        observation.objects[i] = (SceneObject){
            .box = {.x1 = -1e30f, .y1 = NAN, .x2 = 1e30f, .y2 = INFINITY, .score = -1e30f},
            .id = INT_MIN,
            .held = true,
        };
    json_t *object = parse(line, &observation);
    assert_int_equal(json_array_size(json_object_get(object, "detections")), OBSERVATION_MAX_OBJECTS);
    assert_string_equal(json_string_value(json_object_get(object, "source")), source);
    json_decref(object);
    json_line_destroy(line);
}

static void ids_where_there_are_any(void **state)
{
    (void)state;
    JsonLine *line = create_line(10);
    static const Observation observation = {
        .width = 100,
        .height = 100,
        .alpha = 0.5,
        .size = 128,
        .count = 2,
        .objects = {{.box = {.x2 = 1, .y2 = 1, .score = 0.5f}, .id = 42}, {.box = {.x2 = 1, .y2 = 1}}},
    };
    json_t *object = parse(line, &observation);
    assert_int_equal(json_integer_value(json_object_get(detection_of(object, 0), "id")), 42);
    assert_null(json_object_get(detection_of(object, 1), "id"));
    assert_true(json_number_value(json_object_get(object, "alpha")) == 0.5);
    json_decref(object);
    json_line_destroy(line);
}

static void held_objects_say_so(void **state)
{
    (void)state;
    JsonLine *line = create_line(10);
    static const Observation observation = {
        .width = 100,
        .height = 100,
        .count = 2,
        .objects = {{.box = {.x2 = 1, .y2 = 1, .score = 0.5f}, .id = 1, .held = true},
                    {.box = {.x2 = 1, .y2 = 1, .score = 0.4f}, .id = 2}},
    };
    json_t *object = parse(line, &observation);
    assert_true(json_is_true(json_object_get(detection_of(object, 0), "held")));
    assert_null(json_object_get(detection_of(object, 1), "held"));
    json_decref(object);
    json_line_destroy(line);
}

static void sources_where_there_are_several(void **state)
{
    (void)state;
    static const char *const sources[] = {"door", "a \"yard\""};
    JsonLine *line = json_line_create(&model, 10, sources, 2);
    assert_non_null(line);
    for (int i = 0; i < 2; i++) {
        const Observation observation = {.source = i, .width = 100, .height = 100};
        json_t *object = parse(line, &observation);
        assert_string_equal(json_string_value(json_object_get(object, "source")), sources[i]);
        json_decref(object);
    }
    json_line_destroy(line);
    /* of several, only one of which could be opened */
    line = json_line_create(&model, 10, sources, 1);
    assert_non_null(line);
    const Observation observation = {.width = 100, .height = 100};
    size_t length;
    assert_non_null(
        strstr(json_line_format(line, &observation, &length), "{\"source\":\"door\",\"frame\":0,"));
    json_line_destroy(line);
    line = create_line(10);
    json_t *object = parse(line, &observation);
    assert_null(json_object_get(object, "source"));
    json_decref(object);
    json_line_destroy(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_frame),        cmocka_unit_test(boxes_in_pixels),
        cmocka_unit_test(the_longest_line_fits), cmocka_unit_test(ids_where_there_are_any),
        cmocka_unit_test(held_objects_say_so),   cmocka_unit_test(sources_where_there_are_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
