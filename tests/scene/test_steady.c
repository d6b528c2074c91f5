/* Boxes that stay: matching, thresholds, holding, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/steady.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t frame_ns = 33333333;

static LookoutDetection box(int class_index, float x, float y, float size, float score)
{
    return (LookoutDetection){x, y, x + size, y + size, score, class_index, 0};
}

/* One frame with these detections. */
static LookoutResult update(Steady *steady, int frame, const int **ids, int count,
                            const LookoutDetection detections[])
{
    const LookoutResult result = {.detections = detections, .count = count, .inference_ms = 5};
    LookoutResult shown = steady_update(steady, &result, frame * frame_ns, 0.5, ids);
    assert_true(shown.inference_ms == 5);
    for (int i = 1; i < shown.count; i++)
        assert_true(shown.detections[i - 1].score >= shown.detections[i].score);
    return shown;
}

static void a_known_object_may_fall_lower(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    assert_true(fabs(steady_lower_threshold(0.5) - 0.3) < 1e-12);
    LookoutDetection low = box(1, 0.2f, 0.2f, 0.3f, 0.4f), high = box(1, 0.2f, 0.2f, 0.3f, 0.6f);
    assert_int_equal(update(steady, 0, &ids, 1, &low).count, 0); /* not enough to appear */
    assert_int_equal(update(steady, 1, &ids, 1, &high).count, 1);
    int id = ids[0];
    for (int frame = 2; frame < 30; frame++) {
        LookoutResult shown = update(steady, frame, &ids, 1, &low);
        assert_int_equal(shown.count, 1);
        assert_int_equal(ids[0], id);
        assert_true(shown.detections[0].score == low.score);
    }
    steady_destroy(steady);
    steady_destroy(NULL);
}

static void a_missed_object_is_held_and_moves_on(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    int frame = 0;
    for (; frame < 20; frame++) {
        LookoutDetection moving = box(3, 0.1f + 0.01f * (float)frame, 0.4f, 0.2f, 0.9f);
        assert_int_equal(update(steady, frame, &ids, 1, &moving).count, 1);
    }
    int id = ids[0], held = 0;
    float last = 0.1f + 0.01f * 19;
    for (;; frame++, held++) {
        LookoutResult shown = update(steady, frame, &ids, 0, NULL);
        if (!shown.count)
            break;
        assert_int_equal(ids[0], id);
        assert_true(shown.detections[0].x1 > last && shown.detections[0].x1 < last + 0.0105f);
        last = shown.detections[0].x1;
    }
    assert_in_range(held, 8, 10); /* 0.3 s */
    LookoutDetection back = box(3, last, 0.4f, 0.2f, 0.9f);
    update(steady, frame, &ids, 1, &back);
    assert_int_not_equal(ids[0], id); /* numbers are not used again */
    steady_destroy(steady);
}

static void what_flashes_up_is_not_held(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    LookoutDetection flash = box(0, 0.5f, 0.5f, 0.2f, 0.8f);
    assert_int_equal(update(steady, 0, &ids, 1, &flash).count, 1);
    assert_int_equal(update(steady, 1, &ids, 0, NULL).count, 0);
    steady_destroy(steady);
}

static void neighbours_keep_their_numbers(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    int left = 0, right = 0, other = 0;
    for (int frame = 0; frame < 40; frame++) {
        /* two of a class pass each other in height, their scores change places; one of another class lies on
         * one */
        float shift = 0.01f * (float)frame;
        LookoutDetection pair[3] = {box(2, 0.1f, 0.1f + shift, 0.25f, frame % 2 ? 0.9f : 0.7f),
                                    box(2, 0.4f, 0.6f - shift, 0.25f, 0.8f),
                                    box(5, 0.1f, 0.1f + shift, 0.25f, 0.6f)};
        if (!(frame % 2)) {
            LookoutDetection swap = pair[0];
            pair[0] = pair[1];
            pair[1] = swap;
        }
        LookoutResult shown = update(steady, frame, &ids, 3, pair);
        assert_int_equal(shown.count, 3);
        for (int i = 0; i < 3; i++) {
            int *known = shown.detections[i].class_index == 5 ? &other
                         : shown.detections[i].x1 < 0.25f     ? &left
                                                              : &right;
            assert_true(!frame || ids[i] == *known);
            *known = ids[i];
        }
    }
    assert_true(left != right && left != other && right != other);
    steady_destroy(steady);
}

static void time_that_jumps_starts_anew(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    LookoutDetection still = box(1, 0.2f, 0.2f, 0.3f, 0.9f);
    for (int frame = 100; frame < 110; frame++)
        update(steady, frame, &ids, 1, &still);
    int id = ids[0];
    assert_int_equal(update(steady, 10, &ids, 1, &still).count, 1); /* back */
    assert_int_not_equal(ids[0], id);
    id = ids[0];
    assert_int_equal(update(steady, 1000, &ids, 0, NULL).count, 0);   /* far ahead: nothing is held */
    assert_int_equal(update(steady, 1000, &ids, 1, &still).count, 1); /* the same time twice */
    assert_int_equal(update(steady, 1000, &ids, 1, &still).count, 1);
    assert_int_not_equal(ids[0], id);
    steady_destroy(steady);
}

static void boxes_stay_in_the_picture(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    const int *ids;
    for (int frame = 0; frame < 60; frame++) {
        /* runs out of the picture, is missed every other frame */
        float x = 0.5f + 0.02f * (float)frame;
        LookoutDetection moving = box(1, x, 0.1f, 0.2f, 0.9f);
        moving.x2 = fminf(moving.x2, 1);
        LookoutResult shown = update(steady, frame, &ids, x < 0.98f && (frame < 6 || frame % 2), &moving);
        for (int i = 0; i < shown.count; i++)
            assert_true(shown.detections[i].x1 >= 0 && shown.detections[i].x1 < shown.detections[i].x2 &&
                        shown.detections[i].x2 <= 1);
    }
    steady_destroy(steady);
}

static void a_full_house(void **state)
{
    (void)state;
    Steady *steady = steady_create();
    static LookoutDetection crowd[300];
    const int *ids;
    struct timespec start, end;
    for (int i = 0; i < 300; i++)
        crowd[i] = box(0, (float)(i % 20) / 25, (float)(i / 20) / 20, 0.1f, 0.99f - (float)i / 1000);
    for (int frame = 0; frame < 10; frame++)
        assert_int_equal(update(steady, frame, &ids, 300, crowd).count, 300);
    for (int i = 0; i < 300; i++)
        crowd[i] = box(1, (float)(i % 20) / 25, (float)(i / 20) / 20, 0.1f, 0.99f - (float)i / 1000);
    assert_int_equal(update(steady, 10, &ids, 300, crowd).count, 300); /* no room for more than 300 */
    steady_destroy(steady);

    steady = steady_create();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    for (int frame = 0; frame < 100; frame++)
        update(steady, frame, &ids, 100, crowd);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    printf("100 boxes of one class: %.3f ms a frame\n",
           ((double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6) / 100);
    steady_destroy(steady);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_object_may_fall_lower),
        cmocka_unit_test(a_missed_object_is_held_and_moves_on),
        cmocka_unit_test(what_flashes_up_is_not_held),
        cmocka_unit_test(neighbours_keep_their_numbers),
        cmocka_unit_test(time_that_jumps_starts_anew),
        cmocka_unit_test(boxes_stay_in_the_picture),
        cmocka_unit_test(a_full_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
