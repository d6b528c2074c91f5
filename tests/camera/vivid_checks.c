/* The kernel's virtual camera: formats, colours, rates, and every fault that it can simulate. */
#include <fcntl.h>
#include <linux/videodev2.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "camera_probe.h"
#include "vision/convert.h"

/* Each of Y, U, V is rounded to a level: half of one is 0.5 * (1.164 + 2.018) in blue, the most. The
 * converter is within 3.5 of the formula (tests/vision/test_convert.c). */
#define COLOUR_TOLERANCE 5.1

/* Sets a control by its name, as another program would. */
static void set_control(const char *path, const char *name, int value)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    EXPECT(fd >= 0, "%s: cannot be opened", path);
    struct v4l2_queryctrl query = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    int found = 0;
    while (!found && ioctl(fd, VIDIOC_QUERYCTRL, &query) == 0) {
        found = !strcmp((const char *)query.name, name);
        if (!found)
            query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    }
    EXPECT(found, "no control '%s'", name);
    struct v4l2_control control = {.id = query.id, .value = value};
    EXPECT(ioctl(fd, VIDIOC_S_CTRL, &control) == 0, "control '%s' cannot be set", name);
    close(fd);
}

/* The colours of the 75 % bars, which fill the picture from left to right. */
static void expect_bars(const Frame *rgb, int is_grey)
{
    static const int bars[8][3] = {{191, 191, 191}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0},
                                   {191, 0, 191},   {191, 0, 0},   {0, 0, 191},   {0, 0, 0}};
    double worst = 0;
    for (int bar = 0; bar < 8; bar++)
        for (int row = 1; row < 4; row++) {
            int x = rgb->width * (2 * bar + 1) / 16, y = rgb->height * row / 4;
            const uint8_t *pixel = rgb->planes[0] + (ptrdiff_t)y * rgb->strides[0] + 3 * x;
            /* vivid computes grey with the weights of BT.709, in full range */
            double grey = 0.2126 * bars[bar][0] + 0.7152 * bars[bar][1] + 0.0722 * bars[bar][2];
            for (int c = 0; c < 3; c++) {
                double expected = is_grey ? grey : bars[bar][c];
                double off = fabs(pixel[c] - expected);
                EXPECT(off <= COLOUR_TOLERANCE, "bar %d, channel %d: %d, expected %.1f", bar, c, pixel[c],
                       expected);
                worst = fmax(worst, off);
            }
        }
    probe_note("colours within %.1f", worst);
}

/* On a busy machine the driver stamps frames late: the rate is measured until that does not matter. */
static void expect_rate(Probe *probe, double wanted)
{
    double rate, seconds;
    do {
        probe_frames(probe, 1);
        seconds = (double)(probe->frame.time_ns - probe->first_time_ns) / 1e9;
        rate = (double)(probe->frame.sequence - probe->first_sequence) / seconds;
    } while (fabs(rate / wanted - 1) > 0.03 && seconds < 20);
    EXPECT(seconds < 20, "%.2f frames a second, agreed %.2f", rate, wanted);
    probe_note("%.2f fps", rate);
}

static void check_format(const char *path, const char *format, int width, int height, double rate)
{
    probe_check("vivid %s %dx%d at %g", format, width, height, rate);
    Probe probe = probe_open(path, format, width, height, rate);
    EXPECT(fabs(probe.camera->frame_rate / rate - 1) < 0.01, "agreed on %.3f", probe.camera->frame_rate);
    Converter *converter = converter_create();
    Frame rgb = {0};
    probe_frames(&probe, rate >= 20 ? 40 : 15);
    EXPECT(probe.frame.width == width && probe.frame.height == height, "%dx%d", probe.frame.width,
           probe.frame.height);
    EXPECT(converter_to_rgb(converter, &probe.frame, &rgb, &probe.error) == 0, "%s", probe.error.message);
    expect_bars(&rgb, !strcmp(format, "GREY"));
    expect_rate(&probe, rate);
    probe_expect_all_counted(&probe);
    frame_free(&rgb);
    converter_destroy(converter);
    probe_close(&probe);
}

static void check_formats(const char *path)
{
    static const char *const formats[] = {"YUYV", "NV12", "UYVY", "RGB3", "GREY", "NV21", "YU12", "BGR3"};
    set_control(path, "OSD Text Mode", 2);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        check_format(path, formats[i], 320, 180, 60);
        check_format(path, formats[i], 640, 480, 25);
        check_format(path, formats[i], 1280, 720, 10);
    }
}

