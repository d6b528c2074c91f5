/* Pictures with boxes: the frame that others look at stays as it is, and boxes land where they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/sinks/marked_picture.h"
#include "tests/support/count_allocations.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 180, GREY = 130 };

static const char *const classes[] = {"", ""}; /* without a label the box is all that is drawn */

static void fill(Frame *frame)
{
    assert_int_equal(frame_alloc(frame, PIXEL_I420, WIDTH, HEIGHT), 0);
    frame->sar_num = frame->sar_den = 1;
    frame->time_ns = 40;
    frame->sequence = 7;
    for (int i = 0; i < 3; i++)
        memset(frame->planes[i], GREY,
               (size_t)frame->strides[i] * (size_t)frame_plane_height(PIXEL_I420, i, HEIGHT));
}

static bool is_unmarked(const Frame *frame, int left, int top, int right, int bottom)
{
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            if (frame->planes[0][(size_t)y * (size_t)frame->strides[0] + (size_t)x] != GREY)
                return false;
    return true;
}

static MarkedPicture *create_marked(void)
{
    MarkedPicture *marked = marked_picture_create(classes, false);
    assert_non_null(marked);
    return marked;
}

static void without_boxes_nothing_is_copied(void **state)
{
    (void)state;
    Frame frame = {0}, picture;
    fill(&frame);
    MarkedPicture *marked = create_marked();
    static Observation observation;
    observation.frame = &frame;
    count_allocations(1);
    assert_true(marked_picture_draw(marked, &observation, &picture));
    count_allocations(0);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(picture.planes[i], frame.planes[i]);
    assert_int_equal(picture.sequence, 7);
    assert_int_equal(allocations_counted(), 0);
    marked_picture_destroy(marked);
    marked_picture_destroy(NULL);
    frame_free(&frame);
}

static void boxes_are_where_they_belong(void **state)
{
    (void)state;
    Frame frame = {0}, picture;
    fill(&frame);
    MarkedPicture *marked = create_marked();
    static Observation observation;
    observation.frame = &frame;
    observation.count = 2;
    observation.objects[0].box = (SceneBox){.x1 = 0.25f, .y1 = 0.5f, .x2 = 0.5f, .y2 = 0.75f, .score = 0.9f};
    observation.objects[1].box =
        (SceneBox){.x1 = 0.75f, .y1 = 0.5f, .x2 = 0.875f, .y2 = 1, .score = 0.5f, .class_index = 1};
    assert_true(marked_picture_draw(marked, &observation, &picture));
    assert_int_equal(picture.width, WIDTH);
    assert_int_equal(picture.height, HEIGHT);
    assert_int_equal(picture.time_ns, 40);
    assert_int_equal(picture.sequence, 7);
    /* the frame itself is not touched */
    assert_ptr_not_equal(picture.planes[0], frame.planes[0]);
    assert_true(is_unmarked(&frame, 0, 0, WIDTH, HEIGHT));
    enum { LINE = 4 }; /* no line is thicker at this size */
    const int boxes[2][4] = {{80, 90, 160, 135}, {240, 90, 280, 180}};
    for (int i = 0; i < 2; i++) {
        const int left = boxes[i][0], top = boxes[i][1], right = boxes[i][2], bottom = boxes[i][3];
        const int middle = (top + bottom) / 2;
        assert_false(is_unmarked(&picture, left - LINE, middle, left + LINE, middle + 1));
        assert_false(is_unmarked(&picture, right - LINE, middle, right + LINE, middle + 1));
        assert_false(is_unmarked(&picture, left + 20, top - LINE, left + 21, top + LINE));
        assert_true(is_unmarked(&picture, left + LINE, middle, right - LINE, middle + 1));
    }
    assert_true(is_unmarked(&picture, 0, 0, WIDTH, 60)); /* whatever stands above a box */
    assert_true(is_unmarked(&picture, 0, 60, 80 - LINE, HEIGHT));
    assert_true(is_unmarked(&picture, 280 + LINE, 60, WIDTH, HEIGHT));
    assert_true(is_unmarked(&picture, 0, 135 + LINE, 240 - LINE, HEIGHT));
    marked_picture_destroy(marked);
    frame_free(&frame);
}

/* The copy keeps nothing of the last picture, and its memory. */
static void one_copy_serves_all_pictures(void **state)
{
    (void)state;
    Frame frame = {0}, picture;
    fill(&frame);
    MarkedPicture *marked = create_marked();
    static Observation observation;
    observation.frame = &frame;
    observation.count = 1;
    observation.objects[0].box = (SceneBox){.x1 = 0, .y1 = 0.5f, .x2 = 0.25f, .y2 = 1, .score = 0.9f};
    assert_true(marked_picture_draw(marked, &observation, &picture));
    const uint8_t *const memory = picture.planes[0];
    assert_false(is_unmarked(&picture, 0, 90, 88, HEIGHT));
    forget_allocations();
    count_allocations(1);
    for (int i = 0; i < 20; i++) {
        observation.objects[0].box = (SceneBox){.x1 = 0.5f, .y1 = 0.5f, .x2 = 0.75f, .y2 = 1, .score = 0.9f};
        assert_true(marked_picture_draw(marked, &observation, &picture));
    }
    count_allocations(0);
    assert_int_equal(allocations_counted(), 0);
    assert_ptr_equal(picture.planes[0], memory);
    assert_true(is_unmarked(&picture, 0, 90, 88, HEIGHT));
    marked_picture_destroy(marked);
    frame_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_boxes_nothing_is_copied),
        cmocka_unit_test(boxes_are_where_they_belong),
        cmocka_unit_test(one_copy_serves_all_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
