/* The command line: every form it takes, and the messages for what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/options/inputs.h"
#include "app/options/option_table.h"
#include "app/options/parse.h"
#include "vision/input/camera/modes.h"
#include <string.h>

#define PARSE(options, error, ...) parse(options, error, (char *const[]){"lookout", __VA_ARGS__, NULL})

static int parse(Options *options, Error *error, char *const argv[])
{
    int argc = 0;
    while (argv[argc])
        argc++;
    options_free(options);
    *error = (Error){0};
    if (options_parse(options, argc, argv, error))
        return -1;
    return options->command == COMMAND_DETECT ? inputs_resolve(options, error) : 0;
}

#define ACCEPT(...) assert_int_equal(PARSE(&options, &error, __VA_ARGS__), 0)
/* Refused, with a message that holds `expected`. */
#define REFUSE(expected, ...)                                                                                \
    do {                                                                                                     \
        assert_int_equal(PARSE(&options, &error, __VA_ARGS__), -1);                                          \
        if (!strstr(error.message, expected))                                                                \
            fail_msg("'%s' does not tell '%s'", error.message, expected);                                    \
        assert_null(strchr(error.message, '\n'));                                                            \
    } while (0)

static Options options;
static Error error;

static void defaults(void **state)
{
    (void)state;
    ACCEPT("clip.mp4");
    assert_string_equal(options.operands[0], "clip.mp4");
    assert_int_equal(options.command, COMMAND_DETECT);
    assert_int_equal(options.model.size, 224);
    assert_true(options.detection.threshold == 0.3 && options.detection.nms == 0.5 &&
                options.model.alpha == 0);
    assert_int_equal(options.detection.max_detections, 100);
    assert_int_equal(options.model.threads, 0);
    assert_null(options.outputs.output);
}

static void forms_of_values(void **state)
{
    (void)state;
    ACCEPT("--threshold", "0.4", "x");
    assert_true(options.detection.threshold == 0.4);
    ACCEPT("--threshold=0.4", "x");
    assert_true(options.detection.threshold == 0.4);
    ACCEPT("-t", "0.4", "x");
    assert_true(options.detection.threshold == 0.4);
    ACCEPT("-t0.4", "x");
    assert_true(options.detection.threshold == 0.4);
    ACCEPT("x", "-vt0.4");
    assert_true(options.detection.threshold == 0.4 && options.outputs.verbose);
    ACCEPT("-vo", "-");
    assert_string_equal(options.outputs.output, "-");
    assert_int_equal(options.operand_count, 0);
    REFUSE("--output", "--output=", "x");
    ACCEPT("-o", "--json"); /* a value is taken as it is */
    assert_string_equal(options.outputs.output, "--json");
    REFUSE("--output needs a value, FILE", "-o");
    REFUSE("--json needs a value, FILE", "x", "--json");
}

static void inputs(void **state)
{
    (void)state;
    ACCEPT("-");
    assert_string_equal(options.operands[0], "-");
    ACCEPT("--", "-t");
    assert_string_equal(options.operands[0], "-t");
    ACCEPT("--", "info");
    assert_int_equal(options.command, COMMAND_DETECT);
    assert_string_equal(options.operands[0], "info");
    ACCEPT("info");
    assert_int_equal(options.command, COMMAND_INFO);
    assert_int_equal(options.operand_count, 0);
    ACCEPT("info", "info");
    assert_string_equal(options.operands[0], "info");
    ACCEPT("bench");
    assert_int_equal(options.command, COMMAND_BENCH);
    ACCEPT("a", "-v", "b", "--", "-");
    assert_int_equal(options.operand_count, 3);
    assert_string_equal(options.operands[1], "b");
    assert_string_equal(options.operands[2], "-");
    REFUSE("empty", "");
    REFUSE("empty", "a", "");
}

static void flags(void **state)
{
    (void)state;
    ACCEPT("--headless", "--loop", "--loop=no");
    assert_true(options.outputs.headless && !options.channel.loop);
    REFUSE("'maybe' is neither yes nor no", "--headless=maybe");
    ACCEPT("-hv");
    assert_true(options.help && options.outputs.verbose);
}

