/* What is requested of a camera, and what follows from its answers: pure functions over plain data. */
#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vision/input/camera/choice.h"
#include "vision/input/camera/format.h"
#include "vision/input/camera/timeline.h"

#define SECOND_NS INT64_C(1000000000)

/* A table of modes in a compact form: one rate each, or a range down to one frame a second. */
typedef struct Row {
    uint32_t fourcc;
    int width, height, most_width, most_height;
    uint32_t numerator, denominator;
    int is_range;
} Row;

typedef struct Built {
    CameraMode modes[16];
    CameraRate rates[16];
    CameraModes all;
} Built;

static const CameraModes *build(Built *built, const Row *rows)
{
    int count = 0;
    for (; rows[count].fourcc; count++) {
        const Row *row = &rows[count];
        built->modes[count] = (CameraMode){
            .fourcc = row->fourcc,
            .least_width = row->width,
            .least_height = row->height,
            .most_width = row->most_width ? row->most_width : row->width,
            .most_height = row->most_height ? row->most_height : row->height,
            .width_step = row->most_width ? 16 : 1,
            .height_step = row->most_height ? 8 : 1,
            .first_rate = count,
            .rate_count = row->denominator != 0,
        };
        built->rates[count] =
            (CameraRate){row->numerator, row->denominator, row->is_range ? 1 : row->numerator,
                         row->is_range ? 1 : row->denominator};
    }
    built->all = (CameraModes){built->modes, count, built->rates, count};
    return &built->all;
}

#define YUYV V4L2_PIX_FMT_YUYV
#define MJPG V4L2_PIX_FMT_MJPEG
#define NV12 V4L2_PIX_FMT_NV12
#define GREY V4L2_PIX_FMT_GREY
#define BAYER V4L2_PIX_FMT_SBGGR8

/* As over USB 2: uncompressed pictures at high rates only in small sizes. */
static const Row webcam[] = {
    {YUYV, 640, 480, 0, 0, 1, 30, 0},  {YUYV, 640, 480, 0, 0, 1, 15, 0},   {YUYV, 1280, 720, 0, 0, 1, 10, 0},
    {YUYV, 1920, 1080, 0, 0, 1, 5, 0}, {MJPG, 640, 480, 0, 0, 1, 60, 0},   {MJPG, 640, 480, 0, 0, 1, 30, 0},
    {MJPG, 1280, 720, 0, 0, 1, 30, 0}, {MJPG, 1920, 1080, 0, 0, 1, 30, 0}, {0},
};
static const Row ntsc[] = {{YUYV, 640, 480, 0, 0, 1001, 30000, 0}, {YUYV, 640, 480, 0, 0, 1, 25, 0}, {0}};
static const Row slow_usual_size[] = {
    {YUYV, 640, 480, 0, 0, 1, 10, 0}, {YUYV, 320, 240, 0, 0, 1, 30, 0}, {0}};
static const Row near_usual_rate[] = {
    {YUYV, 640, 480, 0, 0, 1, 25, 0}, {YUYV, 320, 240, 0, 0, 1, 60, 0}, {0}};
static const Row grey_and_colour[] = {
    {GREY, 640, 480, 0, 0, 1, 30, 0}, {MJPG, 640, 480, 0, 0, 1, 30, 0}, {0}};
static const Row grey_only[] = {{GREY, 640, 400, 0, 0, 1, 90, 0}, {GREY, 640, 400, 0, 0, 1, 30, 0}, {0}};
static const Row stepwise[] = {
    {NV12, 32, 24, 3280, 2464, 1, 90, 1}, {YUYV, 32, 24, 1648, 1232, 1, 20, 1}, {0}};
static const Row silent_driver[] = {{YUYV, 0, 0, 0, 0, 0, 0, 0}, {MJPG, 0, 0, 0, 0, 0, 0, 0}, {0}};
static const Row no_rates[] = {{NV12, 640, 480, 0, 0, 0, 0, 0}, {NV12, 1280, 720, 0, 0, 0, 0, 0}, {0}};
static const Row raw_order[] = {
    {V4L2_PIX_FMT_BGR24, 640, 480, 0, 0, 1, 30, 0},  {V4L2_PIX_FMT_NV21, 640, 480, 0, 0, 1, 30, 0},
    {V4L2_PIX_FMT_YUV420, 640, 480, 0, 0, 1, 30, 0}, {NV12, 640, 480, 0, 0, 1, 30, 0},
    {V4L2_PIX_FMT_UYVY, 640, 480, 0, 0, 1, 30, 0},   {0}};
