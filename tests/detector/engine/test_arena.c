/* The working memory of an engine: how it grows, what a run may count on, and what happens without memory. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detector/engine/arena.h"

static int set_up(void **state)
{
    *state = arena_create();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_destroy(*state);
    return 0;
}

static void it_grows_to_the_largest_request(void **state)
{
    Arena *arena = *state;
    assert_int_equal(arena_bytes(arena), 0);
    assert_true(arena_reserve(arena, 1000, 10));
    assert_true(arena_reserve(arena, 5000, 5));
    assert_true(arena_reserve(arena, 200, 300));
    assert_int_equal(arena_bytes(arena), 5000 + 300);
    ArenaMemory memory = arena_take(arena);
    assert_true(arena_reserve(arena, 5000, 300));
    assert_ptr_equal(arena_take(arena).work, memory.work);
    assert_int_equal((uintptr_t)memory.work % 64, 0);
    assert_int_equal((uintptr_t)memory.zeros % 64, 0);
    memset(memory.work, 1, 5000);
    for (int i = 0; i < 300; i++)
        assert_int_equal(((const char *)memory.zeros)[i], 0);
}

/* A sanitizer sees it if the memory of a run is freed under it, or a block is lost. */
static void a_run_keeps_its_memory(void **state)
{
    Arena *arena = *state;
    assert_true(arena_reserve(arena, 1000, 64));
    ArenaMemory memory = arena_take(arena);
    memset(memory.work, 7, 1000);
    for (size_t more = 2000; more < 10000; more += 1000)
        assert_true(arena_reserve(arena, more, 64));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(memory.work[i], 7);
    memory = arena_take(arena);
    memset(memory.work, 8, 9000);
}

static void too_large_a_request_changes_nothing(void **state)
{
    Arena *arena = *state;
    assert_true(arena_reserve(arena, 1000, 64));
    ArenaMemory memory = arena_take(arena);
    assert_false(arena_reserve(arena, SIZE_MAX - 4096, 64));
    assert_false(arena_reserve(arena, 64, SIZE_MAX - 4096));
    assert_int_equal(arena_bytes(arena), 1064);
    assert_ptr_equal(arena_take(arena).work, memory.work);
    assert_true(arena_reserve(arena, 2000, 64));
}

enum { STEP = 8192, MOST = 1 << 19 };

typedef struct Growth {
    Arena *arena;
    atomic_bool done;
} Growth;

static void *grow(void *argument)
{
    Growth *growth = argument;
    for (size_t bytes = STEP; bytes <= MOST; bytes += STEP)
        arena_reserve(growth->arena, bytes, 64);
    atomic_store(&growth->done, true);
    return NULL;
}

static void it_grows_while_runs_use_it(void **state)
{
    Growth growth = {.arena = *state};
    enum { BYTES = STEP, GROWING_THREADS = 2 };
    assert_true(arena_reserve(growth.arena, BYTES, 64));
    pthread_t threads[GROWING_THREADS];
    for (int i = 0; i < GROWING_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, grow, &growth), 0);
    int wrong = 0, runs = 0;
    for (; runs < 100 || !atomic_load(&growth.done); runs++) {
        ArenaMemory memory = arena_take(growth.arena);
        memset(memory.work, runs, BYTES);
        for (int i = 0; i < BYTES; i++)
            wrong += memory.work[i] != (char)runs;
        wrong += memcmp(memory.zeros, (const char[64]){0}, 64) != 0;
    }
    for (int i = 0; i < GROWING_THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    assert_int_equal(arena_bytes(growth.arena), MOST + 64);
}

int main(void)
{
    arena_destroy(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_grows_to_the_largest_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_keeps_its_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_large_a_request_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_grows_while_runs_use_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
