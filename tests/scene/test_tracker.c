/* Objects over time: matching, thresholds, holding, numbers, the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene/tracker.h"
#include <math.h>
#include <string.h>

static const int64_t frame_ns = 33333333;

enum { MOST = 300 };

static SceneBox box(int class_index, float x, float y, float size, float score)
{
    return (SceneBox){x, y, x + size, y + size, score, class_index};
}

/* One frame in which this was detected. Returns the number of objects. */
static int update(Tracker *tracker, int frame, const SceneObject **objects, int count, const SceneBox boxes[])
{
    int shown = tracker_update(tracker, boxes, count, frame * frame_ns, 0.5, objects);
    for (int i = 1; i < shown; i++)
        assert_true((*objects)[i - 1].box.score >= (*objects)[i].box.score);
    return shown;
}

static void a_known_object_may_fall_lower(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    assert_true(fabs(tracker_lower_threshold(0.5) - 0.3) < 1e-12);
    SceneBox low = box(1, 0.2f, 0.2f, 0.3f, 0.4f), high = box(1, 0.2f, 0.2f, 0.3f, 0.6f);
    assert_int_equal(update(tracker, 0, &objects, 1, &low), 0); /* not enough to appear */
    assert_int_equal(update(tracker, 1, &objects, 1, &high), 1);
    int id = objects[0].id;
    for (int frame = 2; frame < 30; frame++) {
        int shown = update(tracker, frame, &objects, 1, &low);
        assert_int_equal(shown, 1);
        assert_int_equal(objects[0].id, id);
        assert_true(objects[0].box.score == low.score);
    }
    tracker_destroy(tracker);
    tracker_destroy(NULL);
}

static void a_missed_object_is_held_and_moves_on(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    int frame = 0;
    for (; frame < 20; frame++) {
        SceneBox moving = box(3, 0.1f + 0.01f * (float)frame, 0.4f, 0.2f, 0.9f);
        assert_int_equal(update(tracker, frame, &objects, 1, &moving), 1);
        assert_false(objects[0].held);
    }
    int id = objects[0].id, held = 0;
    float last = 0.1f + 0.01f * 19;
    for (;; frame++, held++) {
        int shown = update(tracker, frame, &objects, 0, NULL);
        if (!shown)
            break;
        assert_int_equal(objects[0].id, id);
        assert_true(objects[0].held);
        assert_int_equal(objects[0].first_ns, 0);
        assert_true(objects[0].box.x1 > last && objects[0].box.x1 < last + 0.0105f);
        last = objects[0].box.x1;
    }
    assert_in_range(held, 8, 10); /* 0.3 s */
    SceneBox back = box(3, last, 0.4f, 0.2f, 0.9f);
    update(tracker, frame, &objects, 1, &back);
    assert_int_not_equal(objects[0].id, id); /* numbers are not used again */
    assert_false(objects[0].held);
    assert_int_equal(objects[0].first_ns, frame * frame_ns);
    tracker_destroy(tracker);
}

static void what_flashes_up_is_not_held(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    SceneBox flash = box(0, 0.5f, 0.5f, 0.2f, 0.8f);
    assert_int_equal(update(tracker, 0, &objects, 1, &flash), 1);
    assert_int_equal(update(tracker, 1, &objects, 0, NULL), 0);
    tracker_destroy(tracker);
}

static void neighbours_keep_their_numbers(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    int left = 0, right = 0, other = 0;
    for (int frame = 0; frame < 40; frame++) {
        /* two of a class pass each other in height, their scores change places; one of another class lies on
         * one */
        float shift = 0.01f * (float)frame;
        SceneBox pair[3] = {box(2, 0.1f, 0.1f + shift, 0.25f, frame % 2 ? 0.9f : 0.7f),
                            box(2, 0.4f, 0.6f - shift, 0.25f, 0.8f), box(5, 0.1f, 0.1f + shift, 0.25f, 0.6f)};
        if (!(frame % 2)) {
            SceneBox swap = pair[0];
            pair[0] = pair[1];
            pair[1] = swap;
        }
        int shown = update(tracker, frame, &objects, 3, pair);
        assert_int_equal(shown, 3);
        for (int i = 0; i < 3; i++) {
            int *known = objects[i].box.class_index == 5 ? &other
                         : objects[i].box.x1 < 0.25f     ? &left
                                                         : &right;
            assert_true(!frame || objects[i].id == *known);
            *known = objects[i].id;
        }
    }
    assert_true(left != right && left != other && right != other);
    tracker_destroy(tracker);
}

