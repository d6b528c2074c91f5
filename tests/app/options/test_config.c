/* The config file's lines, and what wins over what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/options/config.h"
#include "app/options/parse.h"
#include "tests/support/folder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[8192];
static Options options;
static Error error;

static int parse(const char *text, size_t size)
{
    assert_true(size < sizeof buffer);
    memcpy(buffer, text, size);
    options_free(&options);
    error = (Error){0};
    return config_parse(&options, buffer, size, "conf", &error);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void assert_refused(const char *expected)
{
    if (!strstr(error.message, expected))
        fail_msg("'%s' does not tell '%s'", error.message, expected);
    assert_null(strchr(error.message, '\n'));
}

static void lines(void **state)
{
    (void)state;
    assert_int_equal(
        PARSE("# comment\n\n  threshold = 0.4 \nheadless=yes\r\noutput = a # b.mkv\n\tloop=no\nsize=160"), 0);
    assert_true(options.detection.threshold == 0.4 && options.outputs.headless && !options.channel.loop);
    assert_int_equal(options.model.size, 160);
    assert_string_equal(options.outputs.output, "a # b.mkv");
    assert_int_equal(PARSE(""), 0);
    assert_int_equal(PARSE("\n\n\n"), 0);
    assert_int_equal(PARSE("classes=cup=x"), 0);
    assert_string_equal(options.detection.classes, "cup=x");
}

static void bad_lines(void **state)
{
    (void)state;
    assert_int_equal(PARSE("loop=yes\nthreshold=2\n"), -1);
    assert_refused("conf:2: option --threshold: '2' is not a number from 0 to 1");
    assert_int_equal(PARSE("headless\n"), -1);
    assert_refused("conf:1: 'headless' is not option=value");
    assert_int_equal(PARSE("headless=1\n"), -1);
    assert_refused("neither yes nor no");
    assert_int_equal(PARSE("\n\nthreshhold=0.4\n"), -1);
    assert_refused("conf:3: no option 'threshhold'; did you mean threshold?");
    assert_int_equal(PARSE("=0.4\n"), -1);
    assert_refused("conf:1: no option ''");
    assert_int_equal(PARSE("output=\n"), -1);
    assert_refused("conf:1: option --output");
    assert_int_equal(PARSE("config=x\n"), -1);
    assert_refused("belongs on the command line");
    assert_int_equal(PARSE("help=yes\n"), -1);
    assert_int_equal(PARSE("loop=yes\nsize=160\0size=128\n"), -1);
    assert_refused("conf:2: a NUL byte");
    assert_int_equal(PARSE("\033[31m\n"), -1);
    assert_refused("'?[31m'");
}

static void sections(void **state)
{
    (void)state;
    assert_int_equal(PARSE("size=160\n[input door]\npath = /dev/video0\n threshold=0.5\n# note\n\n"
                           "  [ input  back yard ]  \r\nclasses=person, dog\npath=a=b # c\npath=yard.mp4"),
                     0);
    assert_int_equal(options.model.size, 160);
    assert_int_equal(options.section_count, 2);
    const InputSpec *door = &options.sections[0], *yard = &options.sections[1];
    assert_string_equal(door->name, "door");
    assert_string_equal(door->path, "/dev/video0");
    assert_true(door->threshold == 0.5);
    assert_null(door->classes);
    assert_string_equal(yard->name, "back yard");
    assert_string_equal(yard->path, "yard.mp4"); /* the last one counts */
    assert_string_equal(yard->classes, "person, dog");
    assert_true(yard->threshold < 0);
    assert_int_equal(PARSE("[input a]\npath=-"), 0);
    assert_int_equal(options.section_count, 1);
}

