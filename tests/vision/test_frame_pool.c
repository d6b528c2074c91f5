#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "tests/support/count_allocations.h"
#include "vision/frame_pool.h"

#include <stdatomic.h>

static void a_pool_has_a_limit(void **state)
{
    (void)state;
    FramePool *pool = frame_pool_create(3);
    assert_non_null(pool);
    Frame *frames[3];
    for (int i = 0; i < 3; i++) {
        frames[i] = frame_pool_take(pool);
        assert_non_null(frames[i]);
        for (int j = 0; j < i; j++)
            assert_ptr_not_equal(frames[i], frames[j]);
    }
    assert_null(frame_pool_take(pool));
    frame_unref(frames[1]);
    assert_ptr_equal(frame_pool_take(pool), frames[1]);
    assert_null(frame_pool_take(pool));
    for (int i = 0; i < 3; i++)
        frame_unref(frames[i]);
    frame_unref(NULL);
    frame_pool_destroy(pool);
    frame_pool_destroy(NULL);
}

static void the_last_reference_returns_a_frame(void **state)
{
    (void)state;
    FramePool *pool = frame_pool_create(1);
    Frame *frame = frame_pool_take(pool);
    assert_ptr_equal(frame_ref(frame), frame);
    assert_ptr_equal(frame_ref(frame), frame);
    frame_unref(frame);
    assert_null(frame_pool_take(pool));
    frame_unref(frame);
    assert_null(frame_pool_take(pool));
    frame_unref(frame);
    assert_ptr_equal(frame_pool_take(pool), frame);
    frame_unref(frame); /* it came back with one reference, however many it had before */
    assert_ptr_equal(frame_pool_take(pool), frame);
    frame_unref(frame);
    frame_pool_destroy(pool);
}

static void buffers_stay_and_are_counted(void **state)
{
    (void)state;
    FramePool *pool = frame_pool_create(2);
    assert_int_equal(frame_pool_bytes(pool), 0);
    Frame *first = frame_pool_take(pool), *second = frame_pool_take(pool);
    assert_int_equal(frame_alloc(first, PIXEL_I420, 640, 480), 0);
    assert_int_equal(frame_alloc(second, PIXEL_GREY, 64, 10), 0);
    frame_ref(first);
    assert_int_equal(frame_pool_bytes(pool), 640 * 480 * 3 / 2);
    frame_unref(second);
    assert_int_equal(frame_pool_bytes(pool), 640 * 480 * 3 / 2 + 640);
    frame_unref(first);
    frame_unref(first);

    forget_allocations();
    count_allocations(1);
    for (int round = 0; round < 10; round++) {
        Frame *frame = frame_pool_take(pool); /* the one returned last, which is large enough */
        assert_ptr_equal(frame, first);
        assert_int_equal(frame_alloc(frame, PIXEL_I420, 640, 480), 0);
        frame_unref(frame_ref(frame));
        frame_unref(frame);
    }
    count_allocations(0);
    assert_int_equal(allocations_counted(), 0);
    assert_int_equal(frame_pool_bytes(pool), 640 * 480 * 3 / 2 + 640);
    frame_pool_destroy(pool);
}

/* ---- threads ---------------------------------------------------------------------------------- */

enum { READERS = 3, ROUNDS = 2000, FRAMES = 4, SIDE = 16 };

/* One writer shares each frame with all readers, as an input does with its consumers. */
typedef struct Exchange {
    FramePool *pool;
    _Atomic(Frame *) slots[READERS]; /* a frame for a reader, with a reference that becomes the reader's */
    atomic_int done, torn;
} Exchange;

typedef struct Reader {
    Exchange *exchange;
    int index;
    int64_t seen;
    pthread_t thread;
} Reader;

static void check_and_return(Reader *reader, Frame *frame)
{
    for (int i = 0; i < SIDE; i++)
        if (frame->planes[0][(ptrdiff_t)i * frame->strides[0]] != (uint8_t)frame->sequence)
            atomic_fetch_add(&reader->exchange->torn, 1);
    reader->seen++;
    frame_unref(frame);
}

static void *read_frames(void *argument)
{
    Reader *reader = argument;
    Exchange *exchange = reader->exchange;
    for (;;) {
        int done = atomic_load(&exchange->done);
        Frame *frame = atomic_exchange(&exchange->slots[reader->index], NULL);
        if (frame)
            check_and_return(reader, frame);
        else if (done)
            return NULL;
        frame_pool_bytes(exchange->pool);
    }
}

static void threads_share_frames(void **state)
{
    (void)state;
    Exchange exchange = {.pool = frame_pool_create(FRAMES)};
    Reader readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = (Reader){.exchange = &exchange, .index = i};
        assert_int_equal(thread_start(&readers[i].thread, read_frames, &readers[i]), 0);
    }
    int64_t shared = 0, replaced = 0;
    for (int round = 0; round < ROUNDS;) {
        Frame *frame = frame_pool_take(exchange.pool);
        if (!frame)
            continue; /* the readers hold all */
        assert_int_equal(frame_alloc(frame, PIXEL_GREY, SIDE, SIDE), 0);
        frame->sequence = round++;
        memset(frame->planes[0], (uint8_t)frame->sequence, (size_t)frame->strides[0] * SIDE);
        for (int i = 0; i < READERS; i++) {
            Frame *old = atomic_exchange(&exchange.slots[i], frame_ref(frame));
            shared++;
            replaced += old != NULL;
            frame_unref(old);
        }
        frame_unref(frame);
    }
    atomic_store(&exchange.done, 1);
    int64_t seen = 0;
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        seen += readers[i].seen;
    }
    assert_int_equal(atomic_load(&exchange.torn), 0);
    assert_int_equal(seen + replaced, shared);
    Frame *all[FRAMES];
    for (int i = 0; i < FRAMES; i++)
        assert_non_null(all[i] = frame_pool_take(exchange.pool));
    for (int i = 0; i < FRAMES; i++)
        frame_unref(all[i]);
    frame_pool_destroy(exchange.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_has_a_limit),
        cmocka_unit_test(the_last_reference_returns_a_frame),
        cmocka_unit_test(buffers_stay_and_are_counted),
        cmocka_unit_test(threads_share_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
