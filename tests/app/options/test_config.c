/* The config file's lines, and what wins over what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/options/config.h"
#include "tests/support/folder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[1024];
static Options options;
static Error error;

static int parse(const char *text, size_t size)
{
    assert_true(size < sizeof buffer);
    memcpy(buffer, text, size);
    options = options_default();
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
    assert_true(options.threshold == 0.4 && options.headless && !options.loop);
    assert_int_equal(options.size, 160);
    assert_string_equal(options.output, "a # b.mkv");
    assert_int_equal(PARSE(""), 0);
    assert_int_equal(PARSE("\n\n\n"), 0);
    assert_int_equal(PARSE("classes=cup=x"), 0);
    assert_string_equal(options.classes, "cup=x");
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

static void write_file(const char *name, const char *text, size_t size)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int load(char *const argv[])
{
    static char *text;
    int argc = 0;
    while (argv[argc])
        argc++;
    free(text); /* of the load before: its strings may be looked at after it */
    text = NULL;
    error = (Error){0};
    int result = config_load(&options, argc, argv, &text, &error);
    if (!argv[1]) {
        free(text);
        text = NULL;
    }
    return result;
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
    assert_true(options.threshold == 0.6 && options.headless && options.alpha == 0.5);
    assert_int_equal(options.size, 160);
    assert_string_equal(options.operand, "x");
    assert_int_equal(LOAD("x", "--headless=no"), 0);
    assert_int_equal(options.headless, 0);
    assert_int_equal(LOAD("x", "-m", "other"), 0); /* alpha belonged to the file's model */
    assert_true(options.alpha == 0);
    assert_string_equal(options.model, "other");
    assert_int_equal(LOAD("info"), 0);
    assert_int_equal(options.command, COMMAND_INFO);

    write_file("other.conf", "threshold=0.7\n", 14);
    assert_int_equal(LOAD("x", "--config", (char *)in_folder("other.conf")), 0);
    assert_true(options.threshold == 0.7 && !options.headless);

    write_file("lookout/lookout.conf", "nonsense\n", 9);
    assert_int_equal(LOAD("x"), -1);
    assert_refused("lookout.conf:1: 'nonsense'");
    assert_int_equal(LOAD("--help"), 0);
    assert_int_equal(LOAD("--version"), 0);
    load((char *const[]){"lookout", NULL});
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
    assert_true(options.threshold == OPTION_EVAL_THRESHOLD && options.nms == 0.5);
    assert_int_equal(options.max_detections, 100);
    assert_int_equal(options.alphas.count + options.sizes.count, 0);
    assert_null(options.classes);
    assert_null(options.json);
    assert_int_equal(options.voc, 0);
    assert_string_equal(options.model, "m");
    assert_string_equal(options.isa, "c");
    assert_int_equal(options.threads, 3);
    assert_true(options.progress);
    assert_int_equal(LOAD("eval", "set", "--config", config, "-t", "0.2", "-a", "0.25"), 0);
    assert_true(options.threshold == 0.2 && options.alphas.count == 1 && options.alpha == 0.25);
    assert_int_equal(LOAD("bench", "--config", config), 0);
    assert_int_equal(options.alphas.count + options.sizes.count, 0);
    assert_null(options.json);
    load((char *const[]){"lookout", NULL});
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
    load((char *const[]){"lookout", NULL});
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
        cmocka_unit_test(command_line_wins),
        cmocka_unit_test(measuring_commands),
        cmocka_unit_test(files_that_are_refused),
    };
    return cmocka_run_group_tests(tests, make_home, remove_folder);
}
