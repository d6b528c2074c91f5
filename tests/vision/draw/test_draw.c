/* Boxes and labels in I420 frames: the right pixels in the right colour, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/folder.h"
#include "vision/draw/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GUARD_BYTES 4096
#define GUARD_VALUE 0xA5

/* A frame whose planes lie between guard bytes and whose rows end in them. */
typedef struct GuardedFrame {
    Frame frame;
    uint8_t *memory;
    size_t bytes;
} GuardedFrame;

static GuardedFrame make_frame(int width, int height, ColourMatrix matrix, ColourRange range)
{
    GuardedFrame guarded = {0};
    Frame *frame = &guarded.frame;
    size_t offsets[3], bytes = GUARD_BYTES;
    *frame = (Frame){.format = PIXEL_I420,
                     .width = width,
                     .height = height,
                     .matrix = matrix,
                     .range = range,
                     .sar_num = 1,
                     .sar_den = 1};
    for (int i = 0; i < 3; i++) {
        frame->strides[i] = frame_plane_width(PIXEL_I420, i, width) + 7;
        offsets[i] = bytes;
        bytes += (size_t)frame->strides[i] * (size_t)frame_plane_height(PIXEL_I420, i, height) + GUARD_BYTES;
    }
    guarded.bytes = bytes;
    guarded.memory = malloc(bytes);
    assert_non_null(guarded.memory);
    memset(guarded.memory, GUARD_VALUE, bytes);
    for (int i = 0; i < 3; i++) {
        frame->planes[i] = guarded.memory + offsets[i];
        for (int y = 0; y < frame_plane_height(PIXEL_I420, i, height); y++)
            memset(frame->planes[i] + (size_t)y * frame->strides[i], i == 0 ? 130 : 128,
                   (size_t)frame_plane_width(PIXEL_I420, i, width));
    }
    return guarded;
}

/* Whatever lies outside the pixels is as it was; frees the frame. */
static void check_guards(GuardedFrame *guarded)
{
    const Frame *frame = &guarded->frame;
    for (int i = 0; i < 3; i++) {
        for (int y = 0; y < frame_plane_height(PIXEL_I420, i, frame->height); y++)
            memset(frame->planes[i] + (size_t)y * frame->strides[i], GUARD_VALUE,
                   (size_t)frame_plane_width(PIXEL_I420, i, frame->width));
    }
    for (size_t i = 0; i < guarded->bytes; i++)
        assert_int_equal(guarded->memory[i], GUARD_VALUE);
    free(guarded->memory);
}

static Drawing *create(void)
{
    Error warning;
    Drawing *drawing = drawing_create(&warning);
    assert_non_null(drawing);
    return drawing;
}

static int has_labels(void)
{
    Error warning;
    Drawing *drawing = drawing_create(&warning);
    drawing_destroy(drawing);
    if (warning.message[0] == '\0')
        return 1;
    printf("skipped: %s\n", warning.message);
    return 0;
}

/* R'G'B' of a pixel, ITU-R BT.601, 709, 2020. */
static void pixel_rgb(const Frame *frame, int x, int y, double rgb[3])
{
    static const double red[MATRIX_COUNT] = {0.299, 0.2126, 0.2627},
                        blue[MATRIX_COUNT] = {0.114, 0.0722, 0.0593};
    double kr = red[frame->matrix], kb = blue[frame->matrix];
    int full = frame->range == RANGE_FULL;
    double luma = frame->planes[0][y * frame->strides[0] + x];
    double u = frame->planes[1][y / 2 * frame->strides[1] + x / 2] - 128.0;
    double v = frame->planes[2][y / 2 * frame->strides[2] + x / 2] - 128.0;
    luma = full ? luma : (luma - 16) * 255 / 219;
    u *= full ? 1 : 255.0 / 224;
    v *= full ? 1 : 255.0 / 224;
    rgb[0] = luma + 2 * (1 - kr) * v;
    rgb[2] = luma + 2 * (1 - kb) * u;
    rgb[1] = (luma - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb);
}

static int has_colour(const Frame *frame, int x, int y, int class_index)
{
    double found[3];
    uint8_t wanted[3];
    pixel_rgb(frame, x, y, found);
    drawing_colour(class_index, wanted);
    for (int i = 0; i < 3; i++) {
        if (fabs(found[i] - wanted[i]) > 4)
            return 0;
    }
    return 1;
}

static int is_untouched(const Frame *frame, int x, int y)
{
    return frame->planes[0][y * frame->strides[0] + x] == 130 &&
           frame->planes[1][y / 2 * frame->strides[1] + x / 2] == 128 &&
           frame->planes[2][y / 2 * frame->strides[2] + x / 2] == 128;
}