/* With matrices and ranges other than the usual ones, the driver says which, and the colours stay. */
static void check_colour_spaces(const char *path)
{
    static const struct {
        const char *name;
        int encoding, quantization;
    } spaces[] = {{"BT.601 full", 1, 1},
                  {"BT.709 limited", 2, 2},
                  {"BT.709 full", 2, 1},
                  {"BT.2020 limited", 6, 2},
                  {"BT.2020 full", 6, 1}};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        set_control(path, "Y'CbCr Encoding", spaces[i].encoding);
        set_control(path, "Quantization", spaces[i].quantization);
        probe_check("vivid %s", spaces[i].name);
        Probe probe = probe_open(path, "YUYV", 320, 180, 60);
        Converter *converter = converter_create();
        Frame rgb = {0};
        probe_frames(&probe, 3);
        EXPECT(converter_to_rgb(converter, &probe.frame, &rgb, &probe.error) == 0, "%s", probe.error.message);
        expect_bars(&rgb, 0);
        frame_free(&rgb);
        converter_destroy(converter);
        probe_close(&probe);
    }
    set_control(path, "Y'CbCr Encoding", 0);
    set_control(path, "Quantization", 0);
}

static void check_choice(const char *path)
{
    Error error = {0};
    probe_check("vivid choice");
    Probe probe = probe_open(NULL, NULL, 0, 0, 0);
    EXPECT(!strcmp(input_describe(probe.camera), "vivid: 640x480 YUYV at 25 fps"), "%s",
           input_describe(probe.camera));
    probe_frames(&probe, 3);
    InputOptions options = {.camera = {.frame_rate = 60}};
    EXPECT(!input_open(path, &options, &error) && strstr(error.message, "busy"), "%s", error.message);
    probe_close(&probe);
    probe = probe_open(path, NULL, 0, 0, 60);
    EXPECT(strstr(input_describe(probe.camera), "320x180 YUYV at 60 fps"), "%s",
           input_describe(probe.camera));
    probe_close(&probe);
    options = (InputOptions){.camera = {.width = 640, .height = 481}};
    EXPECT(!input_open(path, &options, &error) && strstr(error.message, "640x480"), "%s", error.message);
    options = (InputOptions){.camera = {.format = V4L2_PIX_FMT_MJPEG}};
    EXPECT(!input_open(path, &options, &error) && strstr(error.message, "MJPG"), "%s", error.message);
    options = (InputOptions){.camera = {.width = 1280, .height = 720, .frame_rate = 30}};
    EXPECT(!input_open(path, &options, &error) && strstr(error.message, "12.5"), "%s", error.message);
    options = (InputOptions){0};
    EXPECT(!input_open("/dev/null", &options, &error) && strstr(error.message, "not a camera"), "%s",
           error.message);
}

static void check_recovery(const char *path, const char *name, const char *control)
{
    probe_check("vivid %s", name);
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    for (int i = 0; i < 3; i++) {
        probe_frames(&probe, 10);
        set_control(path, control, 1);
        probe_until(&probe, INPUT_LOST, 5);
        if (i == 0)
            probe_note("%s", probe.error.message);
        probe_until(&probe, INPUT_FRAME, 10);
    }
    probe_frames(&probe, 10);
    EXPECT(probe.outages == 3, "%lld outages", probe.outages);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s", path);
    close(fd);
}

static void check_unbind(const char *path)
{
    probe_check("vivid unbind, bind");
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    for (int i = 0; i < 3; i++) {
        probe_frames(&probe, 10);
        write_file("/sys/bus/platform/drivers/vivid/unbind", "vivid.0");
        probe_until(&probe, INPUT_LOST, 5);
        for (int report = 0; report < 4; report++)
            EXPECT(probe_read(&probe) == INPUT_LOST, "a frame of a device that is not there");
        if (i == 0)
            probe_note("%s", probe.error.message);
        write_file("/sys/bus/platform/drivers/vivid/bind", "vivid.0");
        probe_until(&probe, INPUT_FRAME, 10);
    }
    probe_frames(&probe, 10);
    EXPECT(probe.outages == 3, "%lld outages", probe.outages);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
}

static void check_flagged(const char *path)
{
    probe_check("vivid flagged frames");
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    for (int i = 0; i < 10; i++) {
        long long before = probe_count(&probe.camera->counts.damaged);
        probe_frames(&probe, 2);
        set_control(path, "Inject V4L2_BUF_FLAG_ERROR", 1);
        for (int j = 0; j < 20 && probe_count(&probe.camera->counts.damaged) == before; j++)
            probe_frames(&probe, 1);
    }
    probe_frames(&probe, 3);
    EXPECT(probe_count(&probe.camera->counts.damaged) == 10, "%lld damaged",
           probe_count(&probe.camera->counts.damaged));
    EXPECT(probe.outages == 0, "%lld outages", probe.outages);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
}

