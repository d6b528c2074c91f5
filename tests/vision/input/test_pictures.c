/* Pictures and the pixels of clips: every format in its colours, upright, single and in directories. */
#include <libavutil/log.h>
#include <math.h>

#include "tests/vision/input/input_checks.h"
#include "vision/convert.h"
#include "vision/input/pixels.h"

/* The mean colour of a rectangle given in thousandths of the picture. */
static void mean_colour(const Frame *rgb, int left, int top, int right, int bottom, double mean[3])
{
    int count = 0;
    mean[0] = mean[1] = mean[2] = 0;
    for (int y = rgb->height * top / 1000; y < rgb->height * bottom / 1000; y++)
        for (int x = rgb->width * left / 1000; x < rgb->width * right / 1000; x++, count++)
            for (int c = 0; c < 3; c++)
                mean[c] += rgb->planes[0][y * rgb->strides[0] + 3 * x + c];
    for (int c = 0; c < 3; c++)
        mean[c] /= count;
}

static void expect_colour(const char *name, const Frame *rgb, int left, int top, const int expected[3],
                          double most)
{
    double mean[3];
    mean_colour(rgb, left, top, left + 300, top + 300, mean);
    for (int c = 0; c < 3; c++)
        if (fabs(mean[c] - expected[c]) > most)
            fail_msg("%s at (%d,%d): %.1f %.1f %.1f, expected %d %d %d", name, left, top, mean[0], mean[1],
                     mean[2], expected[0], expected[1], expected[2]);
}

static const int quadrant_colours[4][3] = {{200, 40, 40}, {40, 180, 60}, {50, 60, 200}, {190, 180, 60}};

