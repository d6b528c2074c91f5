/* From detections to the objects of an observation, with and without a tracker, and to boxes in a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/objects.h"
#include <math.h>
#include <string.h>

static Observation observation;
static LookoutDetection detections[OBSERVATION_MAX_OBJECTS];

/* `count` boxes that do not overlap, best first, the best with this score. */
static LookoutResult result_of(int count, float best)
{
    for (int i = 0; i < count; i++) {
        const float x = (float)(i % 20) / 20, y = (float)(i / 20) / 20;
        detections[i] = (LookoutDetection){.x1 = x,
                                           .y1 = y,
                                           .x2 = x + 0.04f,
                                           .y2 = y + 0.04f,
                                           .score = best - 0.001f * (float)i,
                                           .class_index = i % 2};
    }
    return (LookoutResult){.detections = detections, .count = count};
}

static void set(int64_t time_ns, int count, float best, Tracker *tracker, double threshold)
{
    const LookoutResult result = result_of(count, best);
    observation.time_ns = time_ns;
    objects_set(&observation, &result, tracker, threshold);
}

static void without_a_tracker_they_are_the_detections(void **state)
{
    (void)state;
    set(0, OBSERVATION_MAX_OBJECTS, 0.9f, NULL, 0.3);
    assert_int_equal(observation.count, OBSERVATION_MAX_OBJECTS);
    for (int i = 0; i < observation.count; i++) {
        const SceneObject *object = &observation.objects[i];
        assert_int_equal(object->id, 0);
        assert_false(object->held);
        assert_int_equal(object->box.class_index, i % 2);
        assert_true(object->box.x1 == detections[i].x1 && object->box.y1 == detections[i].y1 &&
                    object->box.x2 == detections[i].x2 && object->box.y2 == detections[i].y2 &&
                    object->box.score == detections[i].score);
    }
    set(1, 0, 0.9f, NULL, 0.3);
    assert_int_equal(observation.count, 0);
}

#define FRAME_NS INT64_C(33333333)

/* Those that are held count too: never more than were asked for, the best ones. */
static void a_tracker_keeps_to_the_most_detections(void **state)
{
    (void)state;
    enum { MOST = 5 };
    Tracker *tracker = tracker_create(MOST);
    assert_non_null(tracker);
    for (int i = 0; i < 5; i++)
        set(i * FRAME_NS, MOST, 0.9f, tracker, 0.3);
    assert_int_equal(observation.count, MOST);
    for (int i = 0; i < MOST; i++)
        assert_true(observation.objects[i].id > 0);
    /* others appear, while those before are held */
    const LookoutResult others = {.detections = detections + 100, .count = MOST};
    result_of(200, 0.95f);
    for (int i = 0; i < MOST; i++)
        detections[100 + i].score = 0.95f;
    observation.time_ns = 5 * FRAME_NS;
    objects_set(&observation, &others, tracker, 0.3);
    assert_int_equal(observation.count, MOST);
    for (int i = 1; i < observation.count; i++)
        assert_true(observation.objects[i].box.score <= observation.objects[i - 1].box.score);
    for (int i = 0; i < observation.count; i++)
        assert_true(observation.objects[i].box.score > 0.94f);
    tracker_destroy(tracker);
}

static void a_tracker_numbers_and_holds(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(10);
    for (int i = 0; i < 5; i++)
        set(i * FRAME_NS, 1, 0.9f, tracker, 0.3);
    assert_int_equal(observation.count, 1);
    assert_int_equal(observation.objects[0].id, 1);
    assert_int_equal(observation.objects[0].first_ns, 0);
    assert_false(observation.objects[0].held);
    set(5 * FRAME_NS, 0, 0.9f, tracker, 0.3);
    assert_int_equal(observation.count, 1);
    assert_true(observation.objects[0].held);
    set(60 * FRAME_NS, 0, 0.9f, tracker, 0.3); /* not for ever */
    assert_int_equal(observation.count, 0);
    tracker_destroy(tracker);
}

/* A new object has to reach it. */
static void the_threshold_is_for_new_objects(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(10);
    const float between = (float)(tracker_lower_threshold(0.6) + 0.6) / 2;
    set(0, 1, between, tracker, 0.6);
    assert_int_equal(observation.count, 0);
    for (int i = 1; i < 5; i++)
        set(i * FRAME_NS, 1, 0.9f, tracker, 0.6);
    set(5 * FRAME_NS, 1, between, tracker, 0.6);
    assert_int_equal(observation.count, 1);
    assert_false(observation.objects[0].held);
    tracker_destroy(tracker);
}

static void a_copy_has_the_objects_and_what_saw_them(void **state)
{
    (void)state;
    static Observation to;
    set(0, 7, 0.9f, NULL, 0.3);
    observation.alpha = 0.5;
    observation.size = 192;
    to = (Observation){.sequence = 99, .time_ns = 77};
    objects_copy(&to, &observation);
    assert_int_equal(to.count, 7);
    assert_memory_equal(to.objects, observation.objects, 7 * sizeof *to.objects);
    assert_true(to.alpha == 0.5 && to.size == 192);
    assert_true(to.sequence == 99 && to.time_ns == 77); /* the rest is of the frame */
}

static void a_box_in_pixels(void **state)
{
    (void)state;
    const char *const classes[] = {"person", "cat"};
    const SceneObject object = {.box = {0.25f, 0.5f, 0.75f, 1, 0.8f, 1}};
    const DrawBox box = object_box(&object, classes, 640, 360);
    assert_true(fabs(box.x - 160) < 1e-3 && fabs(box.y - 180) < 1e-3);
    assert_true(fabs(box.width - 320) < 1e-3 && fabs(box.height - 180) < 1e-3);
    assert_int_equal(box.class_index, 1);
    assert_string_equal(box.label, "cat");
    assert_true(fabs(box.score - 0.8) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_tracker_they_are_the_detections),
        cmocka_unit_test(a_tracker_keeps_to_the_most_detections),
        cmocka_unit_test(a_tracker_numbers_and_holds),
        cmocka_unit_test(the_threshold_is_for_new_objects),
        cmocka_unit_test(a_copy_has_the_objects_and_what_saw_them),
        cmocka_unit_test(a_box_in_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