static void alpha_rho_and_size(void **state)
{
    (void)state;
    static char *const rhos[] = {"1",    "0.857", "0.714", "0.571", "0.995", "1.005", "0.8571428",
                                 ".575", "1.143", "1.286", "1.429", "1.14",  "1.43"};
    static const int sizes[] = {224, 192, 160, 128, 224, 224, 192, 128, 256, 288, 320, 256, 320};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ACCEPT("-r", rhos[i]);
        assert_int_equal(options.model.size, sizes[i]);
    }
    REFUSE("--rho: '0.99' is not one of 1.429, 1.286, 1.143, 1, 0.857, 0.714, 0.571", "--rho=0.99");
    REFUSE("--rho: 'nan'", "--rho=nan");
    ACCEPT("-r", "1", "--size", "160");
    assert_int_equal(options.model.size, 160);
    ACCEPT("--size", "160", "-r", "1");
    assert_int_equal(options.model.size, 224);
    ACCEPT("--size=64");
    assert_int_equal(options.model.size, 64);
    ACCEPT("--size=512");
    assert_int_equal(options.model.size, 512);
    static char *const bad[] = {"0", "32", "544", "100", "224.0", "-224", "224x", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        REFUSE("is not one of 320, 288, 256, 224, 192, 160, 128, nor another multiple of 32 from 64 to 512",
               "--size", bad[i]);
    ACCEPT("-a", "0.50");
    assert_true(options.model.alpha == 0.5);
    REFUSE("--alpha: '0.3' is not one of 1, 0.75, 0.5, 0.25, auto", "-a0.3");
    ACCEPT("-a", "auto");
    assert_true(options.model.alpha == MODEL_ALPHA_AUTO);
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("bench", "-a", "auto");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "--alpha"));
}

static void lists_of_points(void **state)
{
    (void)state;
    ACCEPT("eval", "set", "-a", "0.5,1,0.50", "--size", "160,320,64");
    assert_int_equal(options.command, COMMAND_EVAL);
    assert_int_equal(options.alphas.count, 2);
    assert_true(options.alphas.values[0] == 0.5 && options.alphas.values[1] == 1);
    assert_int_equal(options.sizes.count, 3);
    assert_int_equal(options.sizes.values[1], 320);
    assert_true(options.model.alpha == 0.5 && options.model.size == 160);
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("bench", "-a", "all", "--size=all");
    assert_int_equal(options.alphas.count, 4);
    assert_true(options.alphas.values[0] == 1 && options.alphas.values[3] == 0.25);
    assert_int_equal(options.sizes.count, 4);
    assert_int_equal(options.sizes.values[0], 224);
    assert_int_equal(options.sizes.values[3], 128);
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("bench", "-r", "0.571,1", "-a", "all", "-a", "0.25"); /* the last one counts */
    assert_int_equal(options.sizes.count, 2);
    assert_int_equal(options.sizes.values[0], 128);
    assert_int_equal(options.alphas.count, 1);
    ACCEPT("bench");
    assert_int_equal(options.alphas.count, 0);
    assert_int_equal(options.sizes.count, 0);
    REFUSE("--alpha: '' is not one of 1, 0.75", "bench", "-a", "1,");
    REFUSE("--alpha: 'auto' is not one of", "bench", "-a", "1,auto");
    REFUSE("--size: '100' is not one of 320, 288, 256, 224, 192, 160, 128", "bench", "--size", "224,100");
    REFUSE("--rho: '224' is not one of", "bench", "-r", "1,224");
    REFUSE("--size: 'all' is not", "bench", "--size", "224,all");
    REFUSE("--alpha: '0.25000000000000000000000000000000000000' is not", "bench", "-a",
           "0.25000000000000000000000000000000000000");
    static char *const commands[] = {"x", "info"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        ACCEPT(commands[i], "-a", "1,0.5");
        assert_int_equal(options_check(&options, &error), -1);
        assert_non_null(strstr(error.message, "--alpha: a list goes with bench and eval only"));
        ACCEPT(commands[i], "--size", "all");
        assert_int_equal(options_check(&options, &error), -1);
        assert_non_null(strstr(error.message, "--size: a list goes with bench and eval only"));
        ACCEPT(commands[i], "-a1,1", "--size", "160");
        assert_int_equal(options_check(&options, &error), 0);
    }
}

static void eval_options(void **state)
{
    (void)state;
    ACCEPT("eval", "set", "--detections", "d", "--plot", "p", "--json", "-", "--voc", "--voc07", "-t0.01");
    assert_int_equal(options_check(&options, &error), 0);
    assert_string_equal(options.operands[0], "set");
    assert_string_equal(options.eval.plot, "p");
    assert_true(options.eval.voc && options.eval.voc07);
    ACCEPT("eval");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "eval needs a DATASET"));
    ACCEPT("eval", "set", "--detections", "-", "--plot", "-");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "only one of --json, --detections and --plot"));
    ACCEPT("eval", "set", "-a", "auto");
    assert_int_equal(options_check(&options, &error), -1);
    REFUSE("option --plot does not go with bench", "bench", "--plot", "x");
    REFUSE("option --voc does not go with detection", "x", "--voc");
    REFUSE("option --output does not go with eval", "eval", "x", "-o", "y");
}

