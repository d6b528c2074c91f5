/* The frames that cameras deliver: their pixels, numbers and times, whole and damaged ones. */
#include "tests/vision/input/camera/camera_checks.h"
#include "vision/input/camera/modes.h"

static void frames_in_order(void **state)
{
    (void)state;
    static const struct {
        uint32_t fourcc;
        unsigned int padding;
    } formats[] = {{V4L2_PIX_FMT_YUYV, 0},    {V4L2_PIX_FMT_YUYV, 64}, {V4L2_PIX_FMT_UYVY, 0},
                   {V4L2_PIX_FMT_NV12, 32},   {V4L2_PIX_FMT_NV21, 0},  {V4L2_PIX_FMT_YUV420, 0},
                   {V4L2_PIX_FMT_YUV420, 32}, {V4L2_PIX_FMT_RGB24, 4}, {V4L2_PIX_FMT_BGR24, 0},
                   {V4L2_PIX_FMT_GREY, 8}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        FakeCamera fake;
        Frame frame;
        fake_camera_init(&fake);
        fake.nodes[0].modes[0] = (FakeMode){formats[i].fourcc, 64, 48, 1, 30, 0, 0};
        fake.nodes[0].modes[1] = (FakeMode){0};
        fake.nodes[0].like.bytesperline = formats[i].padding;
        fake.nodes[0].first_sequence = 40;
        Input *source =
            open_or_fail(&fake, "/dev/video0", &(InputOptions){.camera = {.format = formats[i].fourcc}});
        int64_t last = 0;
        for (int n = 0; n < 20; n++) {
            expect_frame(source, &frame, n, 40 + n);
            assert_int_equal(frame.format, camera_pixel_format(formats[i].fourcc));
            assert_int_equal(frame.width, 64);
            assert_int_equal(frame.height, 48);
            assert_int_equal(frame.bytes, 0);
            assert_true(frame.sar_num == 1 && frame.sar_den == 1);
            /* by the driver's clock, which counts microseconds */
            if (n > 0)
                assert_in_range(frame.time_ns - last, 33332000, 33335000);
            last = frame.time_ns;
        }
        expect_counts(source, 0, 0, 0, 0);
        input_destroy(source);
        fake_camera_finish(&fake);
    }
}

static void jpeg_pictures(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    fake.nodes[0].faults[1] = FAULT_SHORT;
    fake.nodes[0].faults[2] = FAULT_EMPTY;
    fake.nodes[0].faults[3] = FAULT_TOO_LONG;
    Input *source = open_or_fail(&fake, NULL, &(InputOptions){.camera = {.format = V4L2_PIX_FMT_MJPEG}});
    for (int n = 0; n < 8; n = n ? n + 1 : 4) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
        assert_int_equal(frame.sequence, n);
        assert_int_equal(frame.format, PIXEL_MJPEG);
        assert_int_equal(frame.bytes, 640 * 480);
        assert_int_equal(frame.planes[0][0], 0xFF);
        assert_true(frame.range == RANGE_FULL && frame.matrix == MATRIX_BT601);
    }
    expect_counts(source, 0, 0, 3, 0);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Bytes behind the end of a picture are no damage; a missing beginning or end is. From the 6th picture on,
 * the first one is delivered again, cut short by less and less. */
static size_t draw_jpegs(const FakeNode *node, uint32_t sequence, uint8_t *memory, size_t length)
{
    static const uint8_t cases[6][12] = {
        {0xFF, 0xD8, 0xFF, 0xDB, 1, 2, 0xFF, 0xD9, 0, 0, 0, 0},
        {0xFF, 0xD8, 0xFF, 0xDB, 1, 2, 0xFF, 0xD9, 0xD9, 7, 0xD9, 9},
        {0xFF, 0xD8, 0xFF, 0xDB, 1, 2, 3, 0xD9, 0xD9, 7, 0xD9, 9},
        {0xFF, 0xD9, 0xFF, 0xDB, 1, 2, 0xFF, 0xD9, 0, 0, 0, 0},
        {0, 0xD8, 0xFF, 0xDB, 1, 2, 0xFF, 0xD9, 0, 0, 0, 0},
        {0xFF, 0xD8, 0xD9, 0xDB, 1, 2, 3, 4, 5, 6, 7, 8},
    };
    (void)node;
    assert_true(length >= sizeof *cases);
    memcpy(memory, cases[sequence < 6 ? sequence : 0], sizeof *cases);
    return sequence < 6 ? sizeof *cases : sequence - 6;
}

