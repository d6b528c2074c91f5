/* The inputs of a run: their names, and what several of them cannot share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/options/inputs.h"
#include "app/options/parse.h"
#include "base/text.h"
#include "tests/support/folder.h"
#include <string.h>
#include <sys/stat.h>

static Options options;
static Error error;

static int resolve(char *const argv[])
{
    int argc = 0;
    while (argv[argc])
        argc++;
    const InputSpec sections[] = {
        {.name = "door", .path = "/nonexistent/video7", .classes = "person", .threshold = 0.5},
        {.name = "a", .path = "other.mp4", .threshold = -1},
    };
    options_free(&options);
    error = (Error){0};
    if (options_parse(&options, argc, argv, &error))
        return -1;
    memcpy(options.sections, sections, sizeof sections);
    options.section_count = 2;
    return inputs_resolve(&options, &error);
}

#define RESOLVE(...) assert_int_equal(resolve((char *const[]){"lookout", __VA_ARGS__, NULL}), 0)

static void assert_name(const char *path, const char *expected)
{
    RESOLVE("--", (char *)path);
    assert_int_equal(options.input_count, 1);
    assert_string_equal(options.inputs[0].name, expected);
    assert_string_equal(options.inputs[0].path, path);
    assert_null(options.inputs[0].classes);
    assert_true(options.inputs[0].threshold < 0);
    assert_true(input_name_is_valid(options.inputs[0].name));
}

static void names_after_paths(void **state)
{
    (void)state;
    assert_name("x/b.mp4", "b");
    assert_name("b.mp4", "b");
    assert_name("./door", "door");
    assert_name("b.2024.mp4", "b.2024");
    assert_name("/dev/video0", "video0");
    assert_name("photos/", "photos");
    assert_name("x/photos///", "photos");
    assert_name("-", "stdin");
    assert_name("/", "input");
    assert_name("..", "_");
    assert_name("x/.hidden.mp4", "_hidden");
    assert_name("x/.mp4", "_mp4");
    assert_name("--x", "_-x");
    assert_name("a b\tc\n.mp4", "a b_c_");
    assert_name("a:b*c?\"<>|\\.mp4", "a_b_c______");
    assert_name("\xc3\xbcnder.mp4", "\xc3\xbcnder");
    assert_name("\xff\xc3.mp4", "__");
    assert_name("\xc2\x9b.mp4", "_"); /* moves the cursor of a terminal */
    options_free(&options);
    assert_int_equal(inputs_resolve(&options, &error), 0);
    assert_int_equal(options.input_count, 1);
    assert_string_equal(options.inputs[0].name, "camera");
    assert_null(options.inputs[0].path);
}

static void long_names_are_cut(void **state)
{
    (void)state;
    char path[600], twin[600];
    memset(path, 'x', sizeof path);
    memcpy(path + sizeof path - sizeof ".mp4", ".mp4", sizeof ".mp4");
    snprintf(twin, sizeof twin, "%s", path);
    for (size_t i = 101; i + 1 < 300; i += 2)
        memcpy(twin + i, "\xc3\xbc", 2); /* no character is cut in two */
    RESOLVE(path, twin, path);
    for (int i = 0; i < 3; i++) {
        assert_in_range(strlen(options.inputs[i].name), 100, INPUT_NAME_SIZE - 1);
        for (const char *rest = options.inputs[i].name; *rest;)
            assert_int_not_equal(text_next(&rest), 0xfffd);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(options.inputs[i].name, options.inputs[j].name);
    }
    /* the second one, cut within a character, keeps the room for a number, too */
    assert_in_range(strlen(options.inputs[1].name), 100, INPUT_NAME_SIZE - sizeof "-64");
    assert_false(input_name_is_valid(path));
}

