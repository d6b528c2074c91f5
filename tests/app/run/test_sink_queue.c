/* A sink's queue: order, waiting and dropping, failures, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/sink_queue.h"
#include "base/clock.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LENGTH = 4, POOL = 64, PATIENCE_MS = 60000 };

/* A sink whose take() waits as long as the test says. */
typedef struct Gate {
    Sink sink;
    atomic_int allowed; /* so many more takes end */
    atomic_int begun, ended, finished;
    atomic_bool cancelled, inactive, finish_waits;
    int fail_at; /* the take that fails, from 1; 0: none */
    bool fails_closed, finish_fails;
    int64_t sequences[POOL]; /* [ended] */
} Gate;

static ObservationPool *pool;
static atomic_int destroyed, ended_calls;
static SinkResult ended_result;
static char ended_message[128];
static atomic_int running; /* a stop flag that is not set */

static void sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void wait_for(atomic_int *counter, int count)
{
    for (int ms = 0; atomic_load(counter) < count; ms++) {
        assert_true(ms < PATIENCE_MS);
        sleep_ms(1);
    }
}

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    Gate *gate = (Gate *)sink;
    const int number = atomic_fetch_add(&gate->begun, 1) + 1;
    while (!atomic_load(&gate->allowed) && !atomic_load(&gate->cancelled))
        sleep_ms(1);
    if (atomic_load(&gate->cancelled))
        return (SinkResult)error_set(error, "it was given up");
    atomic_fetch_sub(&gate->allowed, 1);
    gate->sequences[number - 1] = observation->sequence;
    atomic_fetch_add(&gate->ended, 1);
    if (number == gate->fail_at)
        return gate->fails_closed ? SINK_CLOSED
                                  : (SinkResult)error_set(error, "no space for take %d", number);
    return SINK_OK;
}

static SinkResult finish(Sink *sink, Error *error)
{
    Gate *gate = (Gate *)sink;
    atomic_fetch_add(&gate->finished, 1);
    while (atomic_load(&gate->finish_waits) && !atomic_load(&gate->cancelled))
        sleep_ms(1);
    if (atomic_load(&gate->finish_waits))
        return (SinkResult)error_set(error, "it was given up at the end");
    return gate->finish_fails ? (SinkResult)error_set(error, "no space for the end") : SINK_OK;
}

static void cancel(Sink *sink)
{
    atomic_store(&((Gate *)sink)->cancelled, true);
}

static bool is_active(Sink *sink)
{
    return !atomic_load(&((Gate *)sink)->inactive);
}

static void destroy(Sink *sink)
{
    atomic_fetch_add(&destroyed, 1);
    free(sink);
}

#define DRIVER(...)                                                                                          \
    {                                                                                                        \
        .name = "gate", .take = take, .finish = finish, .cancel = cancel, .is_active = is_active,            \
        .destroy = destroy, __VA_ARGS__                                                                      \
    }
static const SinkDriver waiting = DRIVER(.queue_length = LENGTH);
static const SinkDriver never_waiting = DRIVER(.queue_length = LENGTH, .never_waits = true);
static const SinkDriver at_once = DRIVER(.queue_length = 0);

static void note_end(void *context, SinkQueue *queue, SinkResult result, const Error *error)
{
    assert_ptr_equal(context, &pool);
    (void)queue;
    ended_result = result;
    if (result == SINK_FAILED)
        snprintf(ended_message, sizeof ended_message, "%.100s", error->message);
    atomic_fetch_add(&ended_calls, 1);
}

static Gate *gate;

/* allowed: takes that do not wait. */
static SinkQueue *create(const SinkDriver *driver, int allowed)
{
    Error error;
    gate = calloc(1, sizeof *gate);
    assert_non_null(gate);
    gate->sink.driver = driver;
    atomic_init(&gate->allowed, allowed);
    SinkQueue *queue = sink_queue_create(&gate->sink, note_end, &pool, &error);
    assert_non_null(queue);
    assert_ptr_equal(sink_queue_sink(queue), &gate->sink);
    assert_ptr_equal(sink_queue_driver(queue), driver);
    return queue;
}

static int set_up(void **state)
{
    (void)state;
    destroyed = ended_calls = running = 0;
    ended_message[0] = 0;
    ended_result = SINK_OK;
    pool = observation_pool_create(POOL);
    return pool ? 0 : -1;
}

/* Every reference has come back. */
static int tear_down(void **state)
{
    (void)state;
    Observation *all[POOL];
    assert_int_equal(atomic_load(&destroyed), 1);
    for (int i = 0; i < POOL; i++)
        assert_non_null(all[i] = observation_take(pool));
    for (int i = 0; i < POOL; i++)
        observation_unref(all[i]);
    observation_pool_destroy(pool);
    return 0;
}