static void camera_sizes(void **state)
{
    (void)state;
    ACCEPT("--camera-size", "1280x720", "--camera-fps", "29.97", "--camera-format", "MJPG", "--exit-on-lost");
    assert_int_equal(options.camera.width, 1280);
    assert_int_equal(options.camera.height, 720);
    assert_true(options.camera.frame_rate == 29.97 && options.channel.exit_on_lost);
    assert_int_equal(options.camera.format, camera_fourcc_named("MJPG"));
    assert_int_not_equal(options.camera.format, 0);
    REFUSE("option --camera-format: 'H264' is not known; there are YUYV, ", "--camera-format", "H264");
    REFUSE("option --camera-format: ''", "--camera-format=");
    static char *const bad[] = {"640",      "640x",   "x480",      "640x480x2", "640X480",  " 640x480",
                                "+640x480", "15x480", "640x16385", "0x0",       "640 x480", "99999999999x480",
                                ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        REFUSE("is not WxH, as 640x480", "--camera-size", bad[i]);
}

static void ranges(void **state)
{
    (void)state;
    static char *const bad[] = {"-0.1", "1.1", "nan", "inf", "0.5x", "0,5", "1e9", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        REFUSE("is not a number from 0 to 1", "-t", bad[i]);
        REFUSE("option --nms", "--nms", bad[i]);
    }
    ACCEPT("-t", "0", "--nms", "1", "--max-detections", "300", "-j64");
    assert_int_equal(options.model.threads, 64);
    REFUSE("--max-detections: '0' is not a whole number from 1 to 300", "--max-detections=0");
    REFUSE("from 1 to 300", "--max-detections=301");
    REFUSE("--threads: '65' is not a whole number from 1 to 64", "-j65");
    REFUSE("--threads: '0'", "-j0");
    REFUSE("--frames: '99999999999999999999'", "--frames", "99999999999999999999");
    REFUSE("from 1 to 2147483647", "--frames", "0");
    ACCEPT("--frames", "2147483647", "--loop");
    assert_true(options.channel.frames == 2147483647 && options.channel.loop && !options.channel.realtime);
}

static void unknown_options(void **state)
{
    (void)state;
    REFUSE("did you mean --threads?", "--treads=2");
    REFUSE("did you mean --headless?", "--head", "x");
    REFUSE("did you mean --max-detections?", "--max-detection=2");
    REFUSE("no option '--zzzzzz'; 'lookout --help'", "--zzzzzz");
    REFUSE("no option '-q'", "-vq");
    REFUSE("no option '--'", "--=3");
    REFUSE("option --frames does not go with info", "--frames=3", "info");
    REFUSE("option --headless does not go with info", "info", "--headless");
    REFUSE("option --threshold does not go with bench", "bench", "-t0.5");
}

static void options_that_exclude_each_other(void **state)
{
    (void)state;
    ACCEPT("--headless", "x", "-o", "-", "--json", "-");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "only one of"));
    ACCEPT("--headless", "x", "-o", "-", "--json", "j");
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("--headless");
    assert_int_equal(options_check(&options, &error), 0); /* the first camera */
    ACCEPT("x");
    assert_int_equal(options_check(&options, &error), 0); /* a window */
    ACCEPT("devices", "x");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "devices takes no INPUT"));
    ACCEPT("--headless", "-", "--loop");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "--loop"));
    ACCEPT("info");
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("info", "a", "b");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "info takes one MODEL, and both 'a' and 'b' are given"));
    ACCEPT("eval", "a", "b");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "eval takes one DATASET, and both 'a' and 'b' are given"));
    assert_int_equal(error.code, ERROR_USAGE);
    ACCEPT("bench", "--json", "-", "-j2", "--isa", "c", "-m", "x");
    assert_int_equal(options_check(&options, &error), 0);
    ACCEPT("bench", "x");
    assert_int_equal(options_check(&options, &error), -1);
    assert_non_null(strstr(error.message, "'x'"));
}

static void table_is_consistent(void **state)
{
    (void)state;
    assert_in_range(option_count, 1, OPTION_TABLE_MAX);
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        assert_ptr_equal(option_by_name(option->name, strlen(option->name)), option);
        if (option->letter)
            assert_ptr_equal(option_by_letter(option->letter), option);
        assert_true(option->help && *option->help && option->commands);
        assert_int_equal(option->argument == NULL, option->type == OPTION_FLAG);
        assert_true(option->offset + sizeof(int) <= sizeof(Options));
        assert_int_not_equal(option->help[strlen(option->help) - 1], '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(forms_of_values),
        cmocka_unit_test(inputs),
        cmocka_unit_test(flags),
        cmocka_unit_test(alpha_rho_and_size),
        cmocka_unit_test(lists_of_points),
        cmocka_unit_test(eval_options),
        cmocka_unit_test(camera_sizes),
        cmocka_unit_test(ranges),
        cmocka_unit_test(unknown_options),
        cmocka_unit_test(options_that_exclude_each_other),
        cmocka_unit_test(table_is_consistent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
