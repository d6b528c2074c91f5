/* Opening, listing and streaming cameras that a table of system calls plays. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/vision/input/camera/fake_camera.h"
#include "vision/input/camera/camera.h"
#include "vision/input/camera/list.h"
#include "vision/input/open.h"

static Input *open_or_fail(FakeCamera *fake, const char *path, const InputOptions *options)
{
    Error error = {0};
    Input *source = camera_open_with(&fake->calls, path, options, &error);
    if (!source)
        fail_msg("%s", error.message);
    return source;
}

static void expect_refused(FakeCamera *fake, const char *path, const InputOptions *options, const char *words)
{
    Error error = {0};
    Input *source = camera_open_with(&fake->calls, path, options, &error);
    if (source)
        fail_msg("opened, expected '%s'", words);
    if (!strstr(error.message, words) || strchr(error.message, '\n'))
        fail_msg("'%s', expected '%s'", error.message, words);
    fake_camera_finish(fake);
}

static const InputOptions any = {0};

/* Each call of opening fails with each error that a driver may give it. */
static void every_error_at_opening(void **state)
{
    (void)state;
    static const int codes[] = {EACCES, EPERM, EBUSY,   ENOENT, ENODEV, ENXIO,  EIO,    EPROTO, ETIMEDOUT,
                                ENOSPC, EPIPE, ENOLINK, EINVAL, ENOTTY, ENOMEM, EAGAIN, EFAULT, ENFILE};
    static const struct {
        unsigned long what;
        int last; /* of how many calls in a row each fails once */
    } calls[] = {{FAKE_OPEN, 0},       {VIDIOC_QUERYCAP, 0}, {VIDIOC_S_FMT, 0}, {VIDIOC_REQBUFS, 0},
                 {VIDIOC_QUERYBUF, 5}, {FAKE_MAP, 5},        {VIDIOC_QBUF, 5},  {VIDIOC_STREAMON, 0}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (size_t j = 0; j < sizeof codes / sizeof *codes; j++)
            for (int skip = 0; skip <= calls[i].last; skip += 5) {
                FakeCamera fake;
                fake_camera_init(&fake);
                fake_camera_fail(&fake, calls[i].what, codes[j], skip, 1);
                expect_refused(&fake, "/dev/video0", &any, "/dev/video0: ");
                assert_int_equal(fake.failures, 1);
                input_destroy(open_or_fail(&fake, "/dev/video0", &any));
                fake_camera_finish(&fake);
            }
}

static void errors_name_the_remedy(void **state)
{
    (void)state;
    static const struct {
        unsigned long what;
        int code;
        const char *words;
    } cases[] = {
        {FAKE_OPEN, EACCES, "group \"video\""},     {FAKE_OPEN, EBUSY, "close the program"},
        {VIDIOC_S_FMT, EBUSY, "close the program"}, {VIDIOC_STREAMON, ENOSPC, "another port"},
        {VIDIOC_STREAMON, EPIPE, "libcamerify"},    {VIDIOC_S_PARM, EIO, "plug it in again"},
        {VIDIOC_QUERYCAP, ENOTTY, "not a camera"},  {VIDIOC_REQBUFS, EINVAL, "asking for buffers"},
        {VIDIOC_STREAMON, ENODEV, "was unplugged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FakeCamera fake;
        fake_camera_init(&fake);
        fake_camera_fail(&fake, cases[i].what, cases[i].code, 0, 1);
        expect_refused(&fake, "/dev/video0", &any, cases[i].words);
    }
}

static void what_cannot_be_had(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    expect_refused(&fake, "/dev/video7", &any, "/dev/video7: no such camera");
    expect_refused(&fake, NULL, &(InputOptions){.camera = {.format = V4L2_PIX_FMT_NV12}}, "has YUYV, MJPG");
    expect_refused(&fake, NULL, &(InputOptions){.camera = {.width = 641, .height = 480}},
                   "nearest is 640x480");
    expect_refused(&fake, NULL, &(InputOptions){.camera = {.frame_rate = 60}}, "30 frames a second at most");
    fake.nodes[0].present = 0;
    expect_refused(&fake, NULL, &any, "there is no camera");
    fake_camera_fail(&fake, FAKE_LIST, EACCES, 0, 1);
    expect_refused(&fake, NULL, &any, "there is no camera");
}

/* Only the capture devices of a zoo are cameras, and each of the others is told what it is. */
static void kinds_of_devices(void **state)
{
    (void)state;
    static const struct {
        unsigned int caps;
        const char *words;
    } kinds[] = {
        {V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING, "data about pictures"},
        {V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, "is an output"},
        {V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING, "converts pictures"},
        {V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING, "converts pictures"},
        {V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING, "multi-planar"},
        {V4L2_CAP_VBI_CAPTURE | V4L2_CAP_STREAMING, "does not capture"},
        {V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_IO_MC, "libcamerify"},
        {V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE, "cannot stream"},
    };
    FakeCamera fake;
    Error error;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        fake_camera_init(&fake);
        fake.nodes[0].caps = kinds[i].caps;
        expect_refused(&fake, "/dev/video0", &any, kinds[i].words);
        expect_refused(&fake, NULL, &any, "there is no camera");
        /* and the camera behind it is found */
        fake_camera_add(&fake, 3, "Second Camera", "usb-3");
        Input *source = open_or_fail(&fake, NULL, &any);
        assert_string_equal(input_describe(source), "Second Camera: 640x480 YUYV at 30 fps");
        input_destroy(source);
        CameraList list;
        assert_int_equal(camera_list_with(&fake.calls, &list, &error), 0);
        assert_int_equal(list.count, 2);
        assert_false(list.entries[0].usable);
        assert_non_null(strstr(list.entries[0].problem.message, kinds[i].words));
        assert_true(list.entries[1].usable);
        assert_string_equal(list.entries[1].path, "/dev/video3");
        assert_string_equal(list.entries[1].name, "Second Camera");
        assert_int_equal(list.entries[1].modes.count, 4);
        assert_int_equal(list.entries[1].modes.rate_count, 6);
        camera_list_free(&list);
        fake_camera_finish(&fake);
    }
}

static void names_are_made_printable(void **state)
{
    (void)state;
    FakeCamera fake;
    Error error;
    CameraList list;
    fake_camera_init(&fake);
    fake.nodes[0].card = "a\033[2J\nb\xff";
    assert_int_equal(camera_list_with(&fake.calls, &list, &error), 0);
    assert_string_equal(list.entries[0].name, "a?[2J?b?");
    camera_list_free(&list);
    fake_camera_finish(&fake);
}

/* The first camera is meant, even if it is busy; what may not be opened is passed over. */
static void first_camera(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    fake_camera_add(&fake, 2, "Second Camera", "usb-2");
    fake_camera_fail(&fake, VIDIOC_S_FMT, EBUSY, 0, 1);
    expect_refused(&fake, NULL, &any, "/dev/video0: setting the format: busy");
    fake_camera_fail(&fake, FAKE_OPEN, EACCES, 0, 2);
    expect_refused(&fake, NULL, &any, "group \"video\"");
    fake_camera_fail(&fake, FAKE_OPEN, EACCES, 0, 1);
    Input *source = open_or_fail(&fake, NULL, &any);
    assert_non_null(strstr(input_describe(source), "Second"));
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Drivers that tell nothing, or put something else in place of what they do not have. */
static void odd_drivers(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    fake.nodes[0].tells_no_formats = 1;
    memset(fake.nodes[0].modes, 0, sizeof fake.nodes[0].modes);
    fake.nodes[0].modes[0].fourcc = V4L2_PIX_FMT_NV12;
    Input *source = open_or_fail(&fake, NULL, &any);
    assert_string_equal(input_describe(source), "Fake Camera: 640x480 NV12");
    assert_true(source->frame_rate == 0);
    input_destroy(source);
    source =
        open_or_fail(&fake, NULL, &(InputOptions){.camera = {.width = 800, .height = 600, .frame_rate = 20}});
    assert_string_equal(input_describe(source), "Fake Camera: 800x600 NV12");
    input_destroy(source);
    fake_camera_finish(&fake);

    /* says that it has any size, and then does not */
    fake_camera_init(&fake);
    fake.nodes[0].modes[0] = (FakeMode){V4L2_PIX_FMT_MJPEG, 0, 0, 0, 0, 0, 0};
    fake.nodes[0].modes[1] = (FakeMode){0};
    source = open_or_fail(
        &fake, NULL, &(InputOptions){.camera = {.format = V4L2_PIX_FMT_MJPEG, .width = 1024, .height = 768}});
    assert_string_equal(input_describe(source), "Fake Camera: 1024x768 MJPG");
    assert_int_equal(source->width, 1024);
    assert_int_equal(source->height, 768);
    input_destroy(source);
    fake_camera_finish(&fake);

    /* a range of sizes */
    fake_camera_init(&fake);
    fake.nodes[0].modes[0] = (FakeMode){V4L2_PIX_FMT_YUV420, 32, 32, 1, 90, 1600, 1200};
    fake.nodes[0].modes[1] = (FakeMode){0};
    source = open_or_fail(&fake, NULL, &(InputOptions){.camera = {.width = 1280, .height = 720}});
    assert_string_equal(input_describe(source), "Fake Camera: 1280x720 YU12 at 90 fps");
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* What makes no sense is refused; few buffers do. */
static void drivers_at_fault(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    fake.nodes[0].missing_bytes = 1;
    expect_refused(&fake, "/dev/video0", &any, "the driver is at fault");
    fake.nodes[0].missing_bytes = 0;
    fake.nodes[0].most_buffers = 1;
    expect_refused(&fake, "/dev/video0", &any, "1 buffers, 2 are needed");
    fake.nodes[0].most_buffers = 2;
    input_destroy(open_or_fail(&fake, "/dev/video0", &any));
    /* does not tell its rates, and has another than the one that is asked for */
    fake.nodes[0].tells_no_rates = 1;
    expect_refused(&fake, "/dev/video0", &(InputOptions){.camera = {.frame_rate = 60}},
                   "gives 30 frames a second at 640x480 YUYV, not 60");
    Input *source = open_or_fail(&fake, "/dev/video0", &(InputOptions){.camera = {.frame_rate = 15}});
    assert_true(source->frame_rate == 15);
    input_destroy(source);
    fake_camera_finish(&fake);
}

/* Reads a frame and checks that it is the one with the driver's number, whole and readable to its end. */
static void expect_frame(Input *source, Frame *frame, int64_t sequence, int pixel)
{
    Error error = {0};
    if (source->functions->read(source, frame, &error) != INPUT_FRAME)
        fail_msg("%s", error.message);
    assert_int_equal(frame->sequence, sequence);
    for (int i = 0; i < frame_plane_count(frame->format); i++) {
        const uint8_t *last_row =
            frame->planes[i] +
            (ptrdiff_t)(frame_plane_height(frame->format, i, frame->height) - 1) * frame->strides[i];
        assert_int_equal(frame->planes[i][0], pixel);
        assert_int_equal(last_row[frame_plane_width(frame->format, i, frame->width) - 1], pixel);
    }
}

static void expect_counts(const Input *source, int skipped, int dropped, int damaged, int lost)
{
    assert_int_equal(atomic_load(&source->counts.skipped), skipped);
    assert_int_equal(atomic_load(&source->counts.dropped), dropped);
    assert_int_equal(atomic_load(&source->counts.damaged), damaged);
    assert_int_equal(atomic_load(&source->counts.lost), lost);
}

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

/* Bytes behind the end of a picture are no damage; no beginning or no end is. From the 6th on the first is
 * cut short, less and less. */
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

/* Numbers that the driver left out, flagged and short frames. */
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

/* A reader that is late gets the newest frame; the one that it held stays untouched meanwhile. */
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
    /* So late that all buffers are full: the driver drops, and nothing is said to be lost. */
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

/* Reads until the camera is lost, expects words in the reason, and returns how often a frame came before. */
static int frames_until_lost(Input *source, const char *words)
{
    Frame frame;
    Error error = {0};
    for (int count = 0; count < 1000; count++) {
        InputStatus status = source->functions->read(source, &frame, &error);
        if (status == INPUT_FRAME)
            continue;
        assert_int_equal(status, INPUT_LOST);
        if (!strstr(error.message, words) || strchr(error.message, '\n'))
            fail_msg("'%s', expected '%s'", error.message, words);
        return count;
    }
    fail_msg("not lost, expected '%s'", words);
    return -1;
}

/* Every call of streaming fails with every error; the camera is back after an instant. */
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
            assert_int_equal(frames_until_lost(source, "/dev/video0: camera lost: "), 0);
            assert_int_equal(fake.failures, 1);
            /* QBUF fails after the frame that it takes; all others before */
            expect_frame(source, &frame, 2, 0);
            expect_frame(source, &frame, 3, 1);
            assert_true(fake.clock_ns - before < INT64_C(200000000));
            expect_counts(source, 0, 0, 0, 1);
            input_destroy(source);
            fake_camera_finish(&fake);
        }
}

/* Signals and an error while opening again are no matter. */
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

/* Unplugged and back under another number, with another number for a stranger. */
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

/* In another port it is the same camera; but not one of the same name that was there all the time. */
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

/* A twin that was plugged in meanwhile is a stranger when the camera is lost for the second time. */
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

/* Of two nodes of one device the one that starts is taken. */
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

/* Nor one that delivers a few frames each time. */
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
    /* never a frame: three seconds */
    fake.nodes[0].silent = 1;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    int64_t start = fake.clock_ns;
    assert_int_equal(frames_until_lost(source, "no picture for 3 seconds"), 0);
    assert_in_range(fake.clock_ns - start, INT64_C(2999000000), INT64_C(3001000000));
    /* and no frame after it was opened again: still lost, every quarter of a second */
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
    /* silent after it ran for long: one second */
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

/* A slow camera has eight intervals. */
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

/* Nothing but damaged pictures is as good as none. */
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
static void formats_are_agreed_again(void **state)
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

static void stopping(void **state)
{
    (void)state;
    for (int is_lost = 0; is_lost < 2; is_lost++)
        for (int by_flag = 0; by_flag < 2; by_flag++) {
            FakeCamera fake;
            Frame frame;
            Error error;
            atomic_int stop = 0;
            fake_camera_init(&fake);
            Input *source = open_or_fail(&fake, "/dev/video0", &(InputOptions){.stop = &stop});
            expect_frame(source, &frame, 0, 0);
            if (is_lost) {
                fake.nodes[0].present = 0;
                assert_int_equal(frames_until_lost(source, "unplugged"), 0);
            }
            if (by_flag)
                atomic_store(&stop, 1);
            else
                input_interrupt(source);
            for (int i = 0; i < 3; i++)
                assert_int_equal(source->functions->read(source, &frame, &error), INPUT_END);
            input_destroy(source);
            fake_camera_finish(&fake);
        }
}

static void *interrupt_later(void *source)
{
    usleep(50000);
    input_interrupt(source);
    return NULL;
}

/* By another thread, while read() waits in earnest. */
static void interruption(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    pthread_t thread;
    fake_camera_init(&fake);
    fake.real_time = 1;
    fake.nodes[0].silent = 1;
    Input *source = open_or_fail(&fake, "/dev/video0", &any);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_later, source), 0);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_END);
    pthread_join(thread, NULL);
    input_destroy(source);
    fake_camera_finish(&fake);
}