static int64_t count_colour(const Frame *frame, int left, int top, int right, int bottom, int class_index)
{
    int64_t count = 0;
    for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++)
            count += has_colour(frame, x, y, class_index);
    }
    return count;
}

static void test_colours_are_apart(void **state)
{
    (void)state;
    for (int a = 0; a < 32; a++) {
        uint8_t first[3], again[3];
        drawing_colour(a, first);
        drawing_colour(a, again);
        assert_memory_equal(first, again, 3);
        for (int b = a + 1; b < a + 5; b++) {
            uint8_t second[3];
            drawing_colour(b, second);
            int distance = abs(first[0] - second[0]) + abs(first[1] - second[1]) + abs(first[2] - second[2]);
            assert_true(distance > 100);
        }
    }
    uint8_t rgb[3];
    drawing_colour(-1, rgb);
    drawing_colour(INT32_MAX, rgb);
}

static void test_box_in_every_matrix_and_range(void **state)
{
    (void)state;
    Drawing *drawing = create();
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++) {
        for (int range = 0; range < RANGE_COUNT; range++) {
            for (int class_index = 0; class_index < 6; class_index++) {
                GuardedFrame guarded = make_frame(320, 240, (ColourMatrix)matrix, (ColourRange)range);
                const Frame *frame = &guarded.frame;
                DrawBox box = {100.3f, 79.8f, 59.6f, 80.2f, class_index, NULL, 0.5f};
                drawing_boxes(drawing, &guarded.frame, &box, 1);
                /* x 100..160, y 80..160, lines of two pixels */
                for (int x = 100; x < 160; x++) {
                    assert_true(has_colour(frame, x, 80, class_index) &&
                                has_colour(frame, x, 81, class_index));
                    assert_true(has_colour(frame, x, 158, class_index) &&
                                has_colour(frame, x, 159, class_index));
                }
                for (int y = 80; y < 160; y++) {
                    assert_true(has_colour(frame, 100, y, class_index) &&
                                has_colour(frame, 101, y, class_index));
                    assert_true(has_colour(frame, 158, y, class_index) &&
                                has_colour(frame, 159, y, class_index));
                }
                /* a dark outline on both sides of the line, then the picture as it was */
                assert_true(frame->planes[0][120 * frame->strides[0] + 99] < 80);
                assert_true(frame->planes[0][120 * frame->strides[0] + 102] < 80);
                for (int y = 0; y < 240; y++) {
                    for (int x = 0; x < 320; x++) {
                        int outside = x < 99 || x > 160 || y < 79 || y > 160;
                        int inside = x > 102 && x < 157 && y > 82 && y < 157;
                        if (outside || inside)
                            assert_true(is_untouched(frame, x, y));
                    }
                }
                check_guards(&guarded);
            }
        }
    }
    drawing_destroy(drawing);
}

static void test_line_follows_the_frame(void **state)
{
    (void)state;
    static const int sizes[][3] = {
        {16, 16, 2}, {320, 240, 2}, {1280, 720, 4}, {1920, 1080, 6}, {3840, 2160, 12}};
    Drawing *drawing = create();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        GuardedFrame guarded = make_frame(width, height, MATRIX_BT709, RANGE_LIMITED);
        DrawBox box = {0, 0, (float)width, (float)height, 3, NULL, 0.5f};
        drawing_boxes(drawing, &guarded.frame, &box, 1);
        int line = 0;
        while (line < width && has_colour(&guarded.frame, line, height / 2, 3))
            line++;
        assert_int_equal(line, sizes[i][2]);
        assert_true(has_colour(&guarded.frame, width - 1, height - 1, 3));
        check_guards(&guarded);
    }
    drawing_destroy(drawing);
}

static void test_label_above_inside_and_at_the_right(void **state)
{
    (void)state;
    if (!has_labels())
        skip();
    Drawing *drawing = create();
    GuardedFrame guarded = make_frame(640, 360, MATRIX_BT601, RANGE_LIMITED);
    DrawBox boxes[] = {
        {100, 100, 200, 200, 0, "person", 0.87f},     /* room above */
        {400, 4, 100, 200, 1, "person", 0.87f},       /* none above */
        {600, 200, 40, 100, 2, "potted plant", 0.5f}, /* none to the right */
    };
    drawing_boxes(drawing, &guarded.frame, boxes, 3);
    const Frame *frame = &guarded.frame;

    /* the plate has the class colour and dark or light letters in it */
    int64_t plate = count_colour(frame, 100, 82, 200, 100, 0);
    assert_true(plate > 500 && plate < 100 * 18);
    assert_true(has_colour(frame, 101, 84, 0));
    assert_int_equal(count_colour(frame, 103, 105, 297, 120, 0), 0);
    assert_int_equal(count_colour(frame, 100, 0, 300, 70, 0), 0);

    assert_int_equal(count_colour(frame, 380, 0, 520, 4, 1), 0);
    assert_true(count_colour(frame, 403, 7, 497, 20, 1) > 400);

    assert_true(count_colour(frame, 500, 180, 599, 199, 2) > 400);
    assert_true(has_colour(frame, 637, 199, 2));

    int dark = 0;
    for (int y = 82; y < 100; y++) {
        for (int x = 100; x < 200; x++)
            dark += frame->planes[0][y * frame->strides[0] + x] < 40;
    }
    assert_true(dark > 100);
    check_guards(&guarded);
    drawing_destroy(drawing);
}

