/* Cameras that are lost and come back. */
#include "tests/vision/input/camera/camera_checks.h"

#include <errno.h>

/* Every call that streaming makes fails with every error; the camera is back at once. */
static void every_error_while_streaming(void **state)
{
    (void)state;
    static const int codes[] = {ENODEV, EIO, EINVAL, EPIPE, ENXIO, EPROTO, ENOMEM, EBADF};
    static const unsigned long calls[] = {VIDIOC_DQBUF, VIDIOC_QBUF, FAKE_WAIT};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (size_t j = 0; j < sizeof codes / sizeof *codes; j++) {
            FakeCamera fake;
            Frame frame;
            fake_camera_init(&fake);
            Input *source = open_or_fail(&fake, "/dev/video0", &any);
            expect_frame(source, &frame, 0, 0);
            expect_frame(source, &frame, 1, 1);
            fake_camera_fail(&fake, calls[i], codes[j], 0, 1);
            int64_t before = fake.clock_ns;
            assert_int_equal(frames_until_lost(source, "/dev/video0: "), 0);
            assert_int_equal(fake.failures, 1);
            /* after it was opened again the driver counts from 0 */
            expect_frame(source, &frame, 2, 0);
            expect_frame(source, &frame, 3, 1);
            assert_true(fake.clock_ns - before < INT64_C(200000000));
            expect_counts(source, 0, 0, 0, 1);
            input_destroy(source);
            fake_camera_finish(&fake);
        }
}