static atomic_int *flag_to_set;

static void set_flag(FakeCamera *fake)
{
    (void)fake;
    atomic_store(flag_to_set, 1);
}

/* A flag that is set while read() waits is seen within a tenth of a second. */
static void stop_flag_while_waiting(void **state)
{
    (void)state;
    FakeCamera fake;
    Frame frame;
    Error error;
    atomic_int stop = 0;
    fake_camera_init(&fake);
    fake.nodes[0].silent = 1;
    flag_to_set = &stop;
    fake.on_wait = set_flag;
    Input *source = open_or_fail(&fake, "/dev/video0", &(InputOptions){.stop = &stop});
    int64_t start = fake.clock_ns;
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_END);
    assert_in_range(fake.clock_ns - start, 0, 100000000);
    input_destroy(source);
    fake_camera_finish(&fake);
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
    /* half the rate and the control: told, and named as v4l2-ctl does */
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
    /* frames that the driver drops are no darkness; nor is a control that is off, or none */
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

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Those that the table does not know of. */
static void descriptors(void **state)
{
    (void)state;
    FakeCamera fake;
    int before = open_descriptors();
    fake_camera_init(&fake);
    input_destroy(open_or_fail(&fake, "/dev/video0", &any));
    expect_refused(&fake, "/dev/video1", &any, "no such camera");
    assert_int_equal(open_descriptors(), before);
    fake_camera_finish(&fake);
}

