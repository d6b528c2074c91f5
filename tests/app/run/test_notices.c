/* Lines for the window, and how it is woken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/notices.h"
#include <stdatomic.h>
#include <string.h>

static void count_wakes(void *argument)
{
    atomic_fetch_add((atomic_int *)argument, 1);
}

static void the_latest_line_is_shown(void **state)
{
    (void)state;
    atomic_int wakes = 0;
    char text[NOTICE_TEXT], name[1000];
    Notices notices;
    notices_init(&notices);
    notices_wake(&notices); /* nobody looks */
    assert_int_equal(notices_get(&notices, text), 0);
    notices.wake = count_wakes;
    notices.wake_argument = &wakes;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    notices_post(&notices, "saved %s", name); /* cut to fit */
    assert_int_equal(notices_get(&notices, text), 1);
    assert_int_equal(strlen(text), NOTICE_TEXT - 1);
    assert_memory_equal(text, "saved xxx", 9);
    notices_post(&notices, "%d %%", 5);
    assert_int_equal(notices_get(&notices, text), 2);
    assert_int_equal(notices_get(&notices, text), 2); /* it stays */
    assert_string_equal(text, "5 %");
    assert_int_equal(atomic_load(&wakes), 2);
    notices_wake(&notices);
    assert_int_equal(atomic_load(&wakes), 3);
    notices_finish(&notices);
}

enum { POSTS = 2000 };

static void *post(void *argument)
{
    for (int i = 0; i < POSTS; i++)
        notices_post(argument, "%05d%05d", i, i);
    return NULL;
}

/* From any thread, whole. */
static void lines_do_not_mix(void **state)
{
    (void)state;
    Notices notices;
    pthread_t threads[2];
    char text[NOTICE_TEXT];
    notices_init(&notices);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post, &notices), 0);
    while (notices_get(&notices, text) < 2 * POSTS)
        if (*text)
            assert_memory_equal(text, text + 5, 5);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    notices_finish(&notices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_line_is_shown),
        cmocka_unit_test(lines_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