static void ends_of_jpegs(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    static const int whole[] = {0, 1, 6 + 8, 6 + 9, 6 + 10};
    fake_camera_init(&fake);
    fake.nodes[0].draw = draw_jpegs;
    Input *source = open_or_fail(&fake, NULL, &(InputOptions){.camera = {.format = V4L2_PIX_FMT_MJPEG}});
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
        assert_int_equal(frame.sequence, whole[i]);
    }
    expect_counts(source, 0, 0, 12, 0);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Numbers that the driver skipped, and frames that are flagged or short. */
static void bad_frames(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    fake_camera_init(&fake);
    unsigned char *faults = fake.nodes[0].faults;
    faults[1] = faults[2] = faults[5] = FAULT_DROPPED;
    faults[6] = FAULT_FLAGGED;
    faults[8] = FAULT_SHORT;
    faults[9] = FAULT_EMPTY;
    faults[10] = FAULT_TOO_LONG;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    static const int delivered[] = {0, 3, 4, 7, 11, 12, 13};
    for (size_t i = 0; i < sizeof delivered / sizeof *delivered; i++)
        expect_frame(source, &frame, delivered[i], delivered[i]);
    expect_counts(source, 0, 3, 4, 0);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A reader that is late gets the newest frame; the one that it had is not overwritten meanwhile. */
static void newest_frame_wins(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    fake_camera_init(&fake);
    fake.nodes[0].faults[4] = FAULT_FLAGGED;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    expect_frame(source, &frame, 0, 0);
    fake.clock_ns += INT64_C(33333334) * 4;
    assert_int_equal(frame.planes[0][0], 0);
    expect_frame(source, &frame, 3, 3);
    expect_counts(source, 2, 0, 1, 0);
    /* So late that all buffers are full: the driver drops frames, and the camera is not lost. */
    fake.clock_ns += INT64_C(10000000000);
    Error error;
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    assert_int_equal(frame.sequence, 9);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    expect_counts(source, 2 + 4, (int)frame.sequence - 10, 1, 0);
    input_destroy(source);
    fake_camera_finish(&fake);
}

static void clocks(void **state)
{
    (void)state;
    static const struct {
        unsigned int flags;
        int64_t offset;
        int by_driver;
    } cases[] = {
        {V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC, -5000000, 1},
        {V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN, -5000000, 0},
        {V4L2_BUF_FLAG_TIMESTAMP_COPY, -5000000, 0},
        {V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC, INT64_C(1700000000000000000), 0},
        {V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC, -INT64_C(4000000000000), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FakeCamera fake;
        Frame frame;
        fake_camera_init(&fake);
        fake.nodes[0].timestamp_flags = cases[i].flags;
        fake.nodes[0].timestamp_offset_ns = cases[i].offset;
        Input *source = open_or_fail(&fake, "/dev/video0", &any);
        for (int n = 0; n < 5; n++) {
            expect_frame(source, &frame, n, n);
            int64_t expected = fake.clock_ns + (cases[i].by_driver ? cases[i].offset : 0);
            assert_in_range(expected - frame.time_ns, 0, 1000);
        }
        input_destroy(source);
        fake_camera_finish(&fake);
    }
}

static const char *advice_after(Input *source, int frames)
{
    Frame frame;
    Error error;
    while (frames-- > 0)
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    return source->functions->advice(source);
}

static void advice_in_the_dark(void **state)
{
    (void)state;
    FakeCamera fake;
    /* half the rate, and the control is on: there is advice, with the name that v4l2-ctl uses */
    fake_camera_init(&fake);
    fake.nodes[0].has_dark_control = fake.nodes[0].dark_control = 1;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    assert_null(advice_after(source, 100));
    fake.nodes[0].slowed = 2;
    const char *advice = advice_after(source, 100);
    assert_non_null(advice);
    if (!strstr(advice, "15 of 30 frames") ||
        !strstr(advice, "-d /dev/video0 -c exposure_dynamic_framerate=0"))
        fail_msg("'%s'", advice);
    input_destroy(source);
    fake_camera_finish(&fake);
    /* no advice for frames that the driver drops, without the control, or where it is off */
    for (int i = 0; i < 3; i++) {
        fake_camera_init(&fake);
        fake.nodes[0].has_dark_control = i != 1;
        fake.nodes[0].dark_control = i != 2;
        fake.nodes[0].slowed = i == 0 ? 1 : 2;
        for (int n = 0; i == 0 && n < FAKE_FAULTS; n += 2)
            fake.nodes[0].faults[n] = FAULT_DROPPED;
        source = open_or_fail(&fake, "/dev/video0", &any);
        assert_null(advice_after(source, 200));
        input_destroy(source);
        fake_camera_finish(&fake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_in_order),    cmocka_unit_test(jpeg_pictures),
        cmocka_unit_test(ends_of_jpegs),      cmocka_unit_test(bad_frames),
        cmocka_unit_test(newest_frame_wins),  cmocka_unit_test(clocks),
        cmocka_unit_test(advice_in_the_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