static void check_dropped(const char *path)
{
    probe_check("vivid half of the buffers dropped");
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    probe_frames(&probe, 10);
    set_control(path, "Percentage of Dropped Buffers", 50);
    probe_frames(&probe, 100);
    long long dropped = probe_count(&probe.camera->counts.dropped);
    EXPECT(dropped > 50 && dropped < 200, "%lld dropped", dropped);
    probe_note("%lld dropped for 100 frames", dropped);
    EXPECT(probe.outages == 0, "%lld outages", probe.outages);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
    set_control(path, "Percentage of Dropped Buffers", 0);
}

static void check_silence(const char *path)
{
    probe_check("vivid no frame for long");
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    probe_frames(&probe, 10);
    set_control(path, "Percentage of Dropped Buffers", 100);
    probe_until(&probe, INPUT_LOST, 10);
    probe_note("%s", probe.error.message);
    EXPECT(probe_read(&probe) == INPUT_LOST, "a frame");
    set_control(path, "Percentage of Dropped Buffers", 0);
    probe_until(&probe, INPUT_FRAME, 10);
    probe_frames(&probe, 10);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
}

static void check_wraps(const char *path)
{
    static const char *const stamps[] = {"as they are", "64 bits", "32 bits"};
    set_control(path, "Wrap Sequence Number", 1);
    for (int i = 0; i < 3; i++) {
        probe_check("vivid wrapped numbers, times wrapped at: %s", stamps[i]);
        set_control(path, "Wrap Timestamp", i);
        Probe probe = probe_open(path, "YUYV", 320, 180, 60);
        probe_frames(&probe, 200);
        EXPECT(probe.frame.sequence < 2000, "frame %lld", (long long)probe.frame.sequence);
        probe_expect_all_counted(&probe);
        probe_close(&probe);
    }
    set_control(path, "Wrap Sequence Number", 0);
    set_control(path, "Wrap Timestamp", 0);
}

static void check_failing_start(const char *path)
{
    static const char *const controls[] = {"Inject VIDIOC_REQBUFS Error", "Inject VIDIOC_QBUF Error",
                                           "Inject VIDIOC_STREAMON Error"};
    for (int i = 0; i < 3; i++) {
        Error error = {0};
        InputOptions options = {.camera = {.width = 320, .height = 180}};
        probe_check("vivid %s", controls[i]);
        set_control(path, controls[i], 1);
        EXPECT(!input_open(path, &options, &error), "opened in spite of the error");
        EXPECT(strstr(error.message, path), "%s", error.message);
        probe_note("%s", error.message);
        Probe probe = probe_open(path, "YUYV", 320, 180, 60);
        probe_frames(&probe, 3);
        set_control(path, controls[i], 1);
        set_control(path, "Inject Fatal Streaming Error", 1);
        probe_until(&probe, INPUT_LOST, 5);
        probe_until(&probe, INPUT_FRAME, 10);
        EXPECT(probe.outages == 1, "%lld outages", probe.outages);
        probe_close(&probe);
    }
}

static void *interrupt(void *source)
{
    usleep(200000);
    input_interrupt(source);
    return NULL;
}

/* Both while the camera should deliver and while it is lost. */
static void check_interruption(const char *path, int is_lost)
{
    pthread_t thread;
    InputStatus status;
    probe_check("vivid interrupted while %s", is_lost ? "lost" : "waiting");
    Probe probe = probe_open(path, "YUYV", 320, 180, 60);
    probe_frames(&probe, 3);
    set_control(path, "Percentage of Dropped Buffers", 100);
    if (is_lost)
        probe_until(&probe, INPUT_LOST, 10);
    EXPECT(pthread_create(&thread, NULL, interrupt, probe.camera) == 0, "no thread");
    do
        status = probe.camera->functions->read(probe.camera, &probe.frame, &probe.error);
    while (status == (is_lost ? INPUT_LOST : INPUT_FRAME));
    EXPECT(status == INPUT_END, "status %d", (int)status);
    pthread_join(thread, NULL);
    status = probe.camera->functions->read(probe.camera, &probe.frame, &probe.error);
    EXPECT(status == INPUT_END, "not for good");
    probe_close(&probe);
    set_control(path, "Percentage of Dropped Buffers", 0);
}

void vivid_checks(const char *path)
{
    check_choice(path);
    check_formats(path);
    check_colour_spaces(path);
    check_recovery(path, "disconnect", "Disconnect");
    check_recovery(path, "fatal streaming error", "Inject Fatal Streaming Error");
    check_flagged(path);
    check_dropped(path);
    check_silence(path);
    check_wraps(path);
    check_failing_start(path);
    check_interruption(path, 0);
    check_interruption(path, 1);
    check_unbind(path);
}
