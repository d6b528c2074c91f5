#include "app/commands/eval/voc_annotation.h"
#include "tests/support/reader.h"

#include <stdio.h>

static int parse(const char *text)
{
    char copy[4096];
    size_t size = strlen(text);
    assert_true(size < sizeof copy);
    memcpy(copy, text, size);
    renew();
    assert_int_equal(builder_add_image(&builder, "x.jpg", 1, 0, 0, "x.xml", &error), 0);
    return voc_parse(&builder, copy, size, "x.xml", &error);
}

#define BOX "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>20</xmax><ymax>40</ymax></bndbox>"
#define OBJECT(inside) "<annotation><object>" inside "</object></annotation>"

static void objects(void **state)
{
    (void)state;
    assert_int_equal(
        parse(
            "<?xml version='1.0'?>\n<annotation verified=\"yes\"><folder>VOC2007</folder>"
            "<filename>x.jpg</filename><size><width>500</width><height>375</height><depth>3</depth></size>"
            "<object><name>person</name><pose>Left</pose><truncated>1</truncated>"
            "<difficult>0</difficult>" BOX
            "<part><name>head</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>"
            "</part></object>"
            "<object><name> cat &amp; dog </name><difficult>1</difficult>"
            "<bndbox><ymax>1.5</ymax><xmax>1</xmax><xmin>1</xmin><ymin>1</ymin></bndbox></object>"
            "<object>" BOX "<name>person</name></object></annotation>\n"),
        0);
    const Dataset *dataset = builder.dataset;
    assert_int_equal(dataset->category_count, 2);
    assert_string_equal(dataset->categories[0], "person");
    assert_string_equal(dataset->categories[1], "cat & dog");
    assert_int_equal(dataset->category_ids[1], 2);
    assert_int_equal(dataset->images[0].width, 500);
    assert_int_equal(dataset->images[0].height, 375);
    assert_int_equal(dataset->images[0].box_count, 3);
    assert_box(&dataset->boxes[0], 0, 10, 20, 10, 20); /* both corners belong to the box, which begins at 1 */
    assert_true(dataset->boxes[0].area == 200 && !dataset->boxes[0].ignored);
    assert_box(&dataset->boxes[1], 1, 0, 0, 1, 1.5);
    assert_true(dataset->boxes[1].ignored);
    assert_int_equal(dataset->boxes[2].category, 0);
    assert_false(dataset->boxes[2].ignored);
}

static void nothing(void **state)
{
    (void)state;
    assert_int_equal(parse("<annotation/>"), 0);
    assert_int_equal(builder.dataset->box_count, 0);
    assert_int_equal(builder.dataset->images[0].width, 0);
}

static void refuse(const char *text, const char *expected)
{
    assert_int_equal(parse(text), -1);
    assert_refused(expected);
}

static void damage(void **state)
{
    (void)state;
    refuse("<annotation>", "x.xml:1: the file ends within <annotation>");
    refuse("\n<html/>", "x.xml:2: the root element is not <annotation>");
    refuse("<annotation>\n<object>\n" BOX "</object></annotation>",
           "x.xml:2: the object that begins here has no name");
    refuse(OBJECT("<name>a</name>"), "has no whole bndbox");
    refuse(OBJECT("<name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax></bndbox>"),
           "has no whole bndbox");
    refuse(OBJECT("<name>a</name><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>"),
           "has no whole bndbox");
    refuse(OBJECT("<name>a</name>" BOX BOX), "xmin is there twice in one object");
    refuse(OBJECT("<name>a</name><name>a</name>" BOX), "the object's name is there twice");
    refuse(OBJECT("<name> </name>" BOX), "the object's name is empty");
    refuse(OBJECT("<name>a\nb</name>" BOX), "the object's name has a control character");
    refuse(OBJECT("<name>\xff</name>" BOX), "the object's name is not UTF-8");
    refuse(OBJECT("<name>a</name><bndbox><xmin>nan</xmin></bndbox>"), "xmin is not a number");
    refuse(OBJECT("<name>a</name><bndbox><ymax/></bndbox>"), "ymax is not a number");
    refuse(OBJECT("<name>a</name><bndbox><xmin>1e8</xmin></bndbox>"), "xmin is not a number from -10000000");
    refuse(OBJECT("<name>a</name><bndbox><xmin>2</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax></bndbox>"),
           "has a box whose xmax or ymax is less");
    refuse(OBJECT("<name>a</name><difficult>maybe</difficult>" BOX), "<difficult> is neither 0 nor 1");
    refuse("<annotation><size><width>-1</width></size></annotation>", "width is not a number of pixels");
    refuse("<annotation><size><height>1e9</height></size></annotation>", "height is not a number of pixels");
}

static void long_name(void **state)
{
    (void)state;
    char text[512], name[DATASET_MAX_NAME + 2] = "";
    memset(name, 'x', DATASET_MAX_NAME);
    snprintf(text, sizeof text, OBJECT("<name>%s</name>" BOX), name);
    assert_int_equal(parse(text), 0);
    name[DATASET_MAX_NAME] = 'x';
    snprintf(text, sizeof text, OBJECT("<name>%s</name>" BOX), name);
    refuse(text, "the object's name is longer than 100 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(nothing),
        cmocka_unit_test(damage),
        cmocka_unit_test(long_name),
    };
    return cmocka_run_group_tests(tests, NULL, close_builder);
}