static const Row only_bayer[] = {
    {BAYER, 640, 480, 0, 0, 1, 30, 0}, {V4L2_PIX_FMT_H264, 640, 480, 0, 0, 1, 30, 0}, {0}};

static void choices(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const Row *modes;
        CameraRequest request;
        CameraChoice expected;
    } cases[] = {
        {"all free", webcam, {0}, {YUYV, 640, 480, 1, 30}},
        {"a slow rate", webcam, {.rate = 15}, {YUYV, 640, 480, 1, 15}},
        {"a rate that raw does not reach", webcam, {.rate = 60}, {MJPG, 640, 480, 1, 60}},
        {"a rate between", webcam, {.rate = 20}, {YUYV, 640, 480, 1, 30}},
        {"a size that raw is slow at", webcam, {.width = 1280, .height = 720}, {MJPG, 1280, 720, 1, 30}},
        {"the same, slowly", webcam, {.width = 1280, .height = 720, .rate = 10}, {YUYV, 1280, 720, 1, 10}},
        {"raw at any rate",
         webcam,
         {.fourcc = YUYV, .width = 1920, .height = 1080},
         {YUYV, 1920, 1080, 1, 5}},
        {"compressed", webcam, {.fourcc = MJPG}, {MJPG, 640, 480, 1, 30}},
        {"29.97 is 30", ntsc, {.rate = 30}, {YUYV, 640, 480, 1001, 30000}},
        {"29.97 is the usual rate", ntsc, {0}, {YUYV, 640, 480, 1001, 30000}},
        {"fast enough matters more than the size", slow_usual_size, {0}, {YUYV, 320, 240, 1, 30}},
        {"a little slow is fast enough", near_usual_rate, {0}, {YUYV, 640, 480, 1, 25}},
        {"a rate that one size has", near_usual_rate, {.rate = 30}, {YUYV, 320, 240, 1, 60}},
        {"colour", grey_and_colour, {0}, {MJPG, 640, 480, 1, 30}},
        {"grey when asked for", grey_and_colour, {.fourcc = GREY}, {GREY, 640, 480, 1, 30}},
        {"grey when there is nothing else", grey_only, {0}, {GREY, 640, 400, 1, 30}},
        {"a range", stepwise, {0}, {NV12, 640, 480, 1, 30}},
        {"a size of a range", stepwise, {.width = 1280, .height = 720}, {NV12, 1280, 720, 1, 30}},
        {"an odd rate of a range", stepwise, {.rate = 59.94}, {NV12, 640, 480, 1001, 60000}},
        {"another", stepwise, {.rate = 12.5}, {YUYV, 640, 480, 1000, 12500}},
        {"more than a range has", stepwise, {.rate = 15, .fourcc = YUYV}, {YUYV, 640, 480, 1, 15}},
        {"a driver that tells nothing", silent_driver, {0}, {YUYV, 640, 480, 0, 0}},
        {"a request to it",
         silent_driver,
         {.fourcc = MJPG, .width = 1280, .height = 720, .rate = 30},
         {MJPG, 1280, 720, 1, 30}},
        {"a driver without rates", no_rates, {.rate = 25}, {NV12, 640, 480, 1, 25}},
        {"the raw format that loses least", raw_order, {0}, {V4L2_PIX_FMT_UYVY, 640, 480, 1, 30}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Built built;
        CameraChoice choice;
        Error error;
        const CameraChoice *expected = &cases[i].expected;
        if (camera_choose(build(&built, cases[i].modes), &cases[i].request, &choice, &error))
            fail_msg("%s: %s", cases[i].name, error.message);
        if (choice.fourcc != expected->fourcc || choice.width != expected->width ||
            choice.height != expected->height || choice.numerator != expected->numerator ||
            choice.denominator != expected->denominator)
            fail_msg("%s: %s %dx%d %u/%u", cases[i].name, camera_fourcc(choice.fourcc).text, choice.width,
                     choice.height, choice.numerator, choice.denominator);
    }
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const Row *modes;
        CameraRequest request;
        const char *words;
    } cases[] = {
        {webcam, {.fourcc = NV12}, "no format NV12; it has YUYV, MJPG"},
        {webcam, {.width = 641, .height = 480}, "no size 641x480; the nearest is 640x480"},
        {webcam, {.width = 1600, .height = 900}, "the nearest is 1920x1080"},
        {webcam, {.rate = 61}, "60 frames a second at most, not 61"},
        {webcam, {.width = 1280, .height = 720, .rate = 60}, "30 frames a second at most at that size"},
        {webcam, {.fourcc = YUYV, .width = 1280, .height = 720, .rate = 30}, "10 frames"},
        {stepwise, {.width = 650, .height = 480}, "the nearest is 656x480"},
        {stepwise, {.width = 8000, .height = 480}, "the nearest is 3280x480"},
        {only_bayer, {0}, "libcamerify"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Built built;
        CameraChoice choice;
        Error error = {0};
        assert_int_equal(camera_choose(build(&built, cases[i].modes), &cases[i].request, &choice, &error),
                         -1);
        if (!strstr(error.message, cases[i].words))
            fail_msg("'%s', expected '%s'", error.message, cases[i].words);
    }
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(camera_fourcc_named("YUYV"), V4L2_PIX_FMT_YUYV);
    assert_int_equal(camera_fourcc_named("mjpeg"), V4L2_PIX_FMT_MJPEG);
    assert_int_equal(camera_fourcc_named("rgb24"), V4L2_PIX_FMT_RGB24);
    assert_int_equal(camera_fourcc_named("BGR3"), V4L2_PIX_FMT_BGR24);
    assert_int_equal(camera_fourcc_named("H264"), 0);
    assert_int_equal(camera_fourcc_named(""), 0);
    assert_string_equal(camera_fourcc(V4L2_PIX_FMT_GREY).text, "GREY");
    assert_string_equal(camera_fourcc(V4L2_PIX_FMT_Y16).text, "Y16");
    assert_string_equal(camera_fourcc(0x01020304).text, "....");
}

