/* What the window and the run tell each other, and rates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/control.h"
#include "base/clock.h"
#include "base/rate.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

static void rates(void **state)
{
    (void)state;
    Rate rate = {0};
    assert_true(rate_per_second(&rate) == 0);
    rate_add(&rate, 5000000000);
    assert_true(rate_per_second(&rate) == 0);
    for (int i = 1; i < 500; i++) /* more than it keeps */
        rate_add(&rate, 5000000000 + i * INT64_C(40000000));
    assert_true(fabs(rate_per_second(&rate) - 25) < 1e-6);
    int64_t now = 5000000000 + 499 * INT64_C(40000000);
    for (int i = 0; i < 20; i++) /* what is older than the window no longer counts */
        rate_add(&rate, now += 100000000);
    assert_true(fabs(rate_per_second(&rate) - 10) < 1e-6);
    rate_add(&rate, now + 30000000000); /* after a pause: one interval, as slow as it was */
    assert_true(rate_per_second(&rate) < 0.04);
    rate_add(&rate, 1000); /* the clock starts again */
    assert_true(rate_per_second(&rate) == 0);
    rate_add(&rate, 1000);
    assert_true(rate_per_second(&rate) == 0);
}

static void the_threshold_moves_in_hundredths(void **state)
{
    (void)state;
    atomic_int stop = 0;
    Control *control = control_create(&stop, 0.3333);
    assert_non_null(control);
    assert_true(control_threshold(control) == 0.3333); /* as it was given */
    assert_true(control_move_threshold(control, 5) == 0.38);
    assert_true(control_threshold(control) == 0.38);
    assert_true(control_move_threshold(control, -99) == 0.01);
    assert_true(control_move_threshold(control, 300) == 0.99);
    control_destroy(control);
    control_destroy(NULL);
}

static void wishes_are_taken_once(void **state)
{
    (void)state;
    atomic_int stop = 0;
    Control *control = control_create(&stop, 0.3);
    assert_non_null(control);
    for (int wish = 0; wish < WISH_COUNT; wish++) {
        assert_false(control_take_wish(control, (Wish)wish));
        control_wish(control, (Wish)wish);
        assert_true(control_take_wish(control, (Wish)wish));
        assert_false(control_take_wish(control, (Wish)wish));
    }
    control_destroy(control);
}

static void whoever_stops_first_decides(void **state)
{
    (void)state;
    atomic_int stop = 0;
    Control *control = control_create(&stop, 0.3);
    assert_non_null(control);
    assert_false(control_stopped(control));
    atomic_store(&stop, SIGTERM);
    assert_true(control_stopped(control));
    control_quit(control);
    assert_int_equal(atomic_load(&stop), SIGTERM);
    atomic_store(&stop, 0);
    control_quit(control);
    assert_int_equal(atomic_load(&stop), CONTROL_QUIT);
    control_destroy(control);
}

typedef struct Turns {
    Control *control;
    atomic_int taken;
} Turns;

static void *take_turns(void *argument)
{
    Turns *turns = argument;
    while (!control_stopped(turns->control)) {
        control_wait_turn(turns->control);
        if (!control_stopped(turns->control))
            atomic_fetch_add(&turns->taken, 1);
    }
    return NULL;
}

static void a_wish_is_waited_for_a_while(void **state)
{
    (void)state;
    atomic_int stop = 0;
    Control *control = control_create(&stop, 0.3);
    assert_non_null(control);
    int64_t start = clock_now_ns();
    assert_false(control_wait_wish(control));
    assert_in_range(clock_now_ns() - start, 90000000, 10000000000);
    control_wish(control, WISH_RECORD);
    assert_true(control_wait_wish(control));
    assert_true(control_wait_wish(control)); /* it is not taken */
    control_destroy(control);
}

static void paused_it_goes_step_by_step(void **state)
{
    (void)state;
    atomic_int stop = 0;
    Turns turns = {.control = control_create(&stop, 0.3)};
    assert_non_null(turns.control);
    assert_false(control_wait_turn(turns.control)); /* not paused: at once */
    assert_true(control_take_turn(turns.control));
    control_step(turns.control); /* pauses, and takes no step yet */
    assert_true(control_paused(turns.control));
    assert_false(control_take_turn(turns.control));
    control_step(turns.control);
    assert_true(control_take_turn(turns.control));
    assert_false(control_take_turn(turns.control));
    control_wish(turns.control, WISH_SNAPSHOT);
    assert_true(control_wait_turn(turns.control)); /* there is something to do meanwhile */
    assert_true(control_take_wish(turns.control, WISH_SNAPSHOT));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_turns, &turns), 0);
    for (int i = 1; i <= 5; i++) {
        control_step(turns.control);
        while (atomic_load(&turns.taken) < i) {
        }
        assert_int_equal(atomic_load(&turns.taken), i);
    }
    control_pause(turns.control, 0);
    while (atomic_load(&turns.taken) < 100) {
    }
    control_pause(turns.control, 1);
    control_quit(turns.control); /* wakes who waits */
    pthread_join(thread, NULL);
    control_destroy(turns.control);
}

static void count_wakes(void *argument)
{
    ++*(int *)argument;
}

static void facts_and_notices(void **state)
{
    (void)state;
    atomic_int stop = 0;
    int wakes = 0;
    Control *control = control_create(&stop, 0.3);
    assert_non_null(control);
    control_wake(control); /* nobody listens */
    control_set_waker(control, count_wakes, &wakes);
    for (int i = 0; i < 31; i++)
        control_captured(control, i * INT64_C(33333333), i);
    control_detected(control, 5.5, 0.5, 160);
    control_shown(control, 20);
    control_shown(control, 40);
    control_set_automatic(control, 1);
    assert_int_equal(wakes, 0);
    control_set_lost(control, "the camera is gone");
    control_set_recording(control, "a.mkv");
    assert_int_equal(wakes, 2);
    Facts facts;
    control_get_facts(control, &facts);
    assert_int_equal(facts.captured, 31);
    assert_int_equal(facts.skipped, 30);
    assert_true(fabs(facts.capture_rate - 30) < 1e-3);
    assert_true(facts.alpha == 0.5 && facts.size == 160 && facts.inference_ms == 5.5);
    assert_true(facts.latency_ms == 40 && facts.automatic && !facts.ended);
    assert_true(fabs(control_latency_quantile(control, 0.5) - 20) < 0.2);
    assert_string_equal(facts.lost, "the camera is gone");
    assert_string_equal(facts.recording, "a.mkv");
    control_set_lost(control, NULL);
    control_set_ended(control);
    control_get_facts(control, &facts);
    assert_string_equal(facts.lost, "");
    assert_true(facts.ended);

    char text[CONTROL_TEXT], name[1000];
    assert_int_equal(control_get_notice(control, text), 0);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    control_notice(control, "saved %s", name); /* cut to fit */
    assert_int_equal(control_get_notice(control, text), 1);
    assert_int_equal(strlen(text), CONTROL_TEXT - 1);
    control_notice(control, "%d %%", 5);
    assert_int_equal(control_get_notice(control, text), 2);
    assert_string_equal(text, "5 %");
    assert_int_equal(wakes, 6);
    control_destroy(control);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
        cmocka_unit_test(the_threshold_moves_in_hundredths),
        cmocka_unit_test(wishes_are_taken_once),
        cmocka_unit_test(whoever_stops_first_decides),
        cmocka_unit_test(a_wish_is_waited_for_a_while),
        cmocka_unit_test(paused_it_goes_step_by_step),
        cmocka_unit_test(facts_and_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