/* Red, green / blue, yellow; even sizes. */
static void save_quadrants(const char *name, int width, int height)
{
    uint8_t *ppm = malloc((size_t)width * height * 3 + 64);
    assert_non_null(ppm);
    int used = sprintf((char *)ppm, "P6\n%d %d\n255\n", width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                ppm[used++] = (uint8_t)quadrant_colours[2 * (y >= height / 2) + (x >= width / 2)][c];
    assert_int_equal(media_save(name, ppm, (size_t)used), 0);
    free(ppm);
}

static Frame first_frame_as_rgb(const char *name, Input **source, Frame *seen)
{
    Error error = {0};
    Frame rgb = {0};
    Converter *converter = converter_create();
    *source = open_media(name);
    assert_int_equal((*source)->functions->read(*source, seen, &error), INPUT_FRAME);
    if (converter_to_rgb(converter, seen, &rgb, &error))
        fail_msg("%s", error.message);
    converter_destroy(converter);
    return rgb;
}

/* corners[i]: which stored quadrant is seen at the upper left, upper right, lower left, lower right. */
static void expect_quadrants(const char *name, const Frame *rgb, const int corners[4], double most)
{
    for (int i = 0; i < 4; i++)
        expect_colour(name, rgb, i % 2 ? 600 : 100, i / 2 ? 600 : 100, quadrant_colours[corners[i]], most);
}

static const int upright[4] = {0, 1, 2, 3};

static void pixel_formats(void **state)
{
    (void)state;
    static const struct {
        const char *file, *arguments;
        PixelFormat format;
        ColourRange range;
        double most;
    } cases[] = {
        {"p1.mkv", "-c:v ffv1 -pix_fmt yuv420p", PIXEL_I420, RANGE_LIMITED, 4},
        {"p2.mkv", "-c:v ffv1 -pix_fmt yuv422p", PIXEL_I422, RANGE_LIMITED, 4},
        {"p3.mkv", "-c:v ffv1 -pix_fmt yuv444p", PIXEL_I444, RANGE_LIMITED, 4},
        {"p4.mkv", "-c:v ffv1 -pix_fmt yuv410p", PIXEL_I420, RANGE_LIMITED, 5},
        {"p5.mkv", "-c:v ffv1 -pix_fmt yuv440p", PIXEL_I420, RANGE_LIMITED, 5},
        {"p6.mkv", "-c:v ffv1 -pix_fmt yuv420p10le", PIXEL_I420, RANGE_LIMITED, 4},
        {"p7.mkv", "-c:v ffv1 -pix_fmt yuv422p12le", PIXEL_I422, RANGE_LIMITED, 4},
        {"p8.mkv", "-c:v ffv1 -pix_fmt yuv444p16le", PIXEL_I444, RANGE_LIMITED, 4},
        {"p9.mkv", "-c:v ffv1 -pix_fmt yuva420p", PIXEL_I420, RANGE_LIMITED, 4},
        {"p10.mkv", "-c:v ffv1 -pix_fmt gbrp10le", PIXEL_RGB24, RANGE_LIMITED, 3},
        {"p11.mkv", "-c:v ffv1 -pix_fmt bgra", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p12.mkv", "-c:v png -pix_fmt rgb24", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p13.mkv", "-c:v png -pix_fmt rgb48be", PIXEL_RGB24, RANGE_LIMITED, 2},
        {"p14.avi", "-c:v rawvideo -pix_fmt bgr24", PIXEL_BGR24, RANGE_LIMITED, 1}, /* stored bottom up */
        {"p15.nut", "-c:v rawvideo -pix_fmt bgr24", PIXEL_BGR24, RANGE_LIMITED, 1},
        {"p16.nut", "-c:v rawvideo -pix_fmt nv12", PIXEL_NV12, RANGE_LIMITED, 4},
        {"p17.nut", "-c:v rawvideo -pix_fmt nv21", PIXEL_NV21, RANGE_LIMITED, 4},
        {"p18.nut", "-c:v rawvideo -pix_fmt yuyv422", PIXEL_YUYV, RANGE_LIMITED, 4},
        {"p19.nut", "-c:v rawvideo -pix_fmt uyvy422", PIXEL_UYVY, RANGE_LIMITED, 4},
        {"p20.nut", "-c:v rawvideo -pix_fmt rgb565le", PIXEL_RGB24, RANGE_LIMITED, 9},
        {"p21.nut", "-c:v rawvideo -pix_fmt yuv411p", PIXEL_I420, RANGE_LIMITED, 4},
        {"p22.mkv", "-c:v ffv1 -pix_fmt yuv420p16le", PIXEL_I420, RANGE_LIMITED, 4},
        {"p23.mkv", "-c:v mjpeg -q:v 1 -pix_fmt yuvj420p", PIXEL_I420, RANGE_FULL, 4},
        {"p24.mkv", "-c:v libx264 -qp 1 -pix_fmt yuvj420p", PIXEL_I420, RANGE_FULL, 4},
        {"p25.mkv", "-vf scale=out_color_matrix=bt709 -c:v libx264 -qp 1 -pix_fmt yuv420p -colorspace bt709",
         PIXEL_I420, RANGE_LIMITED, 4},
        {"p26.mkv",
         "-vf scale=out_color_matrix=bt2020:out_range=full -c:v libx265 -x265-params log-level=none:qp=2 "
         "-pix_fmt "
         "yuv420p10le -colorspace bt2020nc -color_range pc",
         PIXEL_I420, RANGE_FULL, 5},
        {"p27.gif", "", PIXEL_RGB24, RANGE_LIMITED, 8},
        {"p28.png", "", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p29.bmp", "", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p30.jpg", "-q:v 1", PIXEL_I444, RANGE_FULL, 5},
        {"p31.webp", "-quality 100", PIXEL_I420, RANGE_LIMITED, 5},
        {"p32.webp", "-lossless 1", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p33.tiff", "", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p34.png", "-pix_fmt pal8", PIXEL_RGB24, RANGE_LIMITED, 6},
        {"p35.ppm", "", PIXEL_RGB24, RANGE_LIMITED, 1},
        {"p36.qoi", "", PIXEL_RGB24, RANGE_LIMITED, 1},
    };
    save_quadrants("quadrants.ppm", 96, 64);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Input *source;
        Frame seen;
        assert_int_equal(media_run("ffmpeg -v error -y -i quadrants.ppm -frames:v 1 %s %s",
                                   cases[i].arguments, cases[i].file),
                         0);
        Frame rgb = first_frame_as_rgb(cases[i].file, &source, &seen);
        assert_int_equal(seen.width, 96);
        assert_int_equal(seen.height, 64);
        int picture = i >= 27;
        if ((cases[i].format != seen.format && !picture) ||
            (cases[i].range != seen.range && seen.format != PIXEL_RGB24 && seen.format != PIXEL_BGR24))
            fail_msg("%s: format %d, range %d", cases[i].file, (int)seen.format, (int)seen.range);
        assert_int_equal(source->still, picture);
        expect_quadrants(cases[i].file, &rgb, upright, cases[i].most);
        frame_free(&rgb);
        Error error;
        InputStatus end = source->functions->read(source, &seen, &error);
        if (end != INPUT_END)
            fail_msg("%s: %s", cases[i].file, end == INPUT_FRAME ? "a second frame" : error.message);
        input_destroy(source);
    }
}

