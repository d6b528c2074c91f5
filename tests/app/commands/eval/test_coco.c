#include "app/commands/eval/coco.h"
#include "tests/support/reader.h"

#include <stdio.h>

static int parse(const char *text)
{
    renew();
    return coco_parse(&builder, text, strlen(text), "x.json", &error);
}

/* Lists around what is tested. */
#define IMAGES                                                                                               \
    "\"images\":[{\"id\":7,\"file_name\":\"b.jpg\",\"width\":64,\"height\":48},"                             \
    "{\"id\":3,\"file_name\":\"a/a.jpg\"}]"
#define CATEGORIES "\"categories\":[{\"id\":18,\"name\":\"dog\"},{\"id\":1,\"name\":\"person\"}]"
#define BOX "\"image_id\":7,\"category_id\":18,\"bbox\":[1,2,3,4]"

static int parse_annotations(const char *annotations)
{
    char text[2048];
    snprintf(text, sizeof text, "{" IMAGES "," CATEGORIES ",\"annotations\":[%s]}", annotations);
    return parse(text);
}

static void boxes(void **state)
{
    (void)state;
    assert_int_equal(parse_annotations("{\"id\":1," BOX
                                       ",\"area\":5.5,\"iscrowd\":1,\"segmentation\":{\"counts\":\"x\"}},"
                                       "{\"id\":2,\"image_id\":3,\"category_id\":1,\"bbox\":[-1.5,0,10,0]},"
                                       "{\"id\":9," BOX ",\"iscrowd\":0,\"area\":null}"),
                     0);
    const Dataset *dataset = builder.dataset;
    assert_int_equal(dataset->category_count, 2);
    assert_string_equal(dataset->categories[0], "person"); /* by id */
    assert_int_equal(dataset->category_ids[1], 18);
    assert_false(dataset->relative);

    assert_int_equal(dataset->image_count, 2);
    assert_int_equal(dataset->images[0].id, 3);
    assert_string_equal(dataset->images[0].path, "a/a.jpg");
    assert_int_equal(dataset->images[0].width, 0);
    assert_int_equal(dataset->images[1].width, 64);
    assert_int_equal(dataset->images[1].height, 48);

    assert_int_equal(dataset->box_count, 3);
    assert_int_equal(dataset->images[0].box_count, 1);
    assert_box(&dataset->boxes[dataset->images[0].first_box], 0, -1.5, 0, 10, 0);
    assert_int_equal(dataset->images[1].box_count, 2);
    const DatasetBox *dogs = &dataset->boxes[dataset->images[1].first_box];
    assert_box(&dogs[0], 1, 1, 2, 3, 4);
    assert_true(dogs[0].crowd && dogs[0].area == 5.5);
    assert_true(!dogs[1].crowd && dogs[1].area == 12);
}

static void no_boxes(void **state)
{
    (void)state;
    assert_int_equal(parse_annotations(""), 0);
    assert_int_equal(builder.dataset->images[1].box_count, 0);
}

static void refuse(const char *annotations, const char *expected)
{
    assert_int_equal(parse_annotations(annotations), -1);
    assert_refused(expected);
}