static void paths(void **state)
{
    (void)state;
    assert_true(input_is_camera("/dev/null"));
    assert_true(input_is_camera("/dev/video63"));
    assert_false(input_is_camera("/dev"));
    assert_false(input_is_camera("/proc/self/exe"));
    assert_false(input_is_camera("no-such-file"));
    Error error = {0};
    assert_null(input_open("/dev/null", &any, &error));
    assert_non_null(strstr(error.message, "/dev/null: not a camera"));
    assert_null(input_open("/dev/video200", &any, &error));
    assert_non_null(strstr(error.message, "/dev/video200: no such camera"));
    CameraList list;
    assert_int_equal(camera_list(&list, &error), 0);
    camera_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors), /* first: the others may leave many */
        cmocka_unit_test(every_error_at_opening),
        cmocka_unit_test(errors_name_the_remedy),
        cmocka_unit_test(what_cannot_be_had),
        cmocka_unit_test(kinds_of_devices),
        cmocka_unit_test(names_are_made_printable),
        cmocka_unit_test(first_camera),
        cmocka_unit_test(odd_drivers),
        cmocka_unit_test(drivers_at_fault),
        cmocka_unit_test(frames_in_order),
        cmocka_unit_test(jpeg_pictures),
        cmocka_unit_test(ends_of_jpegs),
        cmocka_unit_test(bad_frames),
        cmocka_unit_test(newest_frame_wins),
        cmocka_unit_test(clocks),
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
        cmocka_unit_test(formats_are_agreed_again),
        cmocka_unit_test(stopping),
        cmocka_unit_test(interruption),
        cmocka_unit_test(stop_flag_while_waiting),
        cmocka_unit_test(advice_in_the_dark),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