/* Number of samples that differ between two frames of one size. */
static int difference(const Frame *a, const Frame *b)
{
    int count = 0;
    for (int i = 0; i < 3; i++) {
        for (int y = 0; y < frame_plane_height(PIXEL_I420, i, a->height); y++) {
            for (int x = 0; x < frame_plane_width(PIXEL_I420, i, a->width); x++)
                count += a->planes[i][y * a->strides[i] + x] != b->planes[i][y * b->strides[i] + x];
        }
    }
    return count;
}

static int label_difference(Drawing *drawing, const char *first, float first_score, const char *second,
                            float second_score)
{
    GuardedFrame a = make_frame(320, 240, MATRIX_BT601, RANGE_LIMITED);
    GuardedFrame b = make_frame(320, 240, MATRIX_BT601, RANGE_LIMITED);
    DrawBox one = {20, 100, 200, 100, 0, first, first_score},
            two = {20, 100, 200, 100, 0, second, second_score};
    drawing_boxes(drawing, &a.frame, &one, 1);
    drawing_boxes(drawing, &b.frame, &two, 1);
    int count = difference(&a.frame, &b.frame);
    check_guards(&a);
    check_guards(&b);
    return count;
}

static void test_label_texts(void **state)
{
    (void)state;
    if (!has_labels())
        skip();
    Drawing *drawing = create();
    assert_int_equal(label_difference(drawing, "cup", 0.87f, "cup", 0.87f), 0);
    assert_int_equal(label_difference(drawing, "cup", 0.874f, "cup", 0.87f), 0);
    assert_true(label_difference(drawing, "cup", 0.87f, "cup", 0.88f) > 0);
    assert_true(label_difference(drawing, "cup", 0.87f, "cap", 0.87f) > 0);
    assert_true(label_difference(drawing, "cup", 0.87f, "cup", -1) > 0);
    assert_int_equal(label_difference(drawing, "cup", -1, "cup", NAN), 0);
    assert_int_equal(label_difference(drawing, "cup", 1, "cup", INFINITY), 0);
    assert_int_equal(label_difference(drawing, "", 1, NULL, 1), 0);
    /* UTF-8: a letter with an accent is one glyph; bytes that are no character, and characters that the font
     * lacks, are seen as a box */
    assert_true(label_difference(drawing, "caf\xC3\xA9", -1, "cafe", -1) > 0);
    assert_true(label_difference(drawing, "\xF4\x8F\xBF\xBD", -1, " ", -1) > 0);
    assert_true(label_difference(drawing, "a\nb", -1, "ab", -1) > 0);
    assert_true(label_difference(drawing, "\xFF", -1, " ", -1) > 0);
    drawing_destroy(drawing);
}

/* A name longer than the picture is cut, its score is not. */
static void test_long_label_keeps_its_score(void **state)
{
    (void)state;
    if (!has_labels())
        skip();
    char name[400];
    memset(name, 'W', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    Drawing *drawing = create();
    assert_true(label_difference(drawing, name, 0.11f, name, 0.88f) > 0);
    drawing_destroy(drawing);
}

static void test_strange_boxes_are_harmless(void **state)
{
    (void)state;
    static const float values[] = {NAN,    INFINITY, -INFINITY, 0,   -0.0f, 1e30f,
                                   -1e30f, 1,        15.5f,     500, -3,    2e9f};
    static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 40}, {16, 16}, {17, 33}, {321, 241}};
    enum { VALUES = sizeof values / sizeof values[0] };
    Drawing *drawing = create();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        GuardedFrame guarded = make_frame(sizes[i][0], sizes[i][1], MATRIX_BT601, RANGE_LIMITED);
        for (int a = 0; a < VALUES * VALUES; a++) {
            for (int b = 0; b < VALUES * VALUES; b++) {
                DrawBox box = {values[a / VALUES],
                               values[a % VALUES],
                               values[b / VALUES],
                               values[b % VALUES],
                               a - b,
                               "tv",
                               values[b / VALUES]};
                drawing_boxes(drawing, &guarded.frame, &box, 1);
            }
        }
        check_guards(&guarded);
    }
    /* none of these is visible */
    GuardedFrame guarded = make_frame(64, 64, MATRIX_BT601, RANGE_LIMITED);
    DrawBox none[] = {{NAN, 1, 20, 20, 0, "x", 1}, {10, 10, 0, 20, 0, "x", 1},   {10, 10, 20, -5, 0, "x", 1},
                      {70, 10, 20, 20, 0, "x", 1}, {-40, 10, 20, 20, 0, "x", 1}, {10, 90, 20, 20, 0, "x", 1}};
    drawing_boxes(drawing, &guarded.frame, none, 6);
    for (int y = 0; y < 64; y++) {
        for (int x = 0; x < 64; x++)
            assert_true(is_untouched(&guarded.frame, x, y));
    }
    check_guards(&guarded);
    drawing_destroy(drawing);
}