static void time_that_jumps_starts_anew(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    SceneBox still = box(1, 0.2f, 0.2f, 0.3f, 0.9f);
    for (int frame = 100; frame < 110; frame++)
        update(tracker, frame, &objects, 1, &still);
    int id = objects[0].id;
    assert_int_equal(update(tracker, 10, &objects, 1, &still), 1); /* back */
    assert_int_not_equal(objects[0].id, id);
    id = objects[0].id;
    assert_int_equal(update(tracker, 1000, &objects, 0, NULL), 0);   /* far ahead: nothing is held */
    assert_int_equal(update(tracker, 1000, &objects, 1, &still), 1); /* the same time twice */
    assert_int_equal(update(tracker, 1000, &objects, 1, &still), 1);
    assert_int_not_equal(objects[0].id, id);
    tracker_destroy(tracker);
}

/* Timestamps that are mended come a millisecond after one another. */
static void short_steps_say_nothing_about_speed(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    int64_t time_ns = 0;
    uint32_t random = 1;
    for (int frame = 0; frame < 600; frame++) {
        float at[2];
        for (int axis = 0; axis < 2; axis++) {
            random = random * 1664525 + 1013904223; /* Numerical Recipes, a linear congruential generator */
            at[axis] = 0.4f + 0.005f * ((float)(random >> 16) / 32768 - 1);
        }
        const SceneBox still = box(1, at[0], at[1], 0.1f, 0.9f);
        assert_int_equal(tracker_update(tracker, &still, 1, time_ns, 0.5, &objects), 1);
        assert_int_equal(objects[0].id, 1);
        assert_false(objects[0].held);
        time_ns += frame % 2 ? 65000000 : 1000000;
    }
    tracker_destroy(tracker);
}

static void a_reset_forgets_all_but_the_numbers(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    SceneBox still = box(1, 0.2f, 0.2f, 0.3f, 0.9f);
    for (int frame = 0; frame < 10; frame++)
        update(tracker, frame, &objects, 1, &still);
    int id = objects[0].id;
    tracker_reset(tracker);
    assert_int_equal(update(tracker, 10, &objects, 0, NULL), 0);
    assert_int_equal(update(tracker, 11, &objects, 1, &still), 1);
    assert_true(objects[0].id > id);
    tracker_destroy(tracker);
}

static void the_limit_keeps_the_best(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(2);
    const SceneObject *objects;
    int ids[2];
    const SceneBox left = box(1, 0.1f, 0.1f, 0.2f, 0.8f), right = box(1, 0.7f, 0.1f, 0.2f, 0.7f);
    const SceneBox both[2] = {left, right};
    for (int frame = 0; frame < 5; frame++)
        assert_int_equal(update(tracker, frame, &objects, 2, both), 2);
    ids[0] = objects[0].id, ids[1] = objects[1].id;

    /* what is held takes no place from what is seen and better */
    const SceneBox better[2] = {box(2, 0.1f, 0.7f, 0.2f, 0.95f), box(2, 0.7f, 0.7f, 0.2f, 0.9f)};
    for (int frame = 5; frame < 8; frame++) {
        assert_int_equal(update(tracker, frame, &objects, 2, better), 2);
        assert_true(objects[0].box.score == 0.95f && objects[1].box.score == 0.9f);
        assert_true(!objects[0].held && !objects[1].held);
    }

    /* and is known when it is back */
    assert_int_equal(update(tracker, 8, &objects, 2, both), 2);
    assert_true(objects[0].held && objects[1].held); /* the better ones */
    const SceneBox best = box(1, 0.1f, 0.1f, 0.2f, 0.99f);
    assert_int_equal(update(tracker, 9, &objects, 1, &best), 2);
    assert_int_equal(objects[0].id, ids[0]);

    /* all places for tracks are taken, by what is missing */
    const SceneBox newcomer = box(3, 0.4f, 0.4f, 0.2f, 0.999f);
    assert_int_equal(update(tracker, 10, &objects, 1, &newcomer), 2);
    assert_int_equal(objects[0].box.class_index, 3);
    assert_int_equal(objects[1].id, ids[0]);
    tracker_destroy(tracker);

    tracker = tracker_create(1);
    assert_int_equal(update(tracker, 0, &objects, 2, better), 1);
    assert_true(objects[0].box.score == 0.95f);
    tracker_destroy(tracker);
}