static void bad_sections(void **state)
{
    (void)state;
    assert_int_equal(PARSE("\n[output x]\npath=y"), -1);
    assert_refused("conf:2: '[output x]' is not a section; there is [input NAME]");
    assert_int_equal(PARSE("[]"), -1);
    assert_refused("conf:1: '[]' is not a section");
    assert_int_equal(PARSE("[inputs a]"), -1);
    assert_refused("conf:1: '[inputs a]' is not a section");
    assert_int_equal(PARSE("[input a"), -1);
    assert_refused("conf:1: '[input a' does not end with ]");
    assert_int_equal(PARSE("["), -1);
    assert_refused("conf:1: '[' does not end with ]");
    assert_int_equal(PARSE("[input ]"), -1);
    assert_refused("conf:1: an input without a name; write [input NAME]");
    static const char *const names[] = {"a/b", "..", "-", ".a", "a:b", "a\033b", "\xff", "a?"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[32];
        snprintf(text, sizeof text, "[input %s]\npath=x", names[i]);
        assert_int_equal(parse(text, strlen(text)), -1);
        assert_refused("conf:1: [input ");
        assert_refused("without special characters");
    }
    assert_int_equal(PARSE("[input a]\npath=x\n[input b]\npath=y\n[input a]\npath=z"), -1);
    assert_refused("conf:5: [input a]: there is an input of that name already");
    assert_int_equal(PARSE("size=160\n[input a]\nthreshold=0.5\n\n[input b]\npath=x"), -1);
    assert_refused("conf:2: [input a] has no path; add a line path=...");
    assert_int_equal(PARSE("[input a]"), -1);
    assert_refused("conf:1: [input a] has no path");
    assert_int_equal(PARSE("[input a]\npath=x\nsize=160"), -1);
    assert_refused("conf:3: 'size' is not a key of [input a]; there are path, classes and threshold");
    assert_int_equal(PARSE("[input a]\npath"), -1);
    assert_refused("conf:2: 'path' is not key=value");
    assert_int_equal(PARSE("[input a]\npath="), -1);
    assert_refused("conf:2: the path is empty");
    assert_int_equal(PARSE("[input a]\nclasses="), -1);
    assert_refused("conf:2: the list of classes is empty");
    assert_int_equal(PARSE("[input a]\nthreshold=1.5"), -1);
    assert_refused("conf:2: threshold: '1.5' is not a number from 0 to 1");
    assert_int_equal(PARSE("[input a]\nthreshold=-1"), -1);
    char many[4096] = "";
    for (int i = 0; i <= OPTIONS_MAX_INPUTS; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "[input %d]\npath=x\n", i);
    assert_int_equal(parse(many, strlen(many)), -1);
    assert_refused("conf:129: [input 64]: more than 64 inputs");
    *strstr(many, "[input 64]") = 0;
    assert_int_equal(parse(many, strlen(many)), 0);
    assert_int_equal(options.section_count, OPTIONS_MAX_INPUTS);
}

static void write_file(const char *name, const char *text, size_t size)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int load(char *const argv[])
{
    int argc = 0;
    while (argv[argc])
        argc++;
    options_free(&options);
    error = (Error){0};
    return config_load(&options, argc, argv, &error);
}

#define LOAD(...) load((char *const[]){"lookout", __VA_ARGS__, NULL})

static void command_line_wins(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("lookout"), 0700), 0);
    assert_int_equal(LOAD("x"), 0); /* no such file: nothing to say */
    static const char text[] = "threshold=0.6\nsize=128\nheadless=yes\nalpha=0.5\nmodel=m\n";
    write_file("lookout/lookout.conf", text, sizeof text - 1);
    assert_int_equal(LOAD("x", "--size=160"), 0);
    assert_true(options.detection.threshold == 0.6 && options.outputs.headless && options.model.alpha == 0.5);
    assert_int_equal(options.model.size, 160);
    assert_string_equal(options.operands[0], "x");
    assert_int_equal(LOAD("x", "--headless=no"), 0);
    assert_int_equal(options.outputs.headless, 0);
    assert_int_equal(LOAD("x", "-m", "other"), 0); /* alpha belonged to the file's model */
    assert_true(options.model.alpha == 0);
    assert_string_equal(options.model.path, "other");
    assert_int_equal(LOAD("info"), 0);
    assert_int_equal(options.command, COMMAND_INFO);

    write_file("other.conf", "threshold=0.7\n", 14);
    assert_int_equal(LOAD("x", "--config", (char *)in_folder("other.conf")), 0);
    assert_true(options.detection.threshold == 0.7 && !options.outputs.headless);

    write_file("lookout/lookout.conf", "nonsense\n", 9);
    assert_int_equal(LOAD("x"), -1);
    assert_refused("lookout.conf:1: 'nonsense'");
    assert_int_equal(LOAD("--help"), 0);
    assert_int_equal(LOAD("--version"), 0);
}

