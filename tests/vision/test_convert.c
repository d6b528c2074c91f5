/* Every pixel format, matrix and range against the formulas of the standards in double, at odd sizes and
 * padded strides. */
#include <libavcodec/avcodec.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vision/convert.h"

static const PixelFormat yuv_formats[] = {PIXEL_I420, PIXEL_I422, PIXEL_I444, PIXEL_NV12,
                                          PIXEL_NV21, PIXEL_YUYV, PIXEL_UYVY};
enum { YUV_FORMATS = sizeof yuv_formats / sizeof *yuv_formats };

static const int sizes[][2] = {{1, 1}, {3, 5}, {2, 2}, {17, 9}, {64, 4}, {641, 361}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* libyuv's coefficients have 6 fractional bits, half a unit off is a level at the ends of chroma, twice in
 * green; the stretched input rounds once more. */
#define RGB_TOLERANCE 3.5
#define YUV_TOLERANCE 1.5

/* Kr and Kb of ITU-R BT.601, BT.709, BT.2020. */
static const double luma_weights[MATRIX_COUNT][2] = {{0.299, 0.114}, {0.2126, 0.0722}, {0.2627, 0.0593}};

static double clamp(double value)
{
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

static void yuv_to_rgb(const int yuv[3], ColourMatrix matrix, ColourRange range, double rgb[3])
{
    double kr = luma_weights[matrix][0], kb = luma_weights[matrix][1], kg = 1 - kr - kb;
    double y = range == RANGE_FULL ? yuv[0] : (yuv[0] - 16) * 255.0 / 219;
    double u = (yuv[1] - 128) * (range == RANGE_FULL ? 1 : 255.0 / 224);
    double v = (yuv[2] - 128) * (range == RANGE_FULL ? 1 : 255.0 / 224);
    rgb[0] = clamp(y + 2 * (1 - kr) * v);
    rgb[1] = clamp(y - 2 * kb * (1 - kb) / kg * u - 2 * kr * (1 - kr) / kg * v);
    rgb[2] = clamp(y + 2 * (1 - kb) * u);
}

static void rgb_to_yuv(const int rgb[3], ColourMatrix matrix, ColourRange range, double yuv[3])
{
    double kr = luma_weights[matrix][0], kb = luma_weights[matrix][1];
    double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    int full = range == RANGE_FULL;
    yuv[0] = full ? y : 16 + y * 219 / 255;
    yuv[1] = 128 + (rgb[2] - y) / (2 * (1 - kb)) * (full ? 1 : 224.0 / 255);
    yuv[2] = 128 + (rgb[0] - y) / (2 * (1 - kr)) * (full ? 1 : 224.0 / 255);
}

/* A frame in exactly as much memory as it needs, with odd padding behind each row but the last: what reads or
 * writes past it is found. Freed with free(frame->planes[0]). */
static Frame make_frame(PixelFormat format, int width, int height, int padding)
{
    Frame frame = {.format = format,
                   .width = width,
                   .height = height,
                   .sar_num = 4,
                   .sar_den = 3,
                   .time_ns = 123456789,
                   .sequence = 77};
    size_t size = 0, offsets[3];
    for (int i = 0; i < frame_plane_count(format); i++) {
        frame.strides[i] = frame_plane_width(format, i, width) + padding;
        offsets[i] = size;
        size += (size_t)frame.strides[i] * (size_t)frame_plane_height(format, i, height);
    }
    uint8_t *memory = malloc(size - (size_t)padding);
    assert_non_null(memory);
    memset(memory, 0x5A, size - (size_t)padding);
    for (int i = 0; i < frame_plane_count(format); i++)
        frame.planes[i] = memory + offsets[i];
    return frame;
}

static uint8_t *sample(const Frame *frame, int plane, int x, int y)
{
    return frame->planes[plane] + (ptrdiff_t)y * frame->strides[plane] + x;
}

/* Sets pixel (x, y), and the chroma that it shares with its neighbours. */
static void set_pixel(const Frame *frame, int x, int y, const int value[3])
{
    uint8_t a = (uint8_t)value[0], b = (uint8_t)value[1], c = (uint8_t)value[2];
    uint8_t *at;
    switch (frame->format) {
    case PIXEL_I420:
    case PIXEL_I422:
    case PIXEL_I444: {
        int right = frame->format != PIXEL_I444, down = frame->format == PIXEL_I420;
        *sample(frame, 0, x, y) = a;
        *sample(frame, 1, x >> right, y >> down) = b;
        *sample(frame, 2, x >> right, y >> down) = c;
        break;
    }
    case PIXEL_NV12:
    case PIXEL_NV21:
        *sample(frame, 0, x, y) = a;
        at = sample(frame, 1, x / 2 * 2, y / 2);
        at[0] = frame->format == PIXEL_NV12 ? b : c;
        at[1] = frame->format == PIXEL_NV12 ? c : b;
        break;
    case PIXEL_YUYV:
        at = sample(frame, 0, x / 2 * 4, y);
        at[x % 2 * 2] = a;
        at[1] = b;
        at[3] = c;
        break;
    case PIXEL_UYVY:
        at = sample(frame, 0, x / 2 * 4, y);
        at[1 + x % 2 * 2] = a;
        at[0] = b;
        at[2] = c;
        break;
    case PIXEL_GREY:
        *sample(frame, 0, x, y) = a;
        break;
    case PIXEL_RGB24:
    case PIXEL_BGR24:
        at = sample(frame, 0, 3 * x, y);
        at[0] = frame->format == PIXEL_RGB24 ? a : c;
        at[1] = b;
        at[2] = frame->format == PIXEL_RGB24 ? c : a;
        break;
    default:
        fail();
    }
}

/* Luma runs over all values along the rows; chroma is the same in blocks of 2x2, so that how it is
 * interpolated does not matter, and changes slowly. */
static void test_yuv(int x, int y, int width, int height, int limited, int yuv[3])
{
    int bx = x / 2 * 2, by = y / 2 * 2;
    yuv[0] = limited ? 16 + (x * 7 + y * 3) % 220 : (x * 7 + y * 3) % 256;
    yuv[1] = limited ? 16 + bx * 224 / width : bx * 255 / width;
    yuv[2] = limited ? 16 + by * 224 / height : by * 255 / height;
    if (width < 4)
        yuv[1] = 90;
    if (height < 4)
        yuv[2] = 200;
}

static void expect_properties(const Frame *frame, PixelFormat format, const Frame *from)
{
    assert_int_equal(frame->format, format);
    assert_int_equal(frame->width, from->width);
    assert_int_equal(frame->height, from->height);
    assert_int_equal(frame->sar_num, 4);
    assert_int_equal(frame->sar_den, 3);
    assert_int_equal(frame->time_ns, 123456789);
    assert_int_equal(frame->sequence, 77);
}

static void yuv_formats_to_rgb(void **state)
{
    (void)state;
    Converter *converter = converter_create();
    Frame rgb = {0};
    Error error;
    assert_non_null(converter);
    for (int s = 0; s < SIZES; s++)
        for (int f = 0; f < YUV_FORMATS; f++)
            for (int padding = 0; padding <= 13; padding += 13)
                for (int matrix = 0; matrix < MATRIX_COUNT; matrix++)
                    for (int range = 0; range < RANGE_COUNT; range++) {
                        int width = sizes[s][0], height = sizes[s][1];
                        int yuv[3];
                        Frame frame = make_frame(yuv_formats[f], width, height, padding);
                        frame.matrix = (ColourMatrix)matrix;
                        frame.range = (ColourRange)range;
                        for (int y = 0; y < height; y++)
                            for (int x = 0; x < width; x++) {
                                test_yuv(x, y, width, height, range == RANGE_LIMITED, yuv);
                                set_pixel(&frame, x, y, yuv);
                            }
                        assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
                        expect_properties(&rgb, PIXEL_RGB24, &frame);
                        for (int y = 0; y < height; y++)
                            for (int x = 0; x < width; x++) {
                                double expected[3];
                                test_yuv(x, y, width, height, range == RANGE_LIMITED, yuv);
                                yuv_to_rgb(yuv, frame.matrix, frame.range, expected);
                                for (int c = 0; c < 3; c++)
                                    if (fabs(*sample(&rgb, 0, 3 * x + c, y) - expected[c]) > RGB_TOLERANCE)
                                        fail_msg(
                                            "format %d, matrix %d, range %d, %dx%d at %d,%d: channel %d is "
                                            "%d, expected %.1f",
                                            (int)frame.format, matrix, range, width, height, x, y, c,
                                            *sample(&rgb, 0, 3 * x + c, y), expected[c]);
                            }
                        free(frame.planes[0]);
                    }
    frame_free(&rgb);
    converter_destroy(converter);
}
/* Luma and chroma as they were, where the format has the chroma; matrix and range as well. */
static void yuv_formats_to_i420(void **state)
{
    (void)state;
    Converter *converter = converter_create();
    Frame i420 = {0};
    Error error;
    assert_non_null(converter);
    for (int s = 0; s < SIZES; s++)
        for (int f = 0; f < YUV_FORMATS; f++) {
            int width = sizes[s][0], height = sizes[s][1];
            int yuv[3];
            Frame frame = make_frame(yuv_formats[f], width, height, 5);
            frame.matrix = (ColourMatrix)(f % MATRIX_COUNT);
            frame.range = (ColourRange)(f % RANGE_COUNT);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    test_yuv(x, y, width, height, 0, yuv);
                    set_pixel(&frame, x, y, yuv);
                }
            assert_int_equal(converter_to_i420(converter, &frame, &i420, &error), 0);
            expect_properties(&i420, PIXEL_I420, &frame);
            assert_int_equal(i420.matrix, frame.matrix);
            assert_int_equal(i420.range, frame.range);
            assert_ptr_not_equal(i420.planes[0], frame.planes[0]);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    test_yuv(x, y, width, height, 0, yuv);
                    assert_int_equal(*sample(&i420, 0, x, y), yuv[0]);
                    assert_int_equal(*sample(&i420, 1, x / 2, y / 2), yuv[1]);
                    assert_int_equal(*sample(&i420, 2, x / 2, y / 2), yuv[2]);
                }
            free(frame.planes[0]);
        }
    frame_free(&i420);
    converter_destroy(converter);
}

