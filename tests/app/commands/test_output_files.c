/* The files of a run: one an input where the name says so, and never one twice or one that is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/commands/output_files.h"
#include "tests/support/folder.h"
#include <string.h>

static Error error;
static OutputFiles outputs = {.error = &error};

static void assert_path(const char *pattern, const char *name, const char *expected)
{
    char *path = output_path_for(pattern, name);
    assert_non_null(path);
    assert_string_equal(path, expected);
    free(path);
}

static void placeholders(void **state)
{
    (void)state;
    assert_path("seen-{source}.mkv", "door", "seen-door.mkv");
    assert_path("{source}", "door", "door");
    assert_path("{source}/{source}{source}.mkv", "a", "a/aa.mkv");
    assert_path("{source}", "a name that is longer than its place", "a name that is longer than its place");
    assert_path("plain.mkv", "door", "plain.mkv");
    assert_path("{source", "door", "{source");
    assert_path("{{source}}", "{source}", "{{source}}"); /* a name is not looked into */
    assert_path("", "door", "");
}

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void assert_refused(int result, const char *path)
{
    assert_int_equal(result, -1);
    assert_int_equal(error.code, ERROR_USAGE);
    assert_non_null(strstr(error.message, "would be overwritten"));
    assert_non_null(strstr(error.message, path));
}

static void files_of_inputs(void **state)
{
    (void)state;
    InputSpec inputs[OPTIONS_MAX_INPUTS];
    char names[OPTIONS_MAX_INPUTS][8];
    char pattern[128];
    for (int i = 0; i < OPTIONS_MAX_INPUTS; i++) {
        snprintf(names[i], sizeof names[i], "in%d", i);
        inputs[i] = (InputSpec){.name = names[i], .path = "/nonexistent/clip.mp4", .threshold = -1};
    }
    snprintf(pattern, sizeof pattern, "%s/{source}.mkv", folder);
    assert_int_equal(output_files_add_each(&outputs, pattern, inputs, OPTIONS_MAX_INPUTS), 0);
    snprintf(pattern, sizeof pattern, "%s/{source}.json", folder);
    assert_int_equal(output_files_add_each(&outputs, pattern, inputs, OPTIONS_MAX_INPUTS), 0);
    assert_int_equal(output_files_add(&outputs, "-"), 0);
    assert_int_equal(output_files_add_each(&outputs, NULL, inputs, 2), 0);
    assert_int_equal(outputs.count, 2 * OPTIONS_MAX_INPUTS + 1);
    assert_string_equal(strrchr(outputs.files[1].path, '/'), "/in1.mkv");
    /* none of them exists yet */
    assert_refused(output_files_add(&outputs, in_folder("./in63.json")), "/in63.json");
    assert_refused(output_files_add_each(&outputs, pattern, inputs, 1), "/in0.json");
    output_files_free(&outputs);
    assert_int_equal(outputs.count, 0);
    /* the same file for all, once */
    assert_int_equal(output_files_add_each(&outputs, in_folder("all.json"), inputs, 3), 0);
    assert_int_equal(outputs.count, 1);
    output_files_free(&outputs);
}

static void what_is_read(void **state)
{
    (void)state;
    char first[128], second[128], pattern[128];
    snprintf(first, sizeof first, "%s/first.mkv", folder);
    snprintf(second, sizeof second, "%s/second.mkv", folder);
    snprintf(pattern, sizeof pattern, "%s/{source}.mkv", folder);
    write_file(first);
    write_file(second);
    const InputSpec inputs[] = {
        {.name = "camera"}, {.name = "a", .path = first}, {.name = "b", .path = second}};
    assert_int_equal(output_files_add_each(&outputs, pattern, inputs, 3), 0);
    assert_int_equal(output_files_check_inputs(&outputs, inputs, 3), 0);
    output_files_free(&outputs);
    /* an input of the name of another's file */
    const InputSpec crossed[] = {{.name = "second", .path = first}, {.name = "b", .path = second}};
    assert_int_equal(output_files_add_each(&outputs, pattern, crossed, 2), 0);
    assert_refused(output_files_check_inputs(&outputs, crossed, 2), second);
    output_files_free(&outputs);
    Options options = {.config = first, .model = {.path = "/nonexistent"}};
    assert_int_equal(output_files_add(&outputs, first), 0);
    assert_refused(output_files_check_settings(&outputs, &options), first);
    options.config = NULL;
    assert_int_equal(output_files_check_settings(&outputs, &options), 0);
    options.model.path = first;
    assert_refused(output_files_check_settings(&outputs, &options), first);
    output_files_free(&outputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders),
        cmocka_unit_test(files_of_inputs),
        cmocka_unit_test(what_is_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