/* Sections are the inputs of detection, and of nothing else. */
static void inputs_of_sections(void **state)
{
    (void)state;
    static const char text[] = "[input door]\npath=/dev/video7\n[input yard]\npath=yard.mp4\nclasses=dog\n";
    write_file("inputs.conf", text, sizeof text - 1);
    char *const config = (char *)in_folder("inputs.conf");
    assert_int_equal(LOAD("--config", config), 0);
    assert_int_equal(options.input_count, 2);
    assert_string_equal(options.inputs[1].name, "yard");
    assert_string_equal(options.inputs[1].classes, "dog");
    assert_int_equal(LOAD("yard", "x.mp4", "--config", config), 0);
    assert_int_equal(options.input_count, 2);
    assert_string_equal(options.inputs[0].path, "yard.mp4");
    assert_string_equal(options.inputs[1].path, "x.mp4");
    assert_int_equal(LOAD("eval", "yard", "--config", config), 0);
    assert_string_equal(options.operands[0], "yard");
    assert_int_equal(options_check(&options, &error), 0);
    assert_int_equal(LOAD("bench", "--config", config), 0);
    assert_int_equal(options_check(&options, &error), 0);
    assert_int_equal(LOAD("x", "--config=/dev/null"), 0);
    assert_int_equal(options.input_count, 1);
}

/* What is measured does not depend on what the file chooses for detection. */
static void measuring_commands(void **state)
{
    (void)state;
    static const char text[] = "threshold=0.6\nnms=0.1\nsize=128\nalpha=0.5,1\nmodel=m\nthreads=3\nisa=c\n"
                               "classes=cup\njson=kept\nmax-detections=3\nvoc=yes\nprogress=yes\n";
    write_file("measure.conf", text, sizeof text - 1);
    char *const config = (char *)in_folder("measure.conf");
    assert_int_equal(LOAD("eval", "set", "--config", config), 0);
    assert_true(options.detection.threshold == OPTION_EVAL_THRESHOLD && options.detection.nms == 0.5);
    assert_int_equal(options.detection.max_detections, 100);
    assert_int_equal(options.alphas.count + options.sizes.count, 0);
    assert_null(options.detection.classes);
    assert_null(options.outputs.json);
    assert_int_equal(options.eval.voc, 0);
    assert_string_equal(options.model.path, "m");
    assert_string_equal(options.model.isa, "c");
    assert_int_equal(options.model.threads, 3);
    assert_true(options.outputs.progress);
    assert_int_equal(LOAD("eval", "set", "--config", config, "-t", "0.2", "-a", "0.25"), 0);
    assert_true(options.detection.threshold == 0.2 && options.alphas.count == 1 &&
                options.model.alpha == 0.25);
    assert_int_equal(LOAD("bench", "--config", config), 0);
    assert_int_equal(options.alphas.count + options.sizes.count, 0);
    assert_null(options.outputs.json);
}

static void files_that_are_refused(void **state)
{
    (void)state;
    assert_int_equal(LOAD("x", "--config", "/nonexistent/file"), -1);
    assert_refused("/nonexistent/file: No such file");
    assert_int_equal(LOAD("x", "--config", folder), -1);
    assert_refused(folder);
    static char large[CONFIG_MAX_BYTES + 1];
    memset(large, '\n', sizeof large);
    write_file("large.conf", large, sizeof large);
    assert_int_equal(LOAD("x", "--config", (char *)in_folder("large.conf")), -1);
    assert_refused("larger than 64 KiB");
    write_file("large.conf", large, sizeof large - 1);
    assert_int_equal(LOAD("x", "--config", (char *)in_folder("large.conf")), 0);
}

static int make_home(void **state)
{
    return make_folder(state) || setenv("XDG_CONFIG_HOME", folder, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(bad_lines),
        cmocka_unit_test(sections),
        cmocka_unit_test(bad_sections),
        cmocka_unit_test(command_line_wins),
        cmocka_unit_test(inputs_of_sections),
        cmocka_unit_test(measuring_commands),
        cmocka_unit_test(files_that_are_refused),
    };
    return cmocka_run_group_tests(tests, make_home, remove_folder);
}
