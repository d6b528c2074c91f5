/* The newest-frame mailbox: alone, and with two threads that race. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/mailbox.h"
#include <pthread.h>
#include <string.h>

static void put(Mailbox *mailbox, int64_t sequence)
{
    Frame *frame = mailbox_blank(mailbox);
    assert_int_equal(frame_alloc(frame, PIXEL_GREY, 64, 64), 0);
    frame->sequence = sequence;
    memset(frame->planes[0], (int)(sequence % 251), (size_t)frame->strides[0] * 64);
}

static void the_newest_frame_wins(void **state)
{
    (void)state;
    Mailbox *mailbox = mailbox_create();
    assert_non_null(mailbox);
    assert_null(mailbox_take(mailbox));
    put(mailbox, 1);
    assert_false(mailbox_publish(mailbox));
    put(mailbox, 2);
    assert_true(mailbox_publish(mailbox)); /* 1 is lost */
    const Frame *taken = mailbox_take(mailbox);
    assert_int_equal(taken->sequence, 2);
    assert_null(mailbox_take(mailbox));

    put(mailbox, 3); /* does not touch what the reader has */
    assert_int_equal(taken->sequence, 2);
    assert_int_equal(taken->planes[0][0], 2);
    assert_false(mailbox_publish(mailbox));
    assert_int_equal(mailbox_wait(mailbox)->sequence, 3);

    put(mailbox, 4);
    mailbox_publish(mailbox);
    mailbox_close(mailbox);
    assert_null(mailbox_wait(mailbox));
    mailbox_destroy(mailbox);
    mailbox_destroy(NULL);
}

static void nothing_is_allocated_again(void **state)
{
    (void)state;
    Mailbox *mailbox = mailbox_create();
    assert_non_null(mailbox);
    void *blocks[3] = {NULL};
    for (int i = 0; i < 12; i++) {
        put(mailbox, i);
        void *block = mailbox_blank(mailbox)->memory;
        int known = 0;
        for (int j = 0; j < 3; j++)
            known |= blocks[j] == block;
        assert_true(known || i < 6);
        for (int j = 0; j < 3 && !known; j++) {
            if (!blocks[j]) {
                blocks[j] = block;
                known = 1;
            }
        }
        assert_true(known); /* never a fourth */
        mailbox_publish(mailbox);
        if (i % 2)
            mailbox_take(mailbox);
    }
    mailbox_destroy(mailbox);
}

enum { RACE_FRAMES = 20000 };

static void *write_frames(void *argument)
{
    Mailbox *mailbox = argument;
    for (int i = 1; i <= RACE_FRAMES; i++) {
        put(mailbox, i);
        mailbox_publish(mailbox);
    }
    return NULL;
}

static void a_reader_sees_whole_frames_in_order(void **state)
{
    (void)state;
    Mailbox *mailbox = mailbox_create();
    assert_non_null(mailbox);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_frames, mailbox), 0);
    int64_t last = 0;
    while (last < RACE_FRAMES) { /* the last frame is never lost */
        const Frame *frame = mailbox_wait(mailbox);
        assert_true(frame->sequence > last);
        last = frame->sequence;
        for (int i = 0; i < frame->strides[0] * 64; i += 61)
            assert_int_equal(frame->planes[0][i], last % 251);
    }
    pthread_join(writer, NULL);
    mailbox_destroy(mailbox);
}

static void *close_it(void *argument)
{
    mailbox_close(argument);
    return NULL;
}

static void closing_wakes_the_reader(void **state)
{
    (void)state;
    Mailbox *mailbox = mailbox_create();
    assert_non_null(mailbox);
    pthread_t closer;
    assert_int_equal(pthread_create(&closer, NULL, close_it, mailbox), 0);
    assert_null(mailbox_wait(mailbox));
    pthread_join(closer, NULL);
    mailbox_destroy(mailbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_frame_wins),
        cmocka_unit_test(nothing_is_allocated_again),
        cmocka_unit_test(a_reader_sees_whole_frames_in_order),
        cmocka_unit_test(closing_wakes_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