static void colours(void **state)
{
    (void)state;
    static const struct {
        uint32_t fourcc;
        unsigned int colorspace, encoding, quantization;
        ColourMatrix matrix;
        ColourRange range;
    } cases[] = {
        {YUYV, V4L2_COLORSPACE_SRGB, 0, 0, MATRIX_BT601, RANGE_LIMITED},
        {YUYV, V4L2_COLORSPACE_DEFAULT, 0, 0, MATRIX_BT601, RANGE_LIMITED},
        {YUYV, V4L2_COLORSPACE_SMPTE170M, 0, 0, MATRIX_BT601, RANGE_LIMITED},
        {YUYV, V4L2_COLORSPACE_REC709, 0, 0, MATRIX_BT709, RANGE_LIMITED},
        {NV12, V4L2_COLORSPACE_BT2020, 0, 0, MATRIX_BT2020, RANGE_LIMITED},
        {NV12, V4L2_COLORSPACE_JPEG, 0, 0, MATRIX_BT601, RANGE_FULL},
        {NV12, V4L2_COLORSPACE_SMPTE240M, 0, 0, MATRIX_BT709, RANGE_LIMITED},
        {NV12, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_FULL_RANGE, MATRIX_BT709,
         RANGE_FULL},
        {NV12, V4L2_COLORSPACE_JPEG, 0, V4L2_QUANTIZATION_LIM_RANGE, MATRIX_BT601, RANGE_LIMITED},
        {YUYV, V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_601, 0, MATRIX_BT601, RANGE_LIMITED},
        {YUYV, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_BT2020, 0, MATRIX_BT2020, RANGE_LIMITED},
        {GREY, V4L2_COLORSPACE_SRGB, 0, 0, MATRIX_BT601, RANGE_FULL},
        {GREY, V4L2_COLORSPACE_SRGB, 0, V4L2_QUANTIZATION_LIM_RANGE, MATRIX_BT601, RANGE_LIMITED},
        /* whatever the driver reports */
        {MJPG, V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_LIM_RANGE, MATRIX_BT601,
         RANGE_FULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct v4l2_pix_format format = {.width = 64,
                                         .height = 48,
                                         .pixelformat = cases[i].fourcc,
                                         .colorspace = cases[i].colorspace,
                                         .ycbcr_enc = cases[i].encoding,
                                         .quantization = cases[i].quantization};
        CameraFormat ours;
        Error error;
        assert_int_equal(camera_format_fill(&ours, &format, &error), 0);
        if (ours.matrix != cases[i].matrix || ours.range != cases[i].range)
            fail_msg("case %zu: matrix %d, range %d", i, (int)ours.matrix, (int)ours.range);
    }
}

static void layouts(void **state)
{
    (void)state;
    static const struct {
        uint32_t fourcc;
        unsigned int width, height, line;
        int strides[3];
        size_t offsets[3];
        size_t needed;
    } cases[] = {
        {YUYV, 4, 2, 8, {8}, {0}, 16},
        {YUYV, 4, 2, 0, {8}, {0}, 16},
        {YUYV, 5, 3, 12, {12}, {0}, 36},
        /* the padding of the last row may be missing */
        {YUYV, 4, 2, 32, {32}, {0}, 40},
        {NV12, 4, 4, 4, {4, 4}, {0, 16}, 24},
        {NV12, 4, 4, 64, {64, 64}, {0, 256}, 324},
        {NV12, 5, 5, 6, {6, 6}, {0, 30}, 48},
        {V4L2_PIX_FMT_YUV420, 4, 4, 4, {4, 2, 2}, {0, 16, 20}, 24},
        {V4L2_PIX_FMT_YUV420, 4, 4, 32, {32, 16, 16}, {0, 128, 160}, 178},
        {V4L2_PIX_FMT_YUV420, 5, 3, 0, {5, 3, 3}, {0, 15, 21}, 27},
        {V4L2_PIX_FMT_RGB24, 3, 2, 12, {12}, {0}, 21},
        {GREY, 3, 2, 0, {3}, {0}, 6},
        {MJPG, 640, 480, 0, {0}, {0}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct v4l2_pix_format format = {.width = cases[i].width,
                                         .height = cases[i].height,
                                         .pixelformat = cases[i].fourcc,
                                         .bytesperline = cases[i].line};
        CameraFormat ours;
        Error error;
        assert_int_equal(camera_format_fill(&ours, &format, &error), 0);
        assert_memory_equal(ours.strides, cases[i].strides, sizeof ours.strides);
        assert_memory_equal(ours.offsets, cases[i].offsets, sizeof ours.offsets);
        assert_int_equal(ours.needed, cases[i].needed);
    }
}

static void impossible_formats(void **state)
{
    (void)state;
    static const struct v4l2_pix_format cases[] = {
        {.width = 640, .height = 480, .pixelformat = V4L2_PIX_FMT_H264},
        {.width = 0, .height = 480, .pixelformat = V4L2_PIX_FMT_YUYV},
        {.width = 640, .height = 0x80000000u, .pixelformat = V4L2_PIX_FMT_YUYV},
        {.width = 16385, .height = 480, .pixelformat = V4L2_PIX_FMT_MJPEG},
        {.width = 640, .height = 480, .pixelformat = V4L2_PIX_FMT_YUYV, .bytesperline = 1279},
        {.width = 640, .height = 480, .pixelformat = V4L2_PIX_FMT_YUYV, .bytesperline = 0xffffffffu},
        {.width = 641, .height = 480, .pixelformat = V4L2_PIX_FMT_NV12, .bytesperline = 641},
        {.width = 640, .height = 240, .pixelformat = V4L2_PIX_FMT_YUYV, .field = V4L2_FIELD_ALTERNATE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CameraFormat ours;
        Error error = {0};
        assert_int_equal(camera_format_fill(&ours, &cases[i], &error), -1);
        assert_true(error.message[0]);
    }
}

static void numbers_go_on(void **state)
{
    (void)state;
    static const struct {
        int restart;
        uint32_t driver;
        int64_t sequence;
        int dropped;
    } steps[] = {
        {0, 7, 0, 0},
        {0, 8, 1, 0},
        {0, 11, 4, 2},
        {0, 11, 5, 0} /* does not count */,
        {0, 12, 6, 0},
        {0, 3, 7, 0} /* started again */,
        {0, 5, 9, 1},
        {1, 900, 10, 0},
        {0, 901, 11, 0},
        {1, 0xfffffffeu, 12, 0},
        {0, 0xffffffffu, 13, 0},
        {0, 0, 14, 0},
        {0, 2, 16, 1},
    };
    CameraTimeline timeline;
    camera_timeline_start(&timeline);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].restart)
            camera_timeline_restart(&timeline);
        int dropped = camera_timeline_number(&timeline, steps[i].driver);
        if (timeline.sequence != steps[i].sequence || dropped != steps[i].dropped)
            fail_msg("step %zu: frame %lld, %d dropped", i, (long long)timeline.sequence, dropped);
    }
}

static void times_increase(void **state)
{
    (void)state;
    CameraTimeline timeline;
    camera_timeline_start(&timeline);
    int64_t now = 1000 * SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, now - 5000, now), now - 5000);
    /* before the last one, from the future, of another clock, from before the wrap */
    assert_int_equal(camera_timeline_time(&timeline, now - 9000, now), now - 5000 + 1000000);
    now += SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, now + 7, now), now);
    now += SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, 0, now), now);
    now += SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, -now, now), now);
    now += SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, INT64_MAX - 5, now), now);
    now += SECOND_NS;
    assert_int_equal(camera_timeline_time(&timeline, INT64_MIN + 5, now), now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices),       cmocka_unit_test(refusals),
        cmocka_unit_test(names),         cmocka_unit_test(colours),
        cmocka_unit_test(layouts),       cmocka_unit_test(impossible_formats),
        cmocka_unit_test(numbers_go_on), cmocka_unit_test(times_increase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
