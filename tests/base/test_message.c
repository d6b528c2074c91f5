/* Messages: lines of several threads do not mix, and nothing in them reaches the terminal as a control
 * character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/message.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, LINES = 200, LENGTH = 1000 };

/* What is written to standard error meanwhile goes to the file that is returned, until restore_stderr(). */
static int saved_stderr;

static FILE *catch_stderr(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    return file;
}

static void restore_stderr(FILE *file)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    rewind(file);
}

/* A thread writes lines of its own letter. */
static void *write_lines(void *letter)
{
    char text[LENGTH + 1];
    memset(text, *(const char *)letter, LENGTH);
    text[LENGTH] = 0;
    for (int i = 0; i < LINES; i++)
        message("%s", text);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    static char letters[THREADS] = "abcdefgh";
    pthread_t threads[THREADS];
    FILE *file = catch_stderr();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, write_lines, &letters[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    restore_stderr(file);

    static const char prefix[] = "lookout: ";
    char line[2 * LENGTH];
    int count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        const char *text = line + strlen(prefix);
        assert_memory_equal(line, prefix, strlen(prefix));
        assert_int_equal(strspn(text, (char[]){text[0], 0}), LENGTH);
        assert_string_equal(text + LENGTH, "\n");
    }
    assert_int_equal(count, THREADS * LINES);
    fclose(file);
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    char line[64] = "";
    FILE *file = catch_stderr();
    message("%s: %d", "a\033[31m\nb", 7);
    restore_stderr(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "lookout: a?[31m?b: 7\n");
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

static void a_status_line_is_printable(void **state)
{
    (void)state;
    char line[64] = "";
    FILE *file = catch_stderr();
    message_status("a\033[31m\nb");
    restore_stderr(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "\rlookout: a?[31m?b\033[K");
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(a_status_line_is_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
