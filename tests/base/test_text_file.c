/* Files read whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 10000 }; /* more than is read at once */

static char path[] = "/tmp/lookout-text-file-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_bytes(size_t count)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++)
        fputc((int)('a' + i % 26), file);
    assert_int_equal(fclose(file), 0);
}

static void reads_up_to_the_limit(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4094, 4095, 4096, MOST - 1, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = SIZE_MAX;
        Error error = {0};
        write_bytes(sizes[i]);
        char *text = text_file_read(path, MOST, &size, &error);
        assert_non_null(text);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(strlen(text), size);
        for (size_t at = 0; at < size; at++)
            assert_int_equal(text[at], 'a' + at % 26);
        free(text);
    }
}

static void refuses_more(void **state)
{
    (void)state;
    for (size_t more = 1; more < 10000; more *= 97) {
        size_t size;
        Error error = {0};
        write_bytes(MOST + more);
        assert_null(text_file_read(path, MOST, &size, &error));
        assert_non_null(strstr(error.message, path));
        assert_non_null(strstr(error.message, "larger than 9 KiB"));
    }
}

static void says_why_not(void **state)
{
    (void)state;
    size_t size;
    Error error = {0};
    assert_null(text_file_read("/nowhere/a", MOST, &size, &error));
    assert_string_equal(error.message, "/nowhere/a: No such file or directory");
    assert_null(text_file_read("/", MOST, &size, &error));
    assert_string_equal(error.message, "/: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_up_to_the_limit),
        cmocka_unit_test(refuses_more),
        cmocka_unit_test(says_why_not),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