static void push(SinkQueue *queue, int64_t sequence, bool waits)
{
    Observation *observation = observation_take(pool);
    assert_non_null(observation);
    observation->sequence = sequence;
    sink_queue_push(queue, observation, waits);
    observation_unref(observation);
}

static void assert_taken(int count)
{
    wait_for(&gate->ended, count);
    assert_int_equal(atomic_load(&gate->ended), count);
    for (int i = 0; i < count; i++)
        assert_int_equal(gate->sequences[i], i);
}

static void assert_finished(SinkQueue *queue, SinkResult expected, const char *message)
{
    Error error;
    assert_int_equal(sink_queue_finish(queue, &running, &error), expected);
    if (message)
        assert_string_equal(error.message, message);
    assert_int_equal(atomic_load(&gate->finished), 1);
    assert_int_equal(atomic_load(&ended_calls), expected != SINK_OK);
    assert_int_equal(ended_result, expected);
    /* asking again says the same and does nothing */
    assert_int_equal(sink_queue_finish(queue, &running, &error), expected);
    assert_int_equal(atomic_load(&gate->finished), 1);
    sink_queue_destroy(queue);
}

static void all_come_in_order(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, POOL);
    for (int i = 0; i < 40; i++)
        push(queue, i, true);
    assert_taken(40);
    assert_int_equal(atomic_load(&gate->sink.dropped), 0);
    assert_finished(queue, SINK_OK, NULL);
}

static void what_is_queued_is_taken_at_the_end(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, 0);
    for (int i = 0; i < LENGTH; i++)
        push(queue, i, true);
    wait_for(&gate->begun, 1);
    atomic_store(&gate->allowed, POOL);
    Error error;
    assert_int_equal(sink_queue_finish(queue, &running, &error), SINK_OK);
    assert_taken(LENGTH);
    assert_finished(queue, SINK_OK, NULL);
}

typedef struct Pusher {
    SinkQueue *queue;
    pthread_t thread;
    int count;
    atomic_int pushed;
} Pusher;

static void *push_all(void *argument)
{
    Pusher *pusher = argument;
    for (int i = 0; i < pusher->count; i++) {
        push(pusher->queue, i, true);
        atomic_fetch_add(&pusher->pushed, 1);
    }
    return NULL;
}

static void start(Pusher *pusher, SinkQueue *queue, int count)
{
    *pusher = (Pusher){.queue = queue, .count = count};
    assert_int_equal(pthread_create(&pusher->thread, NULL, push_all, pusher), 0);
}

/* One is being taken and LENGTH wait: the next one has to. */
static void whoever_pushes_waits_for_room(void **state)
{
    (void)state;
    Pusher pusher;
    SinkQueue *queue = create(&waiting, 0);
    start(&pusher, queue, 12);
    wait_for(&pusher.pushed, LENGTH + 1);
    sleep_ms(20);
    assert_int_equal(atomic_load(&pusher.pushed), LENGTH + 1);
    atomic_store(&gate->allowed, 1);
    wait_for(&pusher.pushed, LENGTH + 2);
    sleep_ms(20);
    assert_int_equal(atomic_load(&pusher.pushed), LENGTH + 2);
    atomic_store(&gate->allowed, POOL);
    pthread_join(pusher.thread, NULL);
    assert_taken(12);
    assert_int_equal(atomic_load(&gate->sink.dropped), 0);
    assert_finished(queue, SINK_OK, NULL);
}

/* Of a camera; what does not fit is counted. */
static void drops_when_full(const SinkDriver *driver, bool waits)
{
    SinkQueue *queue = create(driver, 0);
    push(queue, 0, waits);
    wait_for(&gate->begun, 1);
    for (int i = 1; i <= LENGTH + 7; i++)
        push(queue, i, waits);
    assert_int_equal(atomic_load(&gate->sink.dropped), 7);
    atomic_store(&gate->allowed, POOL);
    assert_taken(LENGTH + 1); /* the oldest stay */
    assert_finished(queue, SINK_OK, NULL);
}

static void without_waiting_it_drops_and_counts(void **state)
{
    (void)state;
    drops_when_full(&waiting, false);
}

static void some_sinks_are_never_waited_for(void **state)
{
    (void)state;
    drops_when_full(&never_waiting, true);
}

static void released_nobody_waits_any_more(void **state)
{
    (void)state;
    Pusher pusher;
    SinkQueue *queue = create(&waiting, 0);
    start(&pusher, queue, 20);
    wait_for(&pusher.pushed, LENGTH + 1);
    sink_queue_release(queue);
    pthread_join(pusher.thread, NULL);
    assert_int_equal(atomic_load(&pusher.pushed), 20);
    assert_int_equal(atomic_load(&gate->sink.dropped), 20 - LENGTH - 1);
    atomic_store(&gate->allowed, POOL);
    assert_taken(LENGTH + 1);
    assert_finished(queue, SINK_OK, NULL);
}