/* Colours in blocks of 2x2. */
static void test_rgb(int x, int y, int rgb[3])
{
    rgb[0] = (x / 2 * 12) % 256;
    rgb[1] = (y / 2 * 20 + 40) % 256;
    rgb[2] = (255 - x / 2 * 4 - y / 2 * 8) & 255;
}

static void rgb_formats(void **state)
{
    (void)state;
    static const PixelFormat formats[] = {PIXEL_RGB24, PIXEL_BGR24};
    Converter *converter = converter_create();
    Frame rgb = {0}, i420 = {0};
    Error error;
    assert_non_null(converter);
    for (int s = 0; s < SIZES; s++)
        for (int f = 0; f < 2; f++) {
            int width = sizes[s][0], height = sizes[s][1];
            int colour[3];
            double yuv[3];
            Frame frame = make_frame(formats[f], width, height, 7);
            frame.matrix = MATRIX_BT709; /* has no meaning for RGB */
            frame.range = RANGE_FULL;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    test_rgb(x, y, colour);
                    set_pixel(&frame, x, y, colour);
                }
            assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
            assert_int_equal(converter_to_i420(converter, &frame, &i420, &error), 0);
            expect_properties(&rgb, PIXEL_RGB24, &frame);
            expect_properties(&i420, PIXEL_I420, &frame);
            assert_int_equal(i420.matrix, MATRIX_BT601);
            assert_int_equal(i420.range, RANGE_LIMITED);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    test_rgb(x, y, colour);
                    rgb_to_yuv(colour, MATRIX_BT601, RANGE_LIMITED, yuv);
                    for (int c = 0; c < 3; c++) {
                        assert_int_equal(*sample(&rgb, 0, 3 * x + c, y), colour[c]);
                        int place = c ? 2 : 1;
                        if (fabs(*sample(&i420, c, x / place, y / place) - yuv[c]) > YUV_TOLERANCE)
                            fail_msg("format %d %dx%d at %d,%d: plane %d is %d, expected %.1f",
                                     (int)frame.format, width, height, x, y, c,
                                     *sample(&i420, c, x / place, y / place), yuv[c]);
                    }
                }
            free(frame.planes[0]);
        }
    frame_free(&rgb);
    frame_free(&i420);
    converter_destroy(converter);
}