/* The first box, the best, is on top of later ones. */
static void test_best_box_is_on_top(void **state)
{
    (void)state;
    Drawing *drawing = create();
    GuardedFrame guarded = make_frame(320, 240, MATRIX_BT601, RANGE_LIMITED);
    DrawBox boxes[2] = {{100, 100, 100, 100, 4, NULL, 0.9f}, {100, 100, 100, 100, 5, NULL, 0.4f}};
    drawing_boxes(drawing, &guarded.frame, boxes, 2);
    assert_true(has_colour(&guarded.frame, 150, 100, 4));
    check_guards(&guarded);
    drawing_destroy(drawing);
}

static void test_size_changes(void **state)
{
    (void)state;
    Drawing *drawing = create();
    for (int i = 0; i < 30; i++) {
        GuardedFrame guarded = make_frame(100 + 97 * i, 60 + 41 * i, MATRIX_BT601, RANGE_LIMITED);
        DrawBox box = {20.0f, 50, 60, 50, i, "size changes", 0.5f};
        drawing_boxes(drawing, &guarded.frame, &box, 1);
        check_guards(&guarded);
    }
    drawing_destroy(drawing);
    drawing_destroy(NULL);
}

/* More different characters than are kept at a time. */
static void test_many_characters(void **state)
{
    (void)state;
    Drawing *drawing = create();
    GuardedFrame guarded = make_frame(320, 240, MATRIX_BT601, RANGE_LIMITED);
    for (int codepoint = 0x800; codepoint < 0x2800; codepoint++) {
        char name[4] = {(char)(0xE0 | codepoint >> 12), (char)(0x80 | (codepoint >> 6 & 0x3F)),
                        (char)(0x80 | (codepoint & 0x3F)), 0};
        DrawBox box = {20, 50, 60, 50, 0, name, 0.5f};
        drawing_boxes(drawing, &guarded.frame, &box, 1);
    }
    check_guards(&guarded);
    drawing_destroy(drawing);
}

/* A fontconfig without fonts: one warning, boxes all the same. */
static void test_without_a_font(void **state)
{
    assert_int_equal(make_folder(state), 0);
    const char *path = in_folder("fonts.conf");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(
        fputs("<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig/>\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    setenv("FONTCONFIG_FILE", path, 1);
    Error warning;
    Drawing *drawing = drawing_create(&warning);
    unsetenv("FONTCONFIG_FILE");
    assert_int_equal(remove_folder(state), 0);
    assert_non_null(drawing);
    assert_non_null(strstr(warning.message, "without labels"));
    assert_null(strchr(warning.message, '\n'));

    GuardedFrame guarded = make_frame(320, 240, MATRIX_BT601, RANGE_LIMITED);
    DrawBox box = {100, 100, 100, 100, 4, "person", 0.9f};
    drawing_boxes(drawing, &guarded.frame, &box, 1);
    assert_true(has_colour(&guarded.frame, 150, 100, 4));
    check_guards(&guarded);
    drawing_destroy(drawing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours_are_apart),
        cmocka_unit_test(test_box_in_every_matrix_and_range),
        cmocka_unit_test(test_line_follows_the_frame),
        cmocka_unit_test(test_label_above_inside_and_at_the_right),
        cmocka_unit_test(test_label_texts),
        cmocka_unit_test(test_long_label_keeps_its_score),
        cmocka_unit_test(test_strange_boxes_are_harmless),
        cmocka_unit_test(test_best_box_is_on_top),
        cmocka_unit_test(test_size_changes),
        cmocka_unit_test(test_many_characters),
        cmocka_unit_test(test_without_a_font),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
