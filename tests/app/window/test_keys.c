/* The table of keys: complete, unambiguous, and what the help says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/command.h"
#include "app/window/keys.h"
#include "app/window/view_text.h"
#include <stdio.h>
#include <string.h>

/* What the manual promises. */
static void test_every_key_does_what_is_promised(void **state)
{
    (void)state;
    static const struct {
        const char *text, *command;
    } promised[] = {
        {"q", "quit"},          {"\x1B", "quit"},        {"f", "full-screen"},    {" ", "pause"},
        {".", "step"},          {"s", "snapshot boxes"}, {"S", "snapshot clean"}, {"r", "record"},
        {"[", "alpha down"},    {"]", "alpha up"},       {"{", "size down"},      {"}", "size up"},
        {"a", "auto"},          {"+", "threshold up"},   {"-", "threshold down"}, {"i", "statistics"},
        {"\r", "alone toggle"}, {"?", "help"},
    };
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        const Key *key = key_find(promised[i].text);
        assert_non_null(key);
        assert_string_equal(key->command, promised[i].command);
    }
    for (char digit = '0'; digit <= '9'; digit++) {
        const char text[] = {digit, '\0'}, command[] = {'a', 'l', 'o', 'n', 'e', ' ', digit, '\0'};
        assert_string_equal(key_find(text)->command, command);
    }
    static const char *const nothing[] = {"", "Q", "qq", "q ", "x", "\n", "10", "\xC3\xA9"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_null(key_find(nothing[i]));
}

static const RunCommand *command_of(const Key *key)
{
    const size_t length = strcspn(key->command, " ");
    for (int i = 0; i < run_command_count; i++)
        if (strlen(run_command_table[i].name) == length &&
            !strncmp(run_command_table[i].name, key->command, length))
            return &run_command_table[i];
    return NULL;
}

/* Whether the command's argument is among those of the table, as "up|down"; a number stands for NUMBER. */
static int takes(const RunCommand *command, const char *argument)
{
    for (const char *choice = command->argument; *choice;) {
        const size_t length = strcspn(choice, "|");
        const int is_number = strspn(argument, "0123456789") == strlen(argument);
        if ((strlen(argument) == length && !strncmp(choice, argument, length)) ||
            (is_number && !strncmp(choice, "NUMBER", length)))
            return 1;
        choice += length + (choice[length] == '|');
    }
    return 0;
}

static void test_every_command_exists_and_has_a_key(void **state)
{
    (void)state;
    for (int i = 0; i < key_count; i++) {
        const RunCommand *command = command_of(&key_table[i]);
        const char *argument = strchr(key_table[i].command, ' ');
        if (!command || !argument != !command->argument || (argument && !takes(command, argument + 1)))
            fail_msg("key %s: there is no command '%s'", key_table[i].name, key_table[i].command);
    }
    for (int i = 0; i < run_command_count; i++) {
        int has_key = 0;
        for (int j = 0; j < key_count; j++)
            has_key |= command_of(&key_table[j]) == &run_command_table[i];
        if (!has_key)
            fail_msg("command '%s' has no key", run_command_table[i].name);
    }
}

static void test_keys_are_told_apart(void **state)
{
    (void)state;
    for (int i = 0; i < key_count; i++) {
        const Key *key = &key_table[i];
        assert_ptr_equal(key_find(key->text), key); /* fails for the second of two that are equal */
        assert_int_equal(strlen(key->text), 1);
        assert_true(key->name || !key->help);
        for (int j = 0; j < i; j++)
            assert_true(!key->name || !key_table[j].name || strcmp(key->name, key_table[j].name));
    }
}

/* A key that is held down may not switch something on and off. */
static void test_only_steps_repeat(void **state)
{
    (void)state;
    for (int i = 0; i < key_count; i++) {
        const char *command = key_table[i].command;
        const int is_step = !strcmp(command, "step") || strstr(command, " up") || strstr(command, " down");
        assert_int_equal(key_table[i].repeats, is_step);
    }
}

static void test_help_has_a_line_for_every_command(void **state)
{
    (void)state;
    int lines = 0;
    for (int i = 0; i < key_count; i++) {
        if (key_table[i].help) {
            assert_true(key_table[i].help[0] && key_table[i].help[strlen(key_table[i].help) - 1] != '.');
            lines++;
        } else {
            assert_true(i > 0 && command_of(&key_table[i]) == command_of(&key_table[i - 1]));
        }
    }

    char help[1024];
    view_text_help(help, sizeof help);
    assert_true(strlen(help) < sizeof help - 1);
    assert_memory_equal(help, "q, Esc\tquit\n", 12);
    assert_non_null(strstr(help, "\n1 to 9\tthat one of several inputs alone\n0\t"));
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
        cmocka_unit_test(test_every_command_exists_and_has_a_key),
        cmocka_unit_test(test_keys_are_told_apart),
        cmocka_unit_test(test_only_steps_repeat),
        cmocka_unit_test(test_help_has_a_line_for_every_command),
        cmocka_unit_test(test_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
