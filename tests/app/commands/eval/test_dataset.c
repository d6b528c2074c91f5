/* Data sets as they lie on disk. */
#include "app/commands/eval/dataset_open.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

static Dataset *dataset;
static Error error;

/* Writes a file, making the folders that it is in. */
static void put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s", in_folder(name));
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(path, 0700);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static void open_path(const char *path)
{
    dataset_destroy(dataset);
    error = (Error){0};
    dataset = dataset_open(path, &error);
}

static void opens(const char *name)
{
    open_path(in_folder(name));
    if (!dataset)
        fail_msg("%s", error.message);
}

static void refuses(const char *name, const char *expected)
{
    open_path(in_folder(name));
    assert_null(dataset);
    if (!strstr(error.message, expected))
        fail_msg("'%s' does not tell '%s'", error.message, expected);
    assert_null(strchr(error.message, '\n'));
}

/* The pictures are those, each in the test's folder, its boxes behind it: "a.jpg:2 b.jpg:0". */
static void assert_pictures(const char *expected)
{
    char told[1024] = "";
    size_t length = 0;
    for (int i = 0; i < dataset->image_count; i++) {
        assert_memory_equal(dataset->images[i].path, folder, strlen(folder));
        length +=
            (size_t)snprintf(told + length, sizeof told - length, "%s%s:%d", i ? " " : "",
                             dataset->images[i].path + strlen(folder) + 1, dataset->images[i].box_count);
    }
    assert_string_equal(told, expected);
}

static int empty(void **state)
{
    (void)state;
    dataset_destroy(dataset);
    dataset = NULL;
    return empty_folder();
}

#define COCO                                                                                                 \
    "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\"},{\"id\":2,\"file_name\":\"b.jpg\"}],"                   \
    "\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":1,\"bbox\":[1,2,3,4]}],"                      \
    "\"categories\":[{\"id\":1,\"name\":\"person\"}]}"

static void coco(void **state)
{
    (void)state;
    put("val.json", COCO);
    put("val/b.jpg", "");
    opens("val/"); /* the folder, with the file beside it */
    assert_pictures("val/a.jpg:0 val/b.jpg:1");
    assert_string_equal(dataset->name, "val");
    assert_false(dataset->relative);
    opens("val.json"); /* the file, with the folder beside it; not all pictures need be there */
    assert_pictures("val/a.jpg:0 val/b.jpg:1");
    assert_string_equal(dataset->name, "val");

    put("flat/boxes.json", COCO);
    put("flat/a.jpg", "");
    opens("flat/boxes.json"); /* beside the pictures */
    assert_pictures("flat/a.jpg:0 flat/b.jpg:1");

    put("coco/annotations/instances_val2017.json", COCO);
    put("coco/val2017/a.jpg", "");
    opens("coco/annotations/instances_val2017.json");
    assert_int_equal(dataset->image_count, 2);
    assert_int_equal(access(dataset->images[0].path, F_OK), 0);

    char here[512];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(in_folder("val")), 0);
    open_path(".");
    assert_int_equal(chdir(here), 0);
    assert_non_null(dataset);
    assert_string_equal(dataset->name, "val");
    assert_pictures("val/a.jpg:0 val/b.jpg:1");

    assert_int_equal(symlink("val", in_folder("link")), 0);
    opens("link");
    assert_pictures("val/a.jpg:0 val/b.jpg:1"); /* the file is beside what it points to */

    put("val.json", "{");
    refuses("val", "val.json:1: not JSON");
}

#define VOC                                                                                                  \
    "<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax>"                 \
    "<ymax>9</ymax></bndbox></object></annotation>"

static void voc(void **state)
{
    (void)state;
    put("v/Annotations/b.c.xml", VOC);
    put("v/Annotations/a.xml", VOC);
    put("v/Annotations/d.xml", "<annotation/>");
    put("v/Annotations/notes.txt", "");
    put("v/JPEGImages/a.png", "");
    opens("v"); /* all, by their names */
    assert_pictures("v/JPEGImages/a.png:1 v/JPEGImages/b.c.jpg:1 v/JPEGImages/d.jpg:0");
    assert_int_equal(dataset->images[2].id, 3);
    assert_int_equal(dataset->category_count, 1);

    put("v/ImageSets/Main/train.txt", "a\n");
    opens("v");
    assert_pictures("v/JPEGImages/a.png:1");
    put("v/ImageSets/Main/val.txt", "d\r\n\n b.c  1\n");
    opens("v"); /* in the order of the list */
    assert_pictures("v/JPEGImages/d.jpg:0 v/JPEGImages/b.c.jpg:1");
    put("v/ImageSets/Main/test.txt", "d\n");
    opens("v");
    assert_pictures("v/JPEGImages/d.jpg:0");

    put("v/ImageSets/Main/test.txt", "d\na\nd\n");
    refuses("v", "test.txt: picture ");
    refuses("v", "v/JPEGImages/d.jpg is there twice");
    put("v/ImageSets/Main/test.txt", "d\ne\n");
    refuses("v", "Annotations/e.xml: No such file");
    put("v/ImageSets/Main/test.txt", "\n");
    refuses("v", "test.txt: no pictures");
    put("v/ImageSets/Main/test.txt", "a\n");
    put("v/Annotations/a.xml", "<annotation>\n<object/></annotation>");
    refuses("v", "Annotations/a.xml:2: the object that begins here has no name");
}