/* Some decoders give pictures with the last row first in memory. */
static void bottom_up_picture(void **state)
{
    (void)state;
    static uint8_t stored[2][6] = {{9, 8, 7, 6, 5, 4}, {1, 2, 3, 40, 50, 60}};
    AVFrame *picture = av_frame_alloc();
    Pixels pixels = {0};
    Frame frame;
    Error error;
    assert_non_null(picture);
    picture->width = 2;
    picture->height = 2;
    picture->format = AV_PIX_FMT_RGB24;
    picture->data[0] = stored[1];
    picture->linesize[0] = -6;
    AVRational unknown = {0, 1};
    assert_int_equal(pixels_view(&pixels, picture, ORIENTATION_UPRIGHT, unknown, &frame, &error), 0);
    assert_int_equal(frame.format, PIXEL_RGB24);
    assert_int_equal(frame.sar_num, 1);
    assert_true(frame.strides[0] > 0);
    assert_memory_equal(frame.planes[0], stored[1], 6);
    assert_memory_equal(frame.planes[0] + frame.strides[0], stored[0], 6);
    pixels_finish(&pixels);
    av_frame_free(&picture);
}

static void grey_pictures(void **state)
{
    (void)state;
    static const char *const cases[] = {"-pix_fmt gray grey.png", "-pix_fmt gray16be deep.png", "grey.pgm",
                                        "-pix_fmt ya8 alpha.png"};
    static const char *const names[] = {"grey.png", "deep.png", "grey.pgm", "alpha.png"};
    for (int i = 0; i < 4; i++) {
        Input *source;
        Frame seen;
        static const int grey[3] = {160, 160, 160};
        assert_int_equal(media_run("ffmpeg -v error -y -f lavfi -i color=0xA0A0A0:s=48x32 -frames:v 1 -vf "
                                   "format=rgb24 %s",
                                   cases[i]),
                         0);
        Frame rgb = first_frame_as_rgb(names[i], &source, &seen);
        assert_int_equal(seen.format, PIXEL_GREY);
        assert_int_equal(seen.range, RANGE_FULL);
        expect_colour(names[i], &rgb, 300, 300, grey, 2);
        frame_free(&rgb);
        input_destroy(source);
    }
}

/* Which corner is where, once a picture is turned as each EXIF orientation says; from EXIF 2.32,
 * "Orientation". */
static const int turned[9][4] = {
    [1] = {0, 1, 2, 3}, [2] = {1, 0, 3, 2}, [3] = {3, 2, 1, 0}, [4] = {2, 3, 0, 1},
    [5] = {0, 2, 1, 3}, [6] = {2, 0, 3, 1}, [7] = {3, 1, 2, 0}, [8] = {1, 3, 0, 2},
};

