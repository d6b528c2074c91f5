/* Opening, listing and interrupting cameras, simulated by a table of system calls. */
#include "tests/vision/input/camera/camera_checks.h"
#include "vision/input/camera/list.h"
#include "vision/input/open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* File descriptors that are not of the table of system calls. */
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

/* Every call that opening makes fails once with every error that a driver may return. */
static void every_error_at_opening(void **state)
{
    (void)state;
    static const int codes[] = {EACCES, EPERM, EBUSY,   ENOENT, ENODEV, ENXIO,  EIO,    EPROTO, ETIMEDOUT,
                                ENOSPC, EPIPE, ENOLINK, EINVAL, ENOTTY, ENOMEM, EAGAIN, EFAULT, ENFILE};
    static const struct {
        unsigned long what;
        int last; /* of how many such calls, one after the other, each fails once */
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

/* Of many kinds of devices only capture devices are cameras; the errors for the others say what they are. */
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

/* Without a path the first camera is opened, even if it is busy; devices without permission are passed over.
 */
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

/* Drivers that list nothing, or set something else where they lack what is requested. */
static void odd_drivers(void **state)
{
    (void)state;
    FakeCamera fake;
    fake_camera_init(&fake);
    fake.nodes[0].lists_no_formats = 1;
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

    /* lists no sizes */
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

/* Drivers whose answers make no sense are refused; few buffers are enough. */
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
    /* lists no rates, and has another than the requested one */
    fake.nodes[0].lists_no_rates = 1;
    expect_refused(&fake, "/dev/video0", &(InputOptions){.camera = {.frame_rate = 60}},
                   "gives 30 frames a second at 640x480 YUYV, not 60");
    Input *source = open_or_fail(&fake, "/dev/video0", &(InputOptions){.camera = {.frame_rate = 15}});
    assert_true(source->frame_rate == 15);
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

/* By another thread, while read() really waits. */
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

static void paths(void **state)
{
    (void)state;
    assert_true(input_is_camera(NULL));
    assert_false(input_is_camera("-"));
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
        cmocka_unit_test(stopping),
        cmocka_unit_test(interruption),
        cmocka_unit_test(stop_flag_while_waiting),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