static void yolo_folder(void **state)
{
    (void)state;
    put("y/images/b.jpg", "");
    put("y/images/a.v2.png", "");
    put("y/images/notes.txt", "");
    put("y/labels/a.v2.txt", "3 .5 .5 .1 .1\n");
    opens("y");
    assert_pictures("y/images/a.v2.png:1 y/images/b.jpg:0");
    assert_true(dataset->relative);
    assert_string_equal(dataset->categories[0], "3");
    assert_string_equal(dataset->name, "y");

    put("y/labels/classes.txt", "a\nb\nc\nd d\r\n");
    opens("y");
    assert_int_equal(dataset->category_count, 4);
    assert_string_equal(dataset->categories[3], "d d");
    assert_int_equal(dataset->file_count, 2); /* what outputs may not overwrite */
    assert_non_null(strstr(dataset->files[0], "y/labels/classes.txt"));
    assert_non_null(strstr(dataset->files[1], "y/labels/a.v2.txt"));
    put("y/classes.txt", "a\n");
    refuses("y", "labels/a.v2.txt:1: class 3 has no name in ");
    put("y/classes.txt", "a\n\nb\n");
    refuses("y", "classes.txt:2: the name is empty");

    put("split/images/train/a.jpg", "");
    put("split/images/val/b.jpg", "");
    put("split/labels/val/b.txt", "0 .5 .5 .1 .1\n");
    opens("split");
    assert_pictures("split/images/val/b.jpg:1");

    put("none/images/a.jpg", "");
    put("none/labels/b.txt", "");
    refuses("none", "none: no label files");
    put("no/images/a.txt", "");
    put("no/labels/a.txt", "");
    refuses("no", "no: no pictures in images, nor in its val, test or train; name a .yaml file");
}

static void yolo_config(void **state)
{
    (void)state;
    put("y/images/val/b.jpg", "");
    put("y/labels/val/b.txt", "1 .5 .5 .1 .1\n");
    put("y/images/train/a.jpg", "");
    put("y/labels/train/a.txt", "");
    put("y/data.yaml",
        "path: ../datasets/y  # elsewhere\ntrain: images/train\nval: images/val\nnames: [cat, dog]\n");
    opens("y");
    assert_pictures("y/images/val/b.jpg:1");
    assert_string_equal(dataset->categories[dataset->boxes[0].category], "dog");
    assert_string_equal(dataset->name, "y");
    opens("y/data.yaml");
    assert_string_equal(dataset->name, "y");

    put("y/data.yaml", "val: [images/train, images/val]\nnames: [cat, dog]\n");
    opens("y");
    assert_pictures("y/images/train/a.jpg:0 y/images/val/b.jpg:1");

    put("y/list.txt", "./images/val/b.jpg\nimages/train/a.jpg\r\n\n");
    put("y/data.yaml", "val: list.txt\nnames: [cat, dog]\n");
    opens("y");
    assert_pictures("y/images/val/b.jpg:1 y/images/train/a.jpg:0");
    put("y/list.txt", "images/val/b.jpg\n./images/val/b.jpg\n");
    refuses("y", "images/val/b.jpg is there twice");

    put("y/data.yaml", "names: [cat, dog]\n"); /* names alone: what is beside it */
    opens("y");
    assert_pictures("y/images/val/b.jpg:1");
    put("y/data.yaml", "names: [cat]\nval: images/val\n");
    refuses("y", "labels/val/b.txt:1: class 1 has no name in ");
    put("y/data.yaml", "\nval: images/lost\n");
    refuses("y", "data.yaml:2: there is no images/lost");
    put("y/data.yaml", "val: data.yaml\n");
    refuses("y", "no label files");
}

/* As some tools export: valid/images, with a data.yaml that says ../valid/images. */
static void yolo_export(void **state)
{
    (void)state;
    put("y/valid/images/b.jpg", "");
    put("y/valid/labels/b.txt", "0 .5 .5 .1 .1\n");
    put("y/data.yaml", "train: ../train/images\nval: ../valid/images\n\nnc: 1\nnames: ['cat']\n\n"
                       "roboflow:\n  workspace: x\n  url: https://example.org/x\n");
    opens("y");
    assert_pictures("y/valid/images/b.jpg:1");
    put("beside/a.jpg", ""); /* labels beside the pictures */
    put("beside/a.txt", "0 .5 .5 .1 .1\n");
    put("beside/data.yml", "path: .\nval: .\n");
    opens("beside/data.yml");
    assert_int_equal(dataset->images[0].box_count, 1);
}

static void no_data_set(void **state)
{
    (void)state;
    refuses("lost", "lost: No such file");
    put("x/a.jpg", "");
    refuses("x", "x: no data set; expected ");
    refuses("x/a.jpg", "a.jpg: no data set; expected a folder, a .json file (COCO) or a .yaml file");
    assert_int_equal(mkfifo(in_folder("pipe.json"), 0600), 0);
    refuses("pipe.json", "pipe.json:1: not JSON");
    assert_int_equal(mkdir(in_folder("folder.json"), 0700), 0);
    refuses("folder.json", "no data set");
    assert_int_equal(mkdir(in_folder("x.json"), 0700), 0);
    refuses("x", "x.json: Is a directory");
}

#define TEST(function) cmocka_unit_test_teardown(function, empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(coco), TEST(voc), TEST(yolo_folder), TEST(yolo_config), TEST(yolo_export), TEST(no_data_set),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