static void save_with_orientation(const char *from, const char *to, int orientation)
{
    const uint8_t segment[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                               'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                               1,    0x12, 0, 3,  0,   0,   0,   1,   0, (uint8_t)orientation,
                               0,    0,    0, 0,  0,   0};
    size_t size;
    uint8_t *jpeg = media_load(from, &size);
    assert_non_null(jpeg);
    uint8_t *changed = malloc(size + sizeof segment);
    assert_non_null(changed);
    memcpy(changed, jpeg, 2);
    memcpy(changed + 2, segment, sizeof segment);
    memcpy(changed + 2 + sizeof segment, jpeg + 2, size - 2);
    assert_int_equal(media_save(to, changed, size + sizeof segment), 0);
    free(changed);
    free(jpeg);
}

static void exif_orientation(void **state)
{
    (void)state;
    static const char *const chroma[] = {"yuvj420p", "yuvj422p", "yuvj444p"};
    for (int c = 0; c < 3; c++) {
        assert_int_equal(
            media_run("ffmpeg -v error -y -i quadrants.ppm -frames:v 1 -q:v 1 -pix_fmt %s plain.jpg",
                      chroma[c]),
            0);
        for (int orientation = 0; orientation <= 9; orientation++) {
            Input *source;
            Frame seen;
            int valid = orientation >= 1 && orientation <= 8;
            save_with_orientation("plain.jpg", "turned.jpg", orientation);
            Frame rgb = first_frame_as_rgb("turned.jpg", &source, &seen);
            assert_int_equal(seen.width, valid && orientation >= 5 ? 64 : 96);
            assert_int_equal(seen.height, valid && orientation >= 5 ? 96 : 64);
            expect_quadrants("turned.jpg", &rgb, turned[valid ? orientation : 1], 6);
            frame_free(&rgb);
            input_destroy(source);
        }
    }
}

static void rotated_clips(void **state)
{
    (void)state;
    static const struct {
        const char *codec;
        int wide;
    } codecs[] = {{"libx264 -qp 2 -pix_fmt yuv420p -vf setsar=4/3", 1}, {"png -pix_fmt rgb24", 0}};
    static const int degrees[] = {90, 180, 270}; /* counterclockwise */
    static const int orientations[] = {8, 3, 6};
    for (int c = 0; c < 2; c++) {
        assert_int_equal(
            media_run("ffmpeg -v error -y -loop 1 -i quadrants.ppm -frames:v 3 -c:v %s level.mov",
                      codecs[c].codec),
            0);
        for (int i = 0; i < 3; i++) {
            Input *source;
            Frame seen;
            assert_int_equal(
                media_run("ffmpeg -v error -y -i level.mov -c copy -metadata:s:v rotate=%d phone.mov",
                          degrees[i]),
                0);
            Frame rgb = first_frame_as_rgb("phone.mov", &source, &seen);
            int swapped = degrees[i] != 180;
            assert_int_equal(seen.width, swapped ? 64 : 96);
            assert_int_equal(seen.height, swapped ? 96 : 64);
            if (codecs[c].wide) {
                assert_int_equal(seen.sar_num, swapped ? 3 : 4);
                assert_int_equal(seen.sar_den, swapped ? 4 : 3);
            }
            expect_quadrants("phone.mov", &rgb, turned[orientations[i]], 5);
            frame_free(&rgb);
            /* The reference is what the ffmpeg program makes of the same file. */
            assert_int_equal(media_run("ffmpeg -v error -y -i phone.mov -frames:v 1 upright.ppm"), 0);
            Input *reference_source;
            Frame reference = first_frame_as_rgb("upright.ppm", &reference_source, &seen);
            expect_quadrants("upright.ppm", &reference, turned[orientations[i]], 5);
            frame_free(&reference);
            input_destroy(reference_source);
            input_destroy(source);
        }
    }
}