static void names_are_unique(void **state)
{
    (void)state;
    RESOLVE("c.mp4", "x/c.mkv", "c-2.mp4", "c.mp4");
    static const char *const expected[] = {"c", "c-2", "c-2-2", "c-3"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(options.inputs[i].name, expected[i]);
    char *argv[OPTIONS_MAX_INPUTS + 3] = {"lookout"};
    for (int i = 0; i < OPTIONS_MAX_INPUTS; i++)
        argv[i + 1] = "same.mp4";
    assert_int_equal(resolve(argv), 0);
    assert_int_equal(options.input_count, OPTIONS_MAX_INPUTS);
    assert_string_equal(options.inputs[OPTIONS_MAX_INPUTS - 1].name, "same-64");
    argv[OPTIONS_MAX_INPUTS + 1] = "other.mp4";
    assert_int_equal(resolve(argv), -1);
    assert_string_equal(error.message, "more than 64 inputs; 'other.mp4' is one too many");
}

static void sections_by_name(void **state)
{
    (void)state;
    RESOLVE("-v");
    assert_int_equal(options.input_count, 2);
    assert_string_equal(options.inputs[0].name, "door");
    assert_string_equal(options.inputs[1].path, "other.mp4");
    RESOLVE("x/door.mp4", "door", "./a", "door");
    static const char *const names[] = {"door-2", "door", "a", "door-3"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(options.inputs[i].name, names[i]); /* the section of a is not read */
    assert_string_equal(options.inputs[0].path, "x/door.mp4");
    assert_null(options.inputs[0].classes);
    for (int i = 1; i < 4; i += 2) {
        assert_string_equal(options.inputs[i].path, "/nonexistent/video7");
        assert_string_equal(options.inputs[i].classes, "person");
        assert_true(options.inputs[i].threshold == 0.5);
    }
    assert_string_equal(options.inputs[2].path, "./a");
}

static void assert_check(const char *expected)
{
    const int result = options_check(&options, &error);
    if (!expected) {
        assert_int_equal(result, 0);
        return;
    }
    assert_int_equal(result, -1);
    assert_int_equal(error.code, ERROR_USAGE);
    assert_non_null(strstr(error.message, expected));
}

static void what_is_read_once(void **state)
{
    (void)state;
    RESOLVE("c.mp4", "c.mp4", "-");
    assert_check(NULL); /* a file may be read twice */
    RESOLVE("-", "c.mp4", "-");
    assert_check("only one input can be standard input (-)");
    RESOLVE("/dev/video63", "c.mp4", "/dev/video63");
    assert_check("inputs video63 and video63-2 are the same camera, /dev/video63; name it once");
    RESOLVE("/dev/video62", "/dev/video63");
    assert_check(NULL);
    /* one device under two names; no camera is needed for that */
    assert_int_equal(symlink("/dev/null", in_folder("link")), 0);
    RESOLVE("/dev/null", (char *)in_folder("link"));
    assert_check("inputs null and link are the same camera");
    RESOLVE("/dev/null", "/dev/zero");
    assert_check(NULL);
    assert_int_equal(mkfifo(in_folder("one"), 0600), 0);
    assert_int_equal(mkfifo(in_folder("two"), 0600), 0);
    RESOLVE((char *)in_folder("one"), (char *)in_folder("two"));
    assert_check(NULL);
    RESOLVE((char *)in_folder("one"), "c.mp4", (char *)in_folder("one"));
    assert_check("inputs one and one-2 are the same named pipe");
}

static void loops(void **state)
{
    (void)state;
    RESOLVE("--loop", "c.mp4", "d.mp4");
    assert_check(NULL);
    RESOLVE("--loop", "c.mp4", "-");
    assert_check("--loop: input stdin: standard input cannot start again");
    RESOLVE("--loop", "c.mp4", "/dev/video63");
    assert_check("--loop: input video63: a camera has no end");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    RESOLVE("--loop", "c.mp4", (char *)in_folder("pipe"));
    assert_check("--loop: input pipe: a named pipe cannot start again");
    RESOLVE("c.mp4", (char *)in_folder("pipe"));
    assert_check(NULL);
}

static void files_of_several_inputs(void **state)
{
    (void)state;
    RESOLVE("c.mp4", "d.mp4", "-o", "seen-{source}.mkv", "--stats", "{source}.json", "--json", "-");
    assert_check(NULL);
    RESOLVE("c.mp4", "d.mp4", "--stats", "all.json");
    assert_check(NULL);
    RESOLVE("c.mp4", "-o", "{source}.mkv");
    assert_check(NULL);
    RESOLVE("c.mp4", "d.mp4", "-o", "seen.mkv");
    assert_check("option --output: 2 inputs need a file each; name them with {source}, as seen-{source}.mkv");
    RESOLVE("c.mp4", "d.mp4", "-o", "-");
    assert_check("option --output: 2 inputs need a file each");
    RESOLVE("c.mp4", "d.mp4", "--json", "{source}.jsonl");
    assert_check("option --json: one file takes the lines of all inputs; leave {source} out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_after_paths),       cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(names_are_unique),        cmocka_unit_test(sections_by_name),
        cmocka_unit_test(what_is_read_once),       cmocka_unit_test(loops),
        cmocka_unit_test(files_of_several_inputs),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