static void a_new_object_takes_no_place_from_a_detected_one(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(1); /* knows two, shows one */
    const SceneObject *objects;
    const SceneBox better = box(1, 0.7f, 0.1f, 0.2f, 0.8f), worse = box(1, 0.1f, 0.1f, 0.2f, 0.7f);
    const SceneBox best = box(1, 0.1f, 0.1f, 0.2f, 0.99f); /* the worse one, so that it is shown */
    update(tracker, 0, &objects, 2, (const SceneBox[]){best, better});
    const int id = objects[0].id;
    update(tracker, 1, &objects, 2, (const SceneBox[]){better, worse});
    const SceneBox newcomer = box(2, 0.4f, 0.6f, 0.2f, 0.9f);
    assert_int_equal(update(tracker, 2, &objects, 3, (const SceneBox[]){newcomer, better, worse}), 1);
    assert_int_equal(objects[0].box.class_index, 1); /* there was no place for the newcomer */
    assert_int_equal(update(tracker, 3, &objects, 1, &best), 1);
    assert_int_equal(objects[0].id, id);
    tracker_destroy(tracker);
}

static void assert_iou(float expected, SceneBox a, SceneBox b)
{
    const float there = scene_box_iou(&a, &b), back = scene_box_iou(&b, &a);
    assert_true(fabsf(there - expected) < 1e-6f && there == back);
}

static void overlaps_are_measured(void **state)
{
    (void)state;
    const SceneBox square = box(0, 0.2f, 0.2f, 0.2f, 1);
    assert_iou(1, square, square);
    assert_iou(0.25f, square, box(0, 0.2f, 0.2f, 0.4f, 1));          /* a quarter of it */
    assert_iou(1.0f / 7, square, box(0, 0.3f, 0.3f, 0.2f, 1));       /* a quarter of each */
    assert_iou(0, square, box(0, 0.4f, 0.2f, 0.2f, 1));              /* side by side */
    assert_iou(0, square, box(0, 0.5f, 0.5f, 0.2f, 1));              /* apart in both directions */
    assert_iou(0, square, (SceneBox){0.3f, 0.3f, 0.3f, 0.3f, 1, 0}); /* a point */
    assert_false(scene_box_is_empty(&square));
    assert_true(scene_box_is_empty(&(SceneBox){0.3f, 0.3f, 0.3f, 0.4f, 1, 0}));
    assert_true(scene_box_is_empty(&(SceneBox){0.3f, 0.5f, 0.4f, 0.4f, 1, 0}));
}

static void boxes_stay_in_the_picture(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    const SceneObject *objects;
    for (int frame = 0; frame < 60; frame++) {
        /* runs out of the picture, is missed every other frame */
        float x = 0.5f + 0.02f * (float)frame;
        SceneBox moving = box(1, x, 0.1f, 0.2f, 0.9f);
        moving.x2 = fminf(moving.x2, 1);
        int shown = update(tracker, frame, &objects, x < 0.98f && (frame < 6 || frame % 2), &moving);
        for (int i = 0; i < shown; i++)
            assert_true(objects[i].box.x1 >= 0 && objects[i].box.x1 < objects[i].box.x2 &&
                        objects[i].box.x2 <= 1);
    }
    tracker_destroy(tracker);
}

static void a_full_house(void **state)
{
    (void)state;
    Tracker *tracker = tracker_create(MOST);
    static SceneBox crowd[MOST];
    const SceneObject *objects;
    for (int i = 0; i < MOST; i++)
        crowd[i] = box(0, (float)(i % 20) / 25, (float)(i / 20) / 20, 0.1f, 0.99f - (float)i / 1000);
    for (int frame = 0; frame < 10; frame++)
        assert_int_equal(update(tracker, frame, &objects, MOST, crowd), MOST);
    for (int i = 0; i < MOST; i++)
        crowd[i] = box(1, (float)(i % 20) / 25, (float)(i / 20) / 20, 0.1f, 0.99f - (float)i / 1000);
    assert_int_equal(update(tracker, 10, &objects, MOST, crowd), MOST); /* no room for more than MOST */
    tracker_destroy(tracker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_object_may_fall_lower),
        cmocka_unit_test(a_missed_object_is_held_and_moves_on),
        cmocka_unit_test(what_flashes_up_is_not_held),
        cmocka_unit_test(neighbours_keep_their_numbers),
        cmocka_unit_test(time_that_jumps_starts_anew),
        cmocka_unit_test(short_steps_say_nothing_about_speed),
        cmocka_unit_test(a_reset_forgets_all_but_the_numbers),
        cmocka_unit_test(the_limit_keeps_the_best),
        cmocka_unit_test(a_new_object_takes_no_place_from_a_detected_one),
        cmocka_unit_test(overlaps_are_measured),
        cmocka_unit_test(boxes_stay_in_the_picture),
        cmocka_unit_test(a_full_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
