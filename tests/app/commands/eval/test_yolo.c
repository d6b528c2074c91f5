#include "app/commands/eval/yolo_config.h"
#include "app/commands/eval/yolo_labels.h"
#include "tests/support/reader.h"

static YoloClasses classes;
static YoloConfig config;

static void start(void)
{
    yolo_config_destroy(&config);
    yolo_classes_open(&classes);
    renew();
    assert_int_equal(builder_add_image(&builder, "x.jpg", 1, 0, 0, "x.jpg", &error), 0);
}

static int parse_bytes(const char *text, size_t size)
{
    char copy[1024];
    assert_true(size < sizeof copy);
    memcpy(copy, text, size);
    return yolo_parse_labels(&builder, &classes, copy, size, "x.txt", &error);
}

static int parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static int configure(const char *text)
{
    start();
    return yolo_parse_config(&builder, &classes, &config, text, strlen(text), "data.yaml", &error);
}

static void labels(void **state)
{
    (void)state;
    start();
    assert_int_equal(parse("7 0.5 0.5 0.2 0.4\n\n 0.0\t.25 .25 .5 .5 \r\n7 0 0 0 0"), 0);
    const Dataset *dataset = builder.dataset;
    assert_int_equal(dataset->category_count, 2); /* as they come, named by their numbers */
    assert_string_equal(dataset->categories[0], "7");
    assert_int_equal(dataset->category_ids[0], 7);
    assert_string_equal(dataset->categories[1], "0");
    assert_int_equal(dataset->images[0].box_count, 3);
    assert_box(&dataset->boxes[0], 0, .4, .3, .2, .4);
    assert_true(dataset->boxes[0].area > .0799 && dataset->boxes[0].area < .0801);
    assert_box(&dataset->boxes[1], 1, 0, 0, .5, .5);
    assert_box(&dataset->boxes[2], 0, 0, 0, 0, 0);
}

static void polygons(void **state)
{
    (void)state;
    start();
    assert_int_equal(parse("0 .5 .2 .75 .5 .25 .25\n0 .1 .9 .3 .9 .3 .6 .1 .6\n"), 0);
    assert_box(&builder.dataset->boxes[0], 0, .25, .2, .5, .3);
    assert_box(&builder.dataset->boxes[1], 0, .1, .6, .2, .3);
}

static void refuse(const char *text, const char *expected)
{
    start();
    assert_int_equal(parse(text), -1);
    assert_refused(expected);
}

static void bad_labels(void **state)
{
    (void)state;
    refuse("0 .5 .5 .1 .1\n0 .5 .5 .1\n", "x.txt:2: expected a class and 4 numbers");
    refuse("0", "x.txt:1: expected a class and 4 numbers");
    refuse("0 .5 .5 .1 .1 .9\n", "expected a class and 4 numbers");
    refuse("dog .5 .5 .1 .1\n", "x.txt:1: class 'dog' is not a number from 0");
    refuse("-1 .5 .5 .1 .1\n", "class '-1' is not a number from 0");
    refuse("1.5 .5 .5 .1 .1\n", "class '1.5' is not a number from 0");
    refuse("10000 .5 .5 .1 .1\n", "class '10000' is not a number from 0 to 9999");
    refuse("1e300 .5 .5 .1 .1\n", "class '1e300' is not a number");
    refuse("nan .5 .5 .1 .1\n", "class 'nan' is not a number");
    refuse("0 .5 nan .1 .1\n", "x.txt:1: 'nan' is not a number");
    refuse("0 .5 .5x .1 .1\n", "'.5x' is not a number");
    refuse("0 320 240 20 20\n", "x.txt:1: 320 is not a fraction of the picture");
    refuse("0 .5 .5 -.1 .1\n", "-.1 is not a fraction of the picture");
    refuse("0 .5 .5 -.005 .1\n", "x.txt:1: a box of negative size");
    start();
    assert_int_equal(parse_bytes("0 .5 .5 .1 .1\n\0", 15), -1);
    assert_refused("x.txt:2: a NUL byte");
}

static void rounded_labels(void **state)
{
    (void)state;
    start();
    assert_int_equal(parse("0 .5 .5 1.000001 1\n0 -.005 0 1.005 0 .5 .5\n"), 0);
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(configure("names: [person, cell phone]\nnc: 2\n"), 0);
    assert_int_equal(builder.dataset->category_count, 2);
    assert_string_equal(builder.dataset->categories[1], "cell phone");
    assert_int_equal(parse("1 .5 .5 .1 .1\n"), 0);
    assert_int_equal(builder.dataset->boxes[0].category, 1);
    assert_int_equal(parse("2 .5 .5 .1 .1\n"), -1);
    assert_refused("x.txt:1: class 2 has no name in data.yaml");

    assert_int_equal(configure("names:\n  3: cat\n  0: dog\n"), 0); /* numbers may be left out */
    assert_int_equal(builder.dataset->category_ids[0], 3);
    assert_int_equal(parse("3 .5 .5 .1 .1\n0 .5 .5 .1 .1\n"), 0);
    assert_int_equal(builder.dataset->boxes[0].category, 0);
    assert_int_equal(builder.dataset->boxes[1].category, 1);
    assert_int_equal(parse("1 .5 .5 .1 .1\n"), -1);
}

static void parts(void **state)
{
    (void)state;
    assert_int_equal(configure("path: /data\ntrain: a\nval: b\ntest: c\n"), 0);
    assert_string_equal(config.root, "/data");
    assert_int_equal(config.part_count, 1);
    assert_string_equal(config.parts[0], "b");
    assert_int_equal(config.line, 3);

    assert_int_equal(configure("train: a\nval: # none\ntest:\n  - c\n  - d\n"), 0);
    assert_null(config.root);
    assert_int_equal(config.part_count, 2);
    assert_string_equal(config.parts[1], "d");
    assert_int_equal(configure("train: a\nval: null\ntest: ~\n"), 0);
    assert_string_equal(config.parts[0], "a");
    assert_int_equal(configure("nc: 3\n"), 0);
    assert_int_equal(config.part_count, 0);
}

static void refuse_config(const char *text, const char *expected)
{
    assert_int_equal(configure(text), -1);
    assert_refused(expected);
}

static void bad_configs(void **state)
{
    (void)state;
    refuse_config("nc: 1\nnames: person\n", "data.yaml:2: names: expected a list of names");
    refuse_config("names:\n  0: a\n  x: b\n", "data.yaml:3: names: expected a list of names");
    refuse_config("names: {-1: a}\n", "names: expected a list of names");
    refuse_config("names: {10000: a}\n", "from 0 to 9999");
    refuse_config("names: {1: a, 1: b}\n", "data.yaml:1: class 1 is named twice");
    refuse_config("names: [a, '']\n", "data.yaml:1: the name of class 1 is empty");
    refuse_config("names: [\"\x1b\"]\n", "the name of class 0 has a control character");
    refuse_config("val: {a: b}\n", "data.yaml:1: val: expected a folder");
    refuse_config("path: [a, b]\nval: x\n", "data.yaml:1: path: expected a folder");
    refuse_config("val: |\n  x\n", "data.yaml:1: a form of YAML that is not read here");
}

static int close_all(void **state)
{
    yolo_config_destroy(&config);
    return close_builder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels),         cmocka_unit_test(polygons), cmocka_unit_test(bad_labels),
        cmocka_unit_test(rounded_labels), cmocka_unit_test(names),    cmocka_unit_test(parts),
        cmocka_unit_test(bad_configs),
    };
    return cmocka_run_group_tests(tests, NULL, close_all);
}