/* Signals while waiting, and errors while reopening, do no harm. */
static void harmless_errors(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    fake_camera_init(&fake);
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    fake_camera_fail(&fake, FAKE_WAIT, EINTR, 0, 3);
    expect_frame(source, &frame, 0, 0);
    assert_int_equal(fake.failures, 3);
    fake.nodes[0].broken = 1;
    assert_int_equal(frames_until_lost(source, "does not answer"), 0);
    fake_camera_fail(&fake, VIDIOC_REQBUFS, EINVAL, 0, 2);
    Error error;
    InputStatus status;
    while ((status = source->functions->read(source, &frame, &error)) == INPUT_LOST)
        assert_non_null(strstr(error.message, "asking for buffers"));
    assert_int_equal(status, INPUT_FRAME);
    assert_int_equal(fake.failures, 2);
    expect_counts(source, 0, 0, 0, 1);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A camera that was unplugged comes back under another number, while another camera has the old one. */
static void back_under_another_number(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    FakeNode *camera = &fake.nodes[0];
    FakeNode *stranger = fake_camera_add(&fake, 1, "Another Camera", "usb-9");
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    expect_frame(source, &frame, 0, 0);
    camera->present = 0;
    assert_int_equal(frames_until_lost(source, "unplugged"), 0);
    for (int i = 0; i < 8; i++) {
        int64_t before = fake.clock_ns;
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
        assert_string_equal(error.message, "\"Fake Camera\" is gone; plug it in again");
        assert_in_range(fake.clock_ns - before, 240000000, 260000000);
    }
    stranger->number = 0;
    camera->number = 5;
    camera->present = 1;
    InputStatus status;
    while ((status = source->functions->read(source, &frame, &error)) == INPUT_LOST)
        ;
    assert_int_equal(status, INPUT_FRAME);
    assert_int_equal(frame.sequence, 1);
    assert_int_equal(camera->opened, 1);
    assert_int_equal(stranger->opened, 0);
    expect_counts(source, 0, 0, 0, 1);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A camera in another port is the same one, unless there was one of its name in that port all the time. */
static void another_port(void **state)
{
    (void)state;
    for (int twin = 0; twin < 2; twin++) {
        FakeCamera fake;
        Frame frame;
        Error error;
        fake_camera_init(&fake);
        FakeNode *camera = &fake.nodes[0];
        if (twin)
            fake_camera_add(&fake, 1, "Fake Camera", "usb-0000:00:14.0-7");
        Input *source = open_or_fail(&fake, "/dev/video0", &any);
        expect_frame(source, &frame, 0, 0);
        camera->present = 0;
        assert_int_equal(frames_until_lost(source, "unplugged"), 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
        if (!twin)
            camera->bus = "usb-0000:00:14.0-7";
        camera->present = 1;
        while (source->functions->read(source, &frame, &error) == INPUT_LOST)
            ;
        assert_int_equal(frame.sequence, 1);
        assert_int_equal(camera->opened, 1);
        input_destroy(source);
        fake_camera_finish(&fake);
    }
}

/* One of the same name that was plugged in meanwhile is not taken when the camera is lost for the second
 * time. */
static void a_later_twin(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    FakeNode *camera = &fake.nodes[0];
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    for (int outage = 0; outage < 2; outage++) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
        camera->present = 0;
        assert_int_equal(frames_until_lost(source, "unplugged"), 0);
        for (int i = 0; i < 12; i++)
            assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
        camera->present = 1;
        while (source->functions->read(source, &frame, &error) == INPUT_LOST)
            ;
        if (outage == 0)
            fake_camera_add(&fake, 1, "Fake Camera", "usb-0000:00:14.0-7");
    }
    assert_int_equal(camera->opened, 1);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Of two nodes of one device that which starts is taken. */
static void two_nodes_of_a_device(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    fake_camera_add(&fake, 1, "Fake Camera", "usb-0000:00:14.0-1");
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    expect_frame(source, &frame, 0, 0);
    fake.nodes[0].broken = 1;
    assert_int_equal(frames_until_lost(source, "does not answer"), 0);
    fake_camera_fail(&fake, VIDIOC_STREAMON, EBUSY, 0, 1);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    assert_int_equal(fake.nodes[0].opened, 0);
    assert_int_equal(fake.nodes[1].opened, 1);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Attempts to reopen become rarer, up to one a second. */
static void back_off(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    for (int n = 0; n < 60; n++)
        expect_frame(source, &frame, n, n);
    fake.nodes[0].broken = 1;
    assert_int_equal(frames_until_lost(source, "does not answer"), 0);
    fake_camera_fail(&fake, FAKE_OPEN, EBUSY, 0, 1000);
    int64_t start = fake.clock_ns;
    while (fake.clock_ns - start < INT64_C(10000000000)) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
        assert_non_null(strstr(error.message, "busy"));
    }
    /* at once, after 0.1, 0.2, 0.4, 0.8 s, then every second */
    assert_in_range(fake.failures, 12, 14);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A camera that fails as soon as it runs is not opened in a busy loop. */
static void fails_again_and_again(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    expect_frame(source, &frame, 0, 0);
    fake_camera_fail(&fake, VIDIOC_DQBUF, EIO, 0, 1000);
    int64_t start = fake.clock_ns;
    while (fake.clock_ns - start < INT64_C(10000000000))
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
    assert_in_range(fake.failures, 8, 16);
    expect_counts(source, 0, 0, 0, 1);
    input_destroy(source);
    fake_camera_finish(&fake);
}

static void break_after_three_frames(FakeCamera *fake)
{
    fake->nodes[0].broken = fake->nodes[0].started >= 3;
}

/* Nor is one that delivers a few frames each time. */
static void runs_for_moments(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    fake.on_wait = break_after_three_frames;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    int64_t start = fake.clock_ns;
    while (fake.clock_ns - start < INT64_C(10000000000))
        source->functions->read(source, &frame, &error);
    assert_in_range(fake.nodes[0].times_opened, 10, 16);
    assert_in_range(atomic_load(&source->counts.lost), 10, 16);
    input_destroy(source);
    fake_camera_finish(&fake);
}

static void silence(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    /* never a frame: lost after three seconds */
    fake.nodes[0].silent = 1;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    int64_t start = fake.clock_ns;
    assert_int_equal(frames_until_lost(source, "no picture for 3 seconds"), 0);
    assert_in_range(fake.clock_ns - start, INT64_C(2999000000), INT64_C(3001000000));
    /* nor after it was opened again: it is reported as lost every quarter of a second */
    start = fake.clock_ns;
    for (int i = 0; i < 40; i++) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_LOST);
        assert_true(fake.clock_ns - start < INT64_C(251000000) * (i + 1));
    }
    expect_counts(source, 0, 0, 0, 1);
    assert_in_range(fake.nodes[0].times_opened, 3, 5);
    fake.nodes[0].next_ns = fake.clock_ns;
    fake.nodes[0].silent = 0;
    InputStatus status;
    while ((status = source->functions->read(source, &frame, &error)) == INPUT_LOST)
        ;
    assert_int_equal(status, INPUT_FRAME);
    /* no more frames, after many: lost after one second */
    for (int i = 0; i < 120; i++)
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    fake.nodes[0].silent = 1;
    start = fake.clock_ns;
    assert_int_equal(frames_until_lost(source, "no picture for 1 seconds"), 0);
    assert_in_range(fake.clock_ns - start, 999000000, 1001000000);
    expect_counts(source, 0, 0, 0, 2);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A slow camera is lost after eight intervals without a frame. */
static void silence_of_a_slow_camera(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    fake_camera_init(&fake);
    fake.nodes[0].modes[0] = (FakeMode){V4L2_PIX_FMT_YUYV, 640, 480, 1, 2, 0, 0};
    fake.nodes[0].modes[1] = (FakeMode){0};
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    for (int n = 0; n < 10; n++)
        expect_frame(source, &frame, n, n);
    fake.nodes[0].silent = 1;
    int64_t start = fake.clock_ns;
    assert_int_equal(frames_until_lost(source, "no picture for 4 seconds"), 0);
    assert_in_range(fake.clock_ns - start, INT64_C(3999000000), INT64_C(4001000000));
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* A camera that delivers nothing but damaged pictures is lost. */
static void only_damaged_frames(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    memset(fake.nodes[0].faults, FAULT_FLAGGED, FAKE_FAULTS);
    fake.nodes[0].modes[0] = (FakeMode){V4L2_PIX_FMT_YUYV, 640, 480, 1, 20, 0, 0};
    fake.nodes[0].modes[1] = (FakeMode){0};
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    assert_int_equal(frames_until_lost(source, "no picture"), 0);
    expect_counts(source, 0, 0, (int)atomic_load(&source->counts.damaged), 1);
    assert_in_range(atomic_load(&source->counts.damaged), 55, 60);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* The format may be another one when the camera is back. */
static void formats_are_negotiated_again(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    fake_camera_init(&fake);
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    expect_frame(source, &frame, 0, 0);
    fake.nodes[0].broken = 1;
    fake.nodes[0].first_sequence = 500;
    fake.nodes[0].modes[0] = (FakeMode){V4L2_PIX_FMT_NV12, 320, 240, 1, 30, 0, 0};
    fake.nodes[0].modes[1] = (FakeMode){0};
    assert_int_equal(frames_until_lost(source, "does not answer"), 0);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    assert_int_equal(frame.sequence, 1);
    expect_counts(source, 0, 0, 0, 1);
    assert_int_equal(frame.format, PIXEL_NV12);
    assert_int_equal(frame.width, 320);
    assert_string_equal(input_describe(source), "Fake Camera: 320x240 NV12 at 30 fps");
    input_destroy(source);
    fake_camera_finish(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_while_streaming),
        cmocka_unit_test(harmless_errors),
        cmocka_unit_test(back_under_another_number),
        cmocka_unit_test(another_port),
        cmocka_unit_test(a_later_twin),
        cmocka_unit_test(two_nodes_of_a_device),
        cmocka_unit_test(back_off),
        cmocka_unit_test(fails_again_and_again),
        cmocka_unit_test(runs_for_moments),
        cmocka_unit_test(silence),
        cmocka_unit_test(silence_of_a_slow_camera),
        cmocka_unit_test(only_damaged_frames),
        cmocka_unit_test(formats_are_negotiated_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
