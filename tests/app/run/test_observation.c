/* Observations: a bounded pool, references, and threads that share them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/observation.h"
#include "vision/frame_pool.h"
#include <pthread.h>
#include <string.h>

enum { LIMIT = 4 };

static Observation *take(ObservationPool *pool)
{
    Observation *observation = observation_take(pool);
    assert_non_null(observation);
    assert_null(observation->frame);
    assert_int_equal(observation->count, 0);
    return observation;
}

static void a_pool_is_bounded(void **state)
{
    (void)state;
    Observation *all[LIMIT];
    ObservationPool *pool = observation_pool_create(LIMIT);
    assert_non_null(pool);
    for (int i = 0; i < LIMIT; i++) {
        all[i] = take(pool);
        for (int k = 0; k < i; k++)
            assert_ptr_not_equal(all[i], all[k]);
    }
    assert_null(observation_take(pool));
    observation_unref(all[2]);
    assert_ptr_equal(take(pool), all[2]);
    assert_null(observation_take(pool));
    for (int i = 0; i < LIMIT; i++)
        observation_unref(all[i]);
    observation_unref(NULL);
    observation_pool_destroy(pool);
    observation_pool_destroy(NULL);
}

static void the_last_reference_gives_it_back_with_its_frame(void **state)
{
    (void)state;
    ObservationPool *pool = observation_pool_create(1);
    FramePool *frames = frame_pool_create(1);
    Observation *observation = take(pool);
    observation->frame = frame_pool_take(frames);
    observation->count = 3;
    assert_ptr_equal(observation_ref(observation), observation);
    observation_unref(observation);
    assert_null(observation_take(pool));
    assert_null(frame_pool_take(frames));
    assert_int_equal(observation->count, 3);
    observation_unref(observation);
    Frame *frame = frame_pool_take(frames);
    assert_non_null(frame);
    frame_unref(frame);
    observation_unref(take(pool)); /* without what was in it */
    observation_pool_destroy(pool);
    frame_pool_destroy(frames);
}

/* A frame that somebody else keeps stays. */
static void a_frame_outlives_its_observation(void **state)
{
    (void)state;
    ObservationPool *pool = observation_pool_create(1);
    FramePool *frames = frame_pool_create(1);
    Frame *frame = frame_pool_take(frames);
    Observation *observation = take(pool);
    observation->frame = frame_ref(frame);
    observation_unref(observation);
    assert_null(frame_pool_take(frames));
    frame_unref(frame);
    frame_unref(frame_pool_take(frames));
    observation_pool_destroy(pool);
    frame_pool_destroy(frames);
}

/* ---- threads -------------------------------------------------------------------------------------- */

enum { ROUNDS = 3000, READERS = 3 };

typedef struct Slot {
    pthread_mutex_t lock;
    Observation *latest;
    int wrong;
} Slot;

/* The latest observation is whole as long as a reader has it. */
static void *read_them(void *argument)
{
    Slot *slot = argument;
    int64_t last = -1, wrong = 0;
    while (last < ROUNDS - 1) {
        pthread_mutex_lock(&slot->lock);
        Observation *observation = slot->latest ? observation_ref(slot->latest) : NULL;
        pthread_mutex_unlock(&slot->lock);
        if (!observation)
            continue;
        wrong += observation->sequence < last;
        wrong += observation->count != 1 + observation->sequence % 200;
        for (int i = 0; i < observation->count; i++)
            wrong += observation->objects[i].id != observation->sequence;
        wrong += observation->frame->planes[0][0] != observation->sequence % 251;
        last = observation->sequence;
        observation_unref(observation);
    }
    pthread_mutex_lock(&slot->lock);
    slot->wrong += wrong != 0;
    pthread_mutex_unlock(&slot->lock);
    return NULL;
}

static void threads_share_them(void **state)
{
    (void)state;
    Slot slot = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t readers[READERS];
    ObservationPool *pool = observation_pool_create(READERS + 2);
    FramePool *frames = frame_pool_create(READERS + 2);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_them, &slot), 0);
    for (int round = 0; round < ROUNDS; round++) {
        Observation *observation = take(pool);
        observation->sequence = round;
        observation->count = 1 + round % 200;
        for (int i = 0; i < observation->count; i++)
            observation->objects[i].id = round;
        observation->frame = frame_pool_take(frames);
        assert_non_null(observation->frame);
        assert_int_equal(frame_alloc(observation->frame, PIXEL_GREY, 16, 16), 0);
        memset(observation->frame->planes[0], round % 251, 16);
        pthread_mutex_lock(&slot.lock);
        Observation *before = slot.latest;
        slot.latest = observation;
        pthread_mutex_unlock(&slot.lock);
        observation_unref(before);
    }
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(slot.wrong, 0);
    observation_unref(slot.latest);
    observation_pool_destroy(pool);
    frame_pool_destroy(frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_is_bounded),
        cmocka_unit_test(the_last_reference_gives_it_back_with_its_frame),
        cmocka_unit_test(a_frame_outlives_its_observation),
        cmocka_unit_test(threads_share_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
