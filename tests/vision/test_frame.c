#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "vision/frame.h"

static void plane_geometry(void **state)
{
    (void)state;
    static const struct {
        PixelFormat format;
        int planes;
        int widths[3], heights[3]; /* of a picture of 5x3 */
    } expected[] = {
        {PIXEL_I420, 3, {5, 3, 3}, {3, 2, 2}},
        {PIXEL_I422, 3, {5, 3, 3}, {3, 3, 3}},
        {PIXEL_I444, 3, {5, 5, 5}, {3, 3, 3}},
        {PIXEL_NV12, 2, {5, 6}, {3, 2}},
        {PIXEL_NV21, 2, {5, 6}, {3, 2}},
        {PIXEL_YUYV, 1, {12}, {3}},
        {PIXEL_UYVY, 1, {12}, {3}},
        {PIXEL_GREY, 1, {5}, {3}},
        {PIXEL_RGB24, 1, {15}, {3}},
        {PIXEL_BGR24, 1, {15}, {3}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        Frame frame = {0};
        assert_int_equal(frame_plane_count(expected[i].format), expected[i].planes);
        assert_int_equal(frame_alloc(&frame, expected[i].format, 5, 3), 0);
        uint8_t *end = frame.memory;
        for (int p = 0; p < 3; p++) {
            if (p >= expected[i].planes) {
                assert_null(frame.planes[p]);
                continue;
            }
            assert_int_equal(frame_plane_width(expected[i].format, p, 5), expected[i].widths[p]);
            assert_int_equal(frame_plane_height(expected[i].format, p, 3), expected[i].heights[p]);
            assert_true(frame.planes[p] >= end);
            assert_true(frame.strides[p] >= expected[i].widths[p]);
            assert_int_equal((uintptr_t)frame.planes[p] % 64, 0);
            assert_int_equal(frame.strides[p] % 64, 0);
            end = frame.planes[p] + (ptrdiff_t)frame.strides[p] * expected[i].heights[p];
            memset(frame.planes[p], 1, (size_t)(end - frame.planes[p]));
        }
        assert_true(end <= (uint8_t *)frame.memory + frame.memory_size);
        assert_int_equal(frame.sar_num, 1);
        assert_int_equal(frame.sar_den, 1);
        frame_free(&frame);
        assert_null(frame.memory);
    }
    assert_int_equal(frame_plane_count(PIXEL_NONE), 0);
    assert_int_equal(frame_plane_count(PIXEL_MJPEG), 1);
}

static void buffers_are_kept(void **state)
{
    (void)state;
    Frame frame = {0};
    assert_int_equal(frame_alloc(&frame, PIXEL_RGB24, 640, 480), 0);
    const void *memory = frame.memory;
    assert_int_equal(frame_alloc(&frame, PIXEL_I420, 640, 480), 0);
    assert_ptr_equal(frame.memory, memory);
    assert_int_equal(frame.format, PIXEL_I420);
    assert_int_equal(frame_alloc(&frame, PIXEL_RGB24, 640, 480), 0);
    assert_ptr_equal(frame.memory, memory);
    assert_int_equal(frame_alloc(&frame, PIXEL_RGB24, 1280, 720), 0);
    memset(frame.planes[0], 1, (size_t)frame.strides[0] * 720);
    frame_free(&frame);
    frame_free(NULL);
}

static void impossible_sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 4}, {4, 0}, {-4, 4}, {4, -4}, {FRAME_MAX_SIDE + 1, 1}, {1, INT_MAX}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Frame frame = {0};
        assert_int_equal(frame_alloc(&frame, PIXEL_GREY, 4, 4), 0);
        assert_int_equal(frame_alloc(&frame, PIXEL_I420, sizes[i][0], sizes[i][1]), -1);
        assert_null(frame.memory);
    }
    Frame frame = {0};
    assert_int_equal(frame_alloc(&frame, PIXEL_NONE, 4, 4), -1);
    assert_int_equal(frame_alloc(&frame, PIXEL_MJPEG, 4, 4), -1);
    assert_int_equal(frame_alloc(&frame, PIXEL_GREY, FRAME_MAX_SIDE, 1), 0);
    frame_free(&frame);
}

static void copies(void **state)
{
    (void)state;
    uint8_t pixels[3 * 11 + 2 * 2 * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)i;
    Frame view = {.format = PIXEL_I420,
                  .width = 5,
                  .height = 3,
                  .planes = {pixels, pixels + 33, pixels + 39},
                  .strides = {11, 3, 3},
                  .matrix = MATRIX_BT2020,
                  .range = RANGE_FULL,
                  .sar_num = 16,
                  .sar_den = 11,
                  .time_ns = -5,
                  .sequence = 9};
    Frame copy = {0};
    assert_int_equal(frame_copy(&copy, &view), 0);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < (p ? 2 : 3); y++)
            assert_memory_equal(copy.planes[p] + y * copy.strides[p], view.planes[p] + y * view.strides[p],
                                p ? 3 : 5);
    assert_int_equal(copy.matrix, MATRIX_BT2020);
    assert_int_equal(copy.range, RANGE_FULL);
    assert_int_equal(copy.sar_num, 16);
    assert_int_equal(copy.sar_den, 11);
    assert_int_equal(copy.time_ns, -5);
    assert_int_equal(copy.sequence, 9);
    frame_free(&copy);
    frame_free(&view); /* of somebody else's pixels: nothing to free */
    assert_int_equal(pixels[40], 40);
}

static void errors_are_one_line(void **state)
{
    (void)state;
    Error error;
    char name[2000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_int_equal(error_set(&error, "a\nb\x1b[1m%c: %d", 0x7f, 5), -1);
    assert_string_equal(error.message, "a?b?[1m?: 5");
    error_set(&error, "%s", name);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plane_geometry),      cmocka_unit_test(buffers_are_kept),
        cmocka_unit_test(impossible_sizes),    cmocka_unit_test(copies),
        cmocka_unit_test(errors_are_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
