/* The table of keys: complete, without doubt, and what it says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/window/keys.h"
#include "app/window/view_text.h"
#include <stdio.h>
#include <string.h>

/* What the manual promises. */
static void test_every_key_does_what_is_promised(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        Action action;
    } promised[] = {
        {"q", ACTION_QUIT},           {NULL, ACTION_QUIT},        {"f", ACTION_FULLSCREEN},
        {" ", ACTION_PAUSE},          {".", ACTION_STEP},         {"s", ACTION_SNAPSHOT},
        {"S", ACTION_CLEAN_SNAPSHOT}, {"r", ACTION_RECORD},       {"[", ACTION_ALPHA_DOWN},
        {"]", ACTION_ALPHA_UP},       {"{", ACTION_RHO_DOWN},     {"}", ACTION_RHO_UP},
        {"a", ACTION_AUTO},           {"+", ACTION_THRESHOLD_UP}, {"-", ACTION_THRESHOLD_DOWN},
        {"i", ACTION_STATISTICS},     {"?", ACTION_HELP},
    };
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        const Key *key = key_find(promised[i].text);
        assert_non_null(key);
        assert_int_equal(key->action, promised[i].action);
    }
    static const char *const nothing[] = {"", "Q", "qq", "q ", "x", "\n", "\xC3\xA9", "\x1B"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_null(key_find(nothing[i]));
}

static void test_keys_are_told_apart_and_every_action_has_one(void **state)
{
    (void)state;
    int reachable[ACTION_COUNT] = {[ACTION_NONE] = 1};
    for (int i = 0; i < key_count; i++) {
        const Key *key = &key_table[i];
        assert_ptr_equal(key_find(key->text), key); /* fails for the second of two that are equal */
        assert_in_range(key->action, ACTION_NONE + 1, ACTION_COUNT - 1);
        assert_true(!key->text || strlen(key->text) == 1);
        reachable[key->action] = 1;
        for (int j = 0; j < i; j++)
            assert_string_not_equal(key->name, key_table[j].name);
    }
    for (int action = 0; action < ACTION_COUNT; action++)
        assert_true(reachable[action]);
}

/* A key that is held down may not switch something on and off. */
static void test_only_steps_repeat(void **state)
{
    (void)state;
    for (int i = 0; i < key_count; i++) {
        Action action = key_table[i].action;
        int is_step = action == ACTION_STEP || (action >= ACTION_ALPHA_DOWN && action <= ACTION_RHO_UP) ||
                      action == ACTION_THRESHOLD_UP || action == ACTION_THRESHOLD_DOWN;
        assert_int_equal(key_table[i].repeats, is_step);
    }
}

static void test_help_has_a_line_for_every_action(void **state)
{
    (void)state;
    int lines = 0;
    for (int i = 0; i < key_count; i++) {
        if (key_table[i].help) {
            assert_true(key_table[i].help[0] && key_table[i].help[strlen(key_table[i].help) - 1] != '.');
            lines++;
        } else {
            assert_true(i > 0 && key_table[i].action == key_table[i - 1].action);
        }
    }
    assert_int_equal(lines, ACTION_COUNT - 1);

    char help[1024];
    view_text_help(help, sizeof help);
    assert_true(strlen(help) < sizeof help - 1);
    assert_memory_equal(help, "q, Esc\tquit\n", 12);
    int ends = 1;
    for (const char *c = help; *c; c++)
        ends += *c == '\n';
    assert_int_equal(ends, lines);
    for (int i = 0; i < key_count; i++) {
        char line[128];
        if (!key_table[i].help)
            continue;
        snprintf(line, sizeof line, "\t%s", key_table[i].help);
        assert_non_null(strstr(help, line));
    }
}

static void test_names_are_cut(void **state)
{
    (void)state;
    char names[16];
    assert_int_equal(key_names(0, names, sizeof names), 2);
    assert_string_equal(names, "q, Esc");
    for (size_t size = 1; size < 7; size++) {
        memset(names, '#', sizeof names);
        assert_int_equal(key_names(0, names, size), 2);
        assert_int_equal(strlen(names), size - 1);
        assert_memory_equal(names, "q, Esc", size - 1);
        assert_int_equal(names[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_does_what_is_promised),
        cmocka_unit_test(test_keys_are_told_apart_and_every_action_has_one),
        cmocka_unit_test(test_only_steps_repeat),
        cmocka_unit_test(test_help_has_a_line_for_every_action),
        cmocka_unit_test(test_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