static void grey(void **state)
{
    (void)state;
    Converter *converter = converter_create();
    Frame rgb = {0}, i420 = {0};
    Error error;
    assert_non_null(converter);
    for (int range = 0; range < RANGE_COUNT; range++)
        for (int matrix = 0; matrix < MATRIX_COUNT; matrix++) {
            Frame frame = make_frame(PIXEL_GREY, 256, 3, 9);
            frame.range = (ColourRange)range;
            frame.matrix = (ColourMatrix)matrix;
            for (int y = 0; y < 3; y++)
                for (int x = 0; x < 256; x++)
                    set_pixel(&frame, x, y, (int[3]){x});
            assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
            assert_int_equal(converter_to_i420(converter, &frame, &i420, &error), 0);
            expect_properties(&rgb, PIXEL_RGB24, &frame);
            assert_int_equal(i420.range, range);
            for (int x = 0; x < 256; x++) {
                double expected = range == RANGE_FULL ? x : clamp((x - 16) * 255.0 / 219);
                for (int c = 0; c < 3; c++)
                    assert_true(fabs(*sample(&rgb, 0, 3 * x + c, 2) - expected) <= 0.6);
                assert_int_equal(*sample(&i420, 0, x, 2), x);
                assert_int_equal(*sample(&i420, 1, x / 2, 1), 128);
                assert_int_equal(*sample(&i420, 2, x / 2, 1), 128);
            }
            free(frame.planes[0]);
        }
    frame_free(&rgb);
    frame_free(&i420);
    converter_destroy(converter);
}