static void truncated_picture(void **state)
{
    (void)state;
    Frame frame;
    Error error;
    assert_int_equal(media_run("ffmpeg -v error -y -f lavfi -i testsrc=size=320x240 -frames:v 1 big.jpg"), 0);
    cut_file("big.jpg", "cut.jpg", 0.6);
    Input *source = open_media("cut.jpg");
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_DAMAGED);
    assert_non_null(strstr(error.message, "cut.jpg: ends early"));
    input_destroy(source);
}

/* A phone's picture with a clip behind it is one picture. */
static void picture_with_trailer(void **state)
{
    (void)state;
    Error error;
    InputStatus end;
    assert_int_equal(media_run("ffmpeg -v error -y -f lavfi -i testsrc=size=160x120 -frames:v 9 -c:v libx264 "
                               "tail.mp4 && cat big.jpg plain.jpg tail.mp4 > motion.jpg"),
                     0);
    Input *source = open_media("motion.jpg");
    assert_true(source->still);
    assert_int_equal(read_all(source, NULL, &end, &error), 1);
    assert_int_equal(end, INPUT_END);
    input_destroy(source);
}

static void picture_directory(void **state)
{
    (void)state;
    Error error;
    InputStatus end;
    static int64_t times[MAX_FRAMES];
    assert_int_equal(
        media_run("mkdir -p pictures/inner.jpg && cp p30.jpg pictures/b.JPG && cp p28.png "
                  "pictures/a.png && cp p27.gif pictures/c.Gif && cp p29.bmp pictures/d.bmp && cp "
                  "p31.webp pictures/e.webp && cp p28.png pictures/.hidden.png && touch "
                  "pictures/notes.txt && cp %s pictures/%s",
                  "turned.jpg", "f.jpeg"),
        0);
    Input *source = open_media("pictures");
    assert_int_equal(source->frame_count, 6);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(read_all(source, times, &end, &error), 6);
        assert_int_equal(end, INPUT_END);
        for (int i = 0; i < 6; i++)
            assert_int_equal(times[i], i * INT64_C(40000000));
        assert_int_equal(source->functions->rewind(source, &error), 0);
    }
    input_destroy(source);
}

static void directory_with_broken_pictures(void **state)
{
    (void)state;
    Error error;
    Frame frame;
    static const int64_t expected[] = {1, 2, 4};
    assert_int_equal(
        media_run("mkdir broken && echo no > broken/a.jpg && cp p30.jpg broken/b.jpg && cp cut.jpg "
                  "broken/c.jpg && ln -s nowhere broken/d.png && cp p28.png broken/e.png"),
        0);
    Input *source = open_media("broken");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
        assert_int_equal(frame.sequence, expected[i]);
        assert_int_equal(frame.time_ns, expected[i] * INT64_C(40000000));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(source->functions->read(source, &frame, &error), INPUT_DAMAGED);
        assert_non_null(strstr(error.message, "3 of 5 pictures"));
        assert_non_null(strstr(error.message, "a.jpg"));
    }
    input_destroy(source);
    assert_int_equal(media_run("mkdir hopeless && echo no > hopeless/a.jpg"), 0);
    expect_refused(in_folder("hopeless"), "1 of 1 pictures");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixel_formats),
        cmocka_unit_test(bottom_up_picture),
        cmocka_unit_test(grey_pictures),
        cmocka_unit_test(exif_orientation),
        cmocka_unit_test(rotated_clips),
        cmocka_unit_test(truncated_picture),
        cmocka_unit_test(picture_with_trailer),
        cmocka_unit_test(picture_directory),
        cmocka_unit_test(directory_with_broken_pictures),
    };
    av_log_set_level(AV_LOG_QUIET);
    int unable = media_begin();
    if (unable)
        return unable;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_folder(NULL);
    return failed;
}
