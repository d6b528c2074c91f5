/* Pause and single steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/playback.h"
#include "base/clock.h"
#include <sched.h>
#include <stdatomic.h>

typedef struct Turns {
    Playback playback;
    atomic_int taken;
    atomic_bool stops;
} Turns;

static void *take_turns(void *argument)
{
    Turns *turns = argument;
    while (!atomic_load(&turns->stops)) {
        playback_wait_turn(&turns->playback);
        if (!atomic_load(&turns->stops))
            atomic_fetch_add(&turns->taken, 1);
    }
    return NULL;
}

static void wait_for(Turns *turns, int count)
{
    while (atomic_load(&turns->taken) < count)
        sched_yield();
}

static void paused_it_goes_step_by_step(void **state)
{
    (void)state;
    static Turns turns;
    Playback *playback = &turns.playback;
    playback_init(playback);
    playback_wait_turn(playback); /* not paused: at once */
    assert_true(playback_take_turn(playback));
    playback_step(playback); /* pauses, and takes no step yet */
    assert_true(playback_paused(playback));
    assert_false(playback_take_turn(playback));
    playback_step(playback);
    assert_true(playback_take_turn(playback));
    assert_false(playback_take_turn(playback));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_turns, &turns), 0);
    for (int i = 1; i <= 5; i++) {
        playback_step(playback);
        wait_for(&turns, i);
        assert_int_equal(atomic_load(&turns.taken), i);
    }
    playback_set_paused(playback, false);
    assert_false(playback_paused(playback));
    wait_for(&turns, 100);
    playback_set_paused(playback, true);
    atomic_store(&turns.stops, true);
    playback_release(playback); /* wakes who waits */
    pthread_join(thread, NULL);
    playback_finish(playback);
}

/* Steps that were asked for and not taken do not come after a pause has ended. */
static void a_pause_forgets_steps(void **state)
{
    (void)state;
    Playback playback;
    playback_init(&playback);
    playback_step(&playback);
    playback_step(&playback);
    playback_step(&playback);
    playback_set_paused(&playback, false);
    playback_set_paused(&playback, true);
    assert_false(playback_take_turn(&playback));
    playback_finish(&playback);
}

static void *wake(void *argument)
{
    playback_wake(argument);
    return NULL;
}

static void *release(void *argument)
{
    playback_release(argument);
    return NULL;
}

#define SECOND INT64_C(1000000000)

/* Until the time has come, something has changed, or for good. */
static void it_waits_until_a_time(void **state)
{
    (void)state;
    Playback playback;
    pthread_t thread;
    playback_init(&playback);
    const int64_t due = clock_now_ns() + SECOND / 20;
    while (clock_now_ns() < due)
        assert_true(playback_wait_until(&playback, due));
    assert_true(playback_wait_until(&playback, due)); /* at once */

    const int64_t start = clock_now_ns();
    playback_set_paused(&playback, true);
    assert_int_equal(pthread_create(&thread, NULL, release, &playback), 0);
    while (playback_wait_until(&playback, start + 1000 * SECOND))
        ;
    pthread_join(thread, NULL);
    assert_false(playback_wait_until(&playback, start + 1000 * SECOND)); /* nor does anybody wait again */
    playback_wait_turn(&playback);
    assert_true(clock_now_ns() - start < 900 * SECOND);
    playback_finish(&playback);
}

static atomic_bool has_waited;

static void *wait_long(void *argument)
{
    playback_wait_until(argument, clock_now_ns() + 1000 * SECOND);
    atomic_store(&has_waited, true);
    return NULL;
}

static void a_change_wakes_it(void **state)
{
    (void)state;
    Playback playback;
    pthread_t waiter, waker;
    playback_init(&playback);
    assert_int_equal(pthread_create(&waiter, NULL, wait_long, &playback), 0);
    while (!atomic_load(&has_waited)) { /* the first may come before it waits */
        assert_int_equal(pthread_create(&waker, NULL, wake, &playback), 0);
        pthread_join(waker, NULL);
    }
    pthread_join(waiter, NULL);
    playback_finish(&playback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paused_it_goes_step_by_step),
        cmocka_unit_test(a_pause_forgets_steps),
        cmocka_unit_test(it_waits_until_a_time),
        cmocka_unit_test(a_change_wakes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
