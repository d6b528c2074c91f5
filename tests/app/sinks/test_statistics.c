/* Counts and times of an input, and of several together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/sinks/statistics.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3 };

/* Gives the sink a frame that took so long to look at, with an object of each of these classes. */
static void take(Sink *sink, double inference_ms, int count, const int *classes)
{
    static Observation observation;
    Error error;
    observation = (Observation){
        .alpha = inference_ms > 50 ? 1 : 0.5,
        .size = 160,
        .stage_ms = {1, 2, 3, inference_ms, 5},
        .count = count,
    };
    for (int i = 0; i < count; i++)
        observation.objects[i].box.class_index = classes[i];
    assert_int_equal(sink->driver->take(sink, &observation, &error), SINK_OK);
}

static Sink *create_sink(void)
{
    Sink *sink = statistics_create(CLASSES);
    assert_non_null(sink);
    assert_int_equal(sink->driver->queue_length, 0); /* it never waits, and needs no thread */
    assert_int_equal(sink->driver->wants, SINK_WANTS_DETECTED);
    return sink;
}

static void finish(Sink *sink)
{
    Error error;
    assert_int_equal(sink->driver->finish(sink, &error), SINK_OK);
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 0.005 * expected) /* a bin of a histogram */
        fail_msg("%g, expected %g", value, expected);
}

static void one_input(void **state)
{
    (void)state;
    const int64_t before = clock_now_ns();
    Sink *sink = create_sink();
    const StatisticsTotals *totals = statistics_totals(sink);
    assert_int_equal(totals->frames, 0);
    assert_true(statistics_rate(&(StatisticsTotals){0}) == 0);
    for (int i = 1; i <= 100; i++)
        take(sink, i, 2, (const int[]){0, 2});
    take(sink, 10, 1, (const int[]){2});
    take(sink, 10, 0, NULL);
    const int64_t after = clock_now_ns();
    while (clock_now_ns() == after)
        ;
    finish(sink); /* late, where another input is longer: this one's time is over */
    assert_int_equal(totals->frames, 102);
    assert_int_equal(totals->objects[0], 100);
    assert_int_equal(totals->objects[1], 0);
    assert_int_equal(totals->objects[2], 101);
    assert_true(totals->alpha == 0.5); /* of the latest */
    assert_int_equal(totals->size, 160);
    for (int i = 0; i < STAGE_COUNT; i++)
        assert_int_equal(totals->stages[i].count, 102);
    assert_near(histogram_quantile(&totals->stages[STAGE_READ], 0.5), 1);
    assert_near(histogram_quantile(&totals->stages[STAGE_DRAW], 0.5), 5);
    assert_near(histogram_quantile(&totals->stages[STAGE_INFERENCE], 1), 100);
    assert_true(totals->started_ns >= before && totals->ended_ns >= totals->started_ns &&
                totals->ended_ns <= after);
    sink_destroy(sink);
}

static void several_inputs(void **state)
{
    (void)state;
    Sink *slow = create_sink(), *fast = create_sink(), *none = create_sink();
    for (int i = 0; i < 10; i++)
        take(slow, 80, 1, (const int[]){0});
    for (int i = 0; i < 90; i++)
        take(fast, 8, 2, (const int[]){0, 1});
    finish(slow);
    finish(fast);
    finish(none);
    int64_t objects[CLASSES] = {0};
    StatisticsTotals all = {.objects = objects};
    statistics_add(&all, statistics_totals(slow), CLASSES);
    assert_int_equal(all.frames, 10);
    assert_int_equal(all.started_ns, statistics_totals(slow)->started_ns);
    statistics_add(&all, statistics_totals(fast), CLASSES);
    statistics_add(&all, statistics_totals(none), CLASSES);
    assert_int_equal(all.frames, 100);
    assert_int_equal(objects[0], 100);
    assert_int_equal(objects[1], 90);
    assert_int_equal(objects[2], 0);
    assert_int_equal(all.stages[STAGE_INFERENCE].count, 100);
    assert_near(histogram_quantile(&all.stages[STAGE_INFERENCE], 0.9), 8);
    assert_near(histogram_quantile(&all.stages[STAGE_INFERENCE], 0.95), 80);
    assert_true(all.alpha == 0.5); /* of the one that ended last, not of one that had nothing */
    assert_int_equal(all.size, 160);
    /* what each of them has is as it was */
    assert_int_equal(statistics_totals(slow)->frames, 10);
    assert_int_equal(statistics_totals(fast)->objects[0], 90);
    sink_destroy(slow);
    sink_destroy(fast);
    sink_destroy(none);
}

/* The time of all is from the first beginning to the last end, in whatever order they are added. */
static void the_time_of_several(void **state)
{
    (void)state;
    int64_t none[CLASSES] = {0};
    const StatisticsTotals early = {
        .frames = 10, .started_ns = 1000000000, .ended_ns = 3000000000, .objects = none};
    const StatisticsTotals late = {
        .frames = 30, .started_ns = 2000000000, .ended_ns = 5000000000, .objects = none};
    for (int order = 0; order < 2; order++) {
        StatisticsTotals all = {.objects = (int64_t[CLASSES]){0}};
        statistics_add(&all, order ? &late : &early, CLASSES);
        statistics_add(&all, order ? &early : &late, CLASSES);
        assert_true(statistics_seconds(&all) == 4);
        assert_true(statistics_rate(&all) == 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_input),
        cmocka_unit_test(several_inputs),
        cmocka_unit_test(the_time_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