/* It takes no more, and nobody waits for it. */
static void a_sink_that_fails_takes_no_more(void **state)
{
    (void)state;
    Pusher pusher;
    SinkQueue *queue = create(&waiting, 0);
    gate->fail_at = 3;
    start(&pusher, queue, 30);
    wait_for(&pusher.pushed, LENGTH + 1);
    atomic_store(&gate->allowed, POOL);
    pthread_join(pusher.thread, NULL);
    wait_for(&ended_calls, 1); /* said after the pusher was let go */
    assert_string_equal(ended_message, "no space for take 3");
    assert_taken(3);
    assert_finished(queue, SINK_FAILED, "no space for take 3");
}

/* What fails first is what is reported. */
static void the_first_failure_counts(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, POOL);
    gate->fail_at = 1;
    gate->finish_fails = true;
    push(queue, 0, true);
    assert_finished(queue, SINK_FAILED, "no space for take 1");
}

static void finishing_may_fail(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, POOL);
    gate->finish_fails = true;
    push(queue, 0, true);
    assert_finished(queue, SINK_FAILED, "no space for the end");
}

static void a_reader_that_has_gone_closes_it(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, POOL);
    gate->fail_at = 2;
    gate->fails_closed = true;
    for (int i = 0; i < 10; i++)
        push(queue, i, true);
    assert_taken(2);
    assert_finished(queue, SINK_CLOSED, NULL);
}

static void an_inactive_sink_is_passed_over_but_not_by_a_nudge(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, POOL);
    atomic_store(&gate->inactive, true);
    for (int i = 10; i < 20; i++)
        push(queue, i, true);
    Observation *observation = observation_take(pool);
    observation->sequence = 0;
    sink_queue_nudge(queue, observation);
    observation_unref(observation);
    assert_taken(1);
    assert_int_equal(atomic_load(&gate->sink.dropped), 0);
    assert_finished(queue, SINK_OK, NULL);
}

/* There is room for one behind a full queue; whoever finds it taken is not needed. */
static void a_nudge_waits_for_nobody(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, 0);
    push(queue, 0, true);
    wait_for(&gate->begun, 1);
    for (int i = 1; i <= LENGTH; i++)
        push(queue, i, true);
    Observation *observation = observation_take(pool);
    observation->sequence = LENGTH + 1;
    sink_queue_nudge(queue, observation);
    sink_queue_nudge(queue, observation);
    observation_unref(observation);
    assert_int_equal(atomic_load(&gate->sink.dropped), 0);
    atomic_store(&gate->allowed, POOL);
    assert_taken(LENGTH + 2);
    assert_finished(queue, SINK_OK, NULL);
}

/* ---- the end -------------------------------------------------------------------------------------- */

/* A stalled reader is given half a second after the run was stopped, in a take or at the end. */
static void stalls(bool at_the_end)
{
    Error error;
    SinkQueue *queue = create(&waiting, at_the_end ? POOL : 1);
    atomic_store(&gate->finish_waits, at_the_end);
    for (int i = 0; i < LENGTH; i++)
        push(queue, i, true);
    atomic_store(&running, 15);
    const int64_t start_ns = clock_now_ns();
    assert_int_equal(sink_queue_finish(queue, &running, &error), SINK_FAILED);
    const int64_t ms = (clock_now_ns() - start_ns) / 1000000;
    assert_in_range(ms, 500, PATIENCE_MS);
    assert_true(atomic_load(&gate->cancelled));
    assert_string_equal(error.message, at_the_end ? "it was given up at the end" : "it was given up");
    assert_int_equal(atomic_load(&gate->finished), 1);
    sink_queue_destroy(queue);
}

static void a_take_that_stalls_is_given_up(void **state)
{
    (void)state;
    stalls(false);
}

static void an_end_that_stalls_is_given_up(void **state)
{
    (void)state;
    stalls(true);
}

static void *stop_soon(void *argument)
{
    sleep_ms(100);
    atomic_store((atomic_int *)argument, 15);
    return NULL;
}

/* It is the stop that the time counts from: until then whoever finishes waits as long as it takes. */
static void it_waits_until_the_run_is_stopped(void **state)
{
    (void)state;
    Error error;
    pthread_t thread;
    SinkQueue *queue = create(&waiting, 0);
    push(queue, 0, true);
    const int64_t start_ns = clock_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &running), 0);
    assert_int_equal(sink_queue_finish(queue, &running, &error), SINK_FAILED);
    assert_in_range((clock_now_ns() - start_ns) / 1000000, 600, PATIENCE_MS);
    pthread_join(thread, NULL);
    sink_queue_destroy(queue);
}