static void bad_annotations(void **state)
{
    (void)state;
    refuse("{\"id\":1," BOX "},{" BOX "}", "x.json: annotations[1]: no id");
    refuse("{\"id\":1," BOX "},{\"id\":1.5," BOX "}", "annotations[1]: no id that is a whole number");
    refuse("{\"id\":1," BOX "},{\"id\":4," BOX "},{\"id\":1," BOX "}",
           "annotations[2]: id 1 is that of annotations[0], too");
    refuse("7", "annotations[0]: no id");
    refuse("{\"id\":1}", "annotations[0]: no bbox of four numbers");
    refuse("{\"id\":1,\"bbox\":[1,2,3]}", "no bbox of four numbers");
    refuse("{\"id\":1,\"bbox\":\"1 2 3 4\"}", "no bbox of four numbers");
    refuse("{\"id\":1,\"bbox\":[1,2,\"3\",4]}", "bbox[2] is not a number from 0");
    refuse("{\"id\":1,\"bbox\":[1,2,3,-4]}", "bbox[3] is not a number from 0");
    refuse("{\"id\":1,\"bbox\":[1e8,2,3,4]}", "bbox[0] is not a number from -10000000");
    refuse("{\"id\":1,\"bbox\":[1,2,3,1e300]}", "bbox[3] is not");
    refuse("{\"id\":1,\"bbox\":[1,2,3,1e999]}", "x.json:1: not JSON: real number overflow");
    refuse("{\"id\":1,\"bbox\":[1,2,3,NaN]}", "x.json:1: not JSON");
    refuse("{\"id\":1," BOX ",\"area\":-1}", "area is not a number");
    refuse("{\"id\":1," BOX ",\"area\":\"1\"}", "area is not a number");
    refuse("{\"id\":1," BOX ",\"iscrowd\":2}", "iscrowd is neither 0 nor 1");
    refuse("{\"id\":1," BOX ",\"iscrowd\":\"0\"}", "iscrowd is neither 0 nor 1");
    refuse("{\"id\":1,\"category_id\":1,\"bbox\":[1,2,3,4]}", "no image_id that is a whole number");
    refuse("{\"id\":1,\"image_id\":3,\"category_id\":\"1\",\"bbox\":[1,2,3,4]}",
           "no category_id that is a whole number");
    refuse("{\"id\":1,\"image_id\":4,\"category_id\":1,\"bbox\":[1,2,3,4]}",
           "annotations[0]: there is no image with id 4");
    refuse("{\"id\":1,\"image_id\":3,\"category_id\":2,\"bbox\":[1,2,3,4]}",
           "annotations[0]: there is no category with id 2");
}

static void refuse_text(const char *text, const char *expected)
{
    assert_int_equal(parse(text), -1);
    assert_refused(expected);
}

static void bad_lists(void **state)
{
    (void)state;
    refuse_text("", "x.json:1: not JSON");
    refuse_text("{\n\n1}", "x.json:3: not JSON");
    refuse_text("[]", "x.json: no list \"images\"");
    refuse_text("{" IMAGES "," CATEGORIES "}", "no list \"annotations\"");
    refuse_text("{" IMAGES ",\"annotations\":[],\"categories\":{}}", "no list \"categories\"");
    refuse_text("{\"images\":[]," CATEGORIES ",\"annotations\":[]}", "x.json: no pictures");
    refuse_text("{\"images\":[{\"id\":1}]," CATEGORIES ",\"annotations\":[]}", "images[0]: no file_name");
    refuse_text("{\"images\":[{\"id\":1,\"file_name\":\"\"}]," CATEGORIES ",\"annotations\":[]}",
                "images[0]: no file_name");
    refuse_text("{\"images\":[{\"id\":1,\"file_name\":\"a\"},{\"id\":1,\"file_name\":\"b\"}]," CATEGORIES
                ",\"annotations\":[]}",
                "images[1]: id 1 is that of images[0], too");
    refuse_text("{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":-1}]," CATEGORIES
                ",\"annotations\":[]}",
                "images[0]: width is not a number of pixels");
    refuse_text("{\"images\":[{\"id\":1,\"file_name\":\"a\",\"height\":1e9}]," CATEGORIES
                ",\"annotations\":[]}",
                "images[0]: height is not a number of pixels");
    refuse_text("{" IMAGES ",\"annotations\":[],\"categories\":[{\"id\":1}]}",
                "categories[0]: the name is missing");
    refuse_text("{" IMAGES ",\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\\nb\"}]}",
                "categories[0]: the name has a control character");
    refuse_text("{" IMAGES ",\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\"},"
                "{\"id\":1,\"name\":\"b\"}]}",
                "categories[1]: id 1 is that of categories[0], too");
}

static void deep_nesting(void **state)
{
    (void)state;
    static char text[1 << 20];
    memset(text, '[', sizeof text - 1);
    assert_int_equal(parse(text), -1);
    assert_refused("x.json:1: not JSON");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes),     cmocka_unit_test(no_boxes),     cmocka_unit_test(bad_annotations),
        cmocka_unit_test(bad_lists), cmocka_unit_test(deep_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, close_builder);
}
