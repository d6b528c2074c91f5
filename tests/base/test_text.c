/* Numbers in and out, and the nearest name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void reads_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {"0",
                                       "1",
                                       "0.3",
                                       ".5",
                                       "5.",
                                       "-2.25",
                                       "+3",
                                       "1e-3",
                                       "2.5E+2",
                                       "0.0001",
                                       "0.3333333333333333333333",
                                       "1e22",
                                       "123456789012345678901234567890",
                                       "0e999",
                                       "1e-400"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double value = NAN, expected = strtod(good[i], NULL); /* the tests run in the C locale */
        assert_int_equal(text_to_number(good[i], &value), 0);
        assert_true(fabs(value - expected) <= 4e-16 * fabs(expected));
    }
    static const char *const bad[] = {"",
                                      " ",
                                      ".",
                                      "-",
                                      "1x",
                                      "0,5",
                                      "nan",
                                      "inf",
                                      "-inf",
                                      "0x1",
                                      "1e",
                                      "1e+",
                                      "1 ",
                                      " 1",
                                      "1..2",
                                      "--1",
                                      "1e9999999999999999999",
                                      "1e999",
                                      "e5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value = 42;
        assert_int_equal(text_to_number(bad[i], &value), -1);
        assert_true(value == 42);
    }
}

static void reads_integers(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(text_to_integer("-17", &value), 0);
    assert_int_equal(value, -17);
    assert_int_equal(text_to_integer("9223372036854775807", &value), 0);
    assert_int_equal(value, INT64_MAX);
    static const char *const bad[] = {"", "-", "+", "1.0", "1e3", "9223372036854775808", "12a", " 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(text_to_integer(bad[i], &value), -1);
}

static void writes_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {
        {1, 1, "1.0"},      {0.033333, 3, "0.033"}, {5.1, 3, "5.1"},      {0, 6, "0.0"},
        {-0.001, 2, "0.0"}, {-1.5, 2, "-1.5"},      {0.995, 1, "1.0"},    {1e30, 2, "90000000000000000.0"},
        {NAN, 2, "null"},   {INFINITY, 2, "null"},  {100.004, 2, "100.0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TEXT_NUMBER_SIZE];
        int length = text_put_number(text, cases[i].value, cases[i].decimals);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void hides_control_characters(void **state)
{
    (void)state;
    char text[] = "a\n\033[31mb\x7f\xc2\x9b"
                  "c\xc3\xa9";
    text_make_printable(text);
    assert_string_equal(text, "a??[31mb???c\xc3\xa9");
}

static void measures_edits(void **state)
{
    (void)state;
    assert_int_equal(text_distance("threads", "threads"), 0);
    assert_int_equal(text_distance("thread", "threads"), 1);
    assert_int_equal(text_distance("thraeds", "threads"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("", "abc"), 3);
    char longest[80];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(text_distance(longest, "abc"), INT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),  cmocka_unit_test(reads_integers),
        cmocka_unit_test(writes_numbers), cmocka_unit_test(hides_control_characters),
        cmocka_unit_test(measures_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