/* What is quick enough is not cancelled by a stop. */
static void a_stop_alone_loses_nothing(void **state)
{
    (void)state;
    Error error;
    SinkQueue *queue = create(&waiting, POOL);
    for (int i = 0; i < 20; i++)
        push(queue, i, true);
    atomic_store(&running, 15);
    assert_int_equal(sink_queue_finish(queue, &running, &error), SINK_OK);
    assert_taken(20);
    assert_false(atomic_load(&gate->cancelled));
    sink_queue_destroy(queue);
}

/* As with a live recording whose reader has stalled: frames are dropped, and giving it up does not wait for
 * him. */
static void destroying_does_not_wait_for_a_reader(void **state)
{
    (void)state;
    SinkQueue *queue = create(&waiting, 0);
    for (int i = 0; i < 40; i++)
        push(queue, i, false);
    assert_in_range(atomic_load(&gate->sink.dropped), 40 - LENGTH - 1, 39);
    sink_queue_destroy(queue); /* or this test runs into its time-out */
    assert_int_equal(atomic_load(&destroyed), 1);
}

/* ---- without a thread ----------------------------------------------------------------------------- */

static void without_a_thread_it_takes_at_once(void **state)
{
    (void)state;
    SinkQueue *queue = create(&at_once, POOL);
    for (int i = 0; i < 10; i++) {
        push(queue, i, i % 2);
        assert_int_equal(atomic_load(&gate->ended), i + 1);
    }
    assert_taken(10);
    assert_finished(queue, SINK_OK, NULL);
}

static void without_a_thread_it_may_fail_too(void **state)
{
    (void)state;
    SinkQueue *queue = create(&at_once, POOL);
    gate->fail_at = 4;
    for (int i = 0; i < 10; i++)
        push(queue, i, true);
    assert_taken(4);
    assert_finished(queue, SINK_FAILED, "no space for take 4");
}

static void *push_many(void *argument)
{
    for (int i = 0; i < 15; i++)
        push(argument, 0, true);
    return NULL;
}

/* The takers of several inputs do not meet in it. */
static void without_a_thread_takers_are_apart(void **state)
{
    (void)state;
    pthread_t threads[4];
    SinkQueue *queue = create(&at_once, POOL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, push_many, queue), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&gate->ended), 60);
    assert_finished(queue, SINK_OK, NULL);
}

/* ---- a thread that cannot be started ---------------------------------------------------------------- */

static bool no_threads;

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

/* The sink, which is the queue's, has not been touched: no file was created, an old one is as it was. */
static void without_a_thread_nothing_is_begun(void **state)
{
    (void)state;
    Error error;
    gate = calloc(1, sizeof *gate);
    gate->sink.driver = &waiting;
    no_threads = true;
    assert_null(sink_queue_create(&gate->sink, note_end, &pool, &error));
    no_threads = false;
    assert_string_equal(error.message, "no thread can be started for the output gate");
    assert_int_equal(atomic_load(&ended_calls), 0);
    assert_int_equal(atomic_load(&destroyed), 1);
}

int main(void)
{
#define QUEUE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(all_come_in_order),
        QUEUE_TEST(what_is_queued_is_taken_at_the_end),
        QUEUE_TEST(whoever_pushes_waits_for_room),
        QUEUE_TEST(without_waiting_it_drops_and_counts),
        QUEUE_TEST(some_sinks_are_never_waited_for),
        QUEUE_TEST(released_nobody_waits_any_more),
        QUEUE_TEST(a_sink_that_fails_takes_no_more),
        QUEUE_TEST(the_first_failure_counts),
        QUEUE_TEST(finishing_may_fail),
        QUEUE_TEST(a_reader_that_has_gone_closes_it),
        QUEUE_TEST(an_inactive_sink_is_passed_over_but_not_by_a_nudge),
        QUEUE_TEST(a_nudge_waits_for_nobody),
        QUEUE_TEST(a_take_that_stalls_is_given_up),
        QUEUE_TEST(an_end_that_stalls_is_given_up),
        QUEUE_TEST(it_waits_until_the_run_is_stopped),
        QUEUE_TEST(a_stop_alone_loses_nothing),
        QUEUE_TEST(destroying_does_not_wait_for_a_reader),
        QUEUE_TEST(without_a_thread_it_takes_at_once),
        QUEUE_TEST(without_a_thread_it_may_fail_too),
        QUEUE_TEST(without_a_thread_takers_are_apart),
        QUEUE_TEST(without_a_thread_nothing_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