/* A JPEG picture of one colour, made by libavcodec. */
static AVPacket *encode_jpeg(int width, int height, const int yuv[3])
{
    AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    AVFrame *picture = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    assert_true(encoder && picture && packet);
    encoder->width = picture->width = width;
    encoder->height = picture->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
    encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->time_base = (AVRational){1, 25};
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA;
    picture->format = AV_PIX_FMT_YUVJ420P;
    picture->quality = FF_QP2LAMBDA;
    assert_int_equal(av_frame_get_buffer(picture, 0), 0);
    for (int i = 0; i < 3; i++)
        memset(picture->data[i], yuv[i],
               (size_t)picture->linesize[i] * (size_t)(i ? (height + 1) / 2 : height));
    assert_int_equal(avcodec_open2(encoder, NULL, NULL), 0);
    assert_int_equal(avcodec_send_frame(encoder, picture), 0);
    assert_int_equal(avcodec_receive_packet(encoder, packet), 0);
    avcodec_free_context(&encoder);
    av_frame_free(&picture);
    return packet;
}

static void mjpeg(void **state)
{
    (void)state;
    static const int yuv[3] = {120, 90, 170};
    Converter *converter = converter_create();
    Frame rgb = {0}, i420 = {0};
    Error error;
    double expected[3];
    assert_non_null(converter);
    yuv_to_rgb(yuv, MATRIX_BT601, RANGE_FULL, expected);
    AVPacket *jpeg = encode_jpeg(83, 37, yuv);
    uint8_t *exact = malloc((size_t)jpeg->size);
    assert_non_null(exact);
    memcpy(exact, jpeg->data, (size_t)jpeg->size);
    Frame frame = {.format = PIXEL_MJPEG,
                   .width = 83,
                   .height = 37,
                   .planes = {exact},
                   .bytes = (size_t)jpeg->size,
                   .matrix = MATRIX_BT709,
                   .range = RANGE_LIMITED,
                   .sar_num = 4,
                   .sar_den = 3,
                   .time_ns = 123456789,
                   .sequence = 77};
    assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
    assert_int_equal(converter_to_i420(converter, &frame, &i420, &error), 0);
    expect_properties(&rgb, PIXEL_RGB24, &frame);
    expect_properties(&i420, PIXEL_I420, &frame);
    assert_int_equal(i420.matrix, MATRIX_BT601);
    assert_int_equal(i420.range, RANGE_FULL);
    for (int y = 0; y < 37; y++)
        for (int x = 0; x < 83; x++)
            for (int c = 0; c < 3; c++) {
                assert_true(fabs(*sample(&rgb, 0, 3 * x + c, y) - expected[c]) <= 4);
                assert_true(abs(*sample(&i420, c, c ? x / 2 : x, c ? y / 2 : y) - yuv[c]) <= 2);
            }
    /* Another size than announced, cut, and broken anywhere: an error or a picture, never a crash. */
    frame.width = 84;
    assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), -1);
    assert_non_null(strstr(error.message, "83x37"));
    frame.width = 83;
    frame.bytes = 0;
    assert_int_equal(converter_to_i420(converter, &frame, &i420, &error), -1);
    uint32_t random = 7;
    for (int round = 0; round < 300; round++) {
        size_t bytes = (size_t)jpeg->size;
        memcpy(exact, jpeg->data, bytes);
        for (int flips = 0; flips < 3; flips++) {
            random = random * 1664525 + 1013904223;
            exact[random % bytes] ^= (uint8_t)(1u << (random >> 29));
        }
        frame.bytes = round % 2 ? bytes : (random >> 8) % bytes;
        converter_to_rgb(converter, &frame, &rgb, &error);
        converter_to_i420(converter, &frame, &i420, &error);
    }
    free(exact);
    av_packet_free(&jpeg);
    frame_free(&rgb);
    frame_free(&i420);
    converter_destroy(converter);
}

static void reused_buffers(void **state)
{
    (void)state;
    Converter *converter = converter_create();
    Frame rgb = {0};
    Error error;
    Frame frame = make_frame(PIXEL_YUYV, 64, 48, 0);
    frame.matrix = MATRIX_BT709;
    assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
    const void *first = rgb.memory;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), 0);
        assert_ptr_equal(rgb.memory, first);
    }
    free(frame.planes[0]);
    frame_free(&rgb);
    converter_destroy(converter);
    converter_destroy(NULL);
}

static void impossible_frames(void **state)
{
    (void)state;
    Converter *converter = converter_create();
    Frame rgb = {0};
    Error error;
    static const int bad[][2] = {{0, 1}, {1, 0}, {-1, 1}, {FRAME_MAX_SIDE + 1, 1}};
    for (int i = 0; i < 4; i++) {
        Frame frame = {.format = PIXEL_I420, .width = bad[i][0], .height = bad[i][1]};
        assert_int_equal(converter_to_rgb(converter, &frame, &rgb, &error), -1);
        assert_int_equal(converter_to_i420(converter, &frame, &rgb, &error), -1);
    }
    Frame none = {.format = PIXEL_NONE, .width = 4, .height = 4};
    assert_int_equal(converter_to_rgb(converter, &none, &rgb, &error), -1);
    assert_int_equal(converter_to_i420(converter, &none, &rgb, &error), -1);
    frame_free(&rgb);
    converter_destroy(converter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yuv_formats_to_rgb),
        cmocka_unit_test(yuv_formats_to_i420),
        cmocka_unit_test(rgb_formats),
        cmocka_unit_test(grey),
        cmocka_unit_test(mjpeg),
        cmocka_unit_test(reused_buffers),
        cmocka_unit_test(impossible_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
