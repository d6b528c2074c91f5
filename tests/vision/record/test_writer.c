/* What recordings hold: times, sizes, colours, in every format, read back with ffprobe and ffmpeg. */
#include "tests/support/recording.h"

#include "vision/record/encoder.h"

static void assert_times(const char *path, const int64_t *expected_ns, int count)
{
    double times[512];
    assert_int_equal(probe_times(path, times, 512), count);
    for (int i = 0; i < count; i++) {
        double expected = (double)expected_ns[i] / MILLISECOND;
        if (times[i] < expected - 1 || times[i] > expected + 1)
            fail_msg("%s: frame %d at %.3f ms instead of %.3f", path, i, times[i], expected);
    }
}

/* Decoded samples of all frames. */
static uint8_t *decode(const char *path, const char *pixel_format, size_t *bytes)
{
    char command[512];
    snprintf(command, sizeof command, "ffmpeg -nostdin -v error -i 'file:%s' -f rawvideo -pix_fmt %s -", path,
             pixel_format);
    return (uint8_t *)output_of(command, bytes);
}

static void draw_flat(Frame *frame, int width, int height, int y, int u, int v)
{
    draw_scene(frame, width, height, 0, 0);
    fill_plane(frame, 0, y);
    fill_plane(frame, 1, u);
    fill_plane(frame, 2, v);
}

static void write_picture(const char *path, const Frame *frame)
{
    Writer *writer = create(path, 0, 1);
    write_frame(writer, frame);
    finish(writer);
}

/* ---- what is written --------------------------------------------------------------------------- */

/* From half a second on, in steps of 3 to 180 ms that are not whole milliseconds. */
static void uneven_times(int64_t *times_ns, int count)
{
    int64_t now = 500 * MILLISECOND;
    for (int i = 0; i < count; i++) {
        times_ns[i] = now;
        now += 3 * MILLISECOND + (int64_t)(i * i % 60) * 2950001;
    }
}

static void test_clips_keep_times_and_size(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    static const char *const names[] = {"clip.mkv", "clip.mp4", "CLIP.MKV", "12:30 %d.mkv", "plain"};
    int64_t times_ns[COUNT];
    uneven_times(times_ns, COUNT);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = in_folder(names[i]);
        write_clip(path, 160, 96, times_ns, COUNT, i % 2 ? 0 : 29.97);
        assert_probe(path, "stream=width,height,sample_aspect_ratio,nb_read_frames", "160\n96\n1:1\n100\n");
        assert_times(path, times_ns, COUNT);
    }
}

static void test_format_names(void **state)
{
    (void)state;
    int64_t times_ns[2] = {0, 40 * MILLISECOND};
    write_clip(in_folder("names.mkv"), 64, 64, times_ns, 2, 25);
    write_clip(in_folder("names.mp4"), 64, 64, times_ns, 2, 25);
    write_clip(in_folder("names.y4m"), 64, 64, times_ns, 2, 25);
    write_clip(in_folder("names"), 64, 64, times_ns, 2, 25);
    assert_probe(in_folder("names.mkv"), "format=format_name", "matroska,webm\n");
    assert_probe(in_folder("names.mp4"), "format=format_name", "mov,mp4,m4a,3gp,3g2,mj2\n");
    assert_probe(in_folder("names.y4m"), "format=format_name", "yuv4mpegpipe\n");
    assert_probe(in_folder("names"), "format=format_name", "matroska,webm\n");
}

static void test_times_that_do_not_increase(void **state)
{
    (void)state;
    int64_t times_ns[6] = {100 * MILLISECOND, 100 * MILLISECOND, 100 * MILLISECOND + 1,
                           50 * MILLISECOND,  200 * MILLISECOND, 240 * MILLISECOND};
    static const char *const names[] = {"still.mkv", "still.mp4"};
    for (int i = 0; i < 2; i++) {
        double times[16];
        write_clip(in_folder(names[i]), 64, 48, times_ns, 6, 25);
        assert_int_equal(probe_times(in_folder(names[i]), times, 16), 6);
        for (int k = 1; k < 6; k++)
            assert_true(times[k] > times[k - 1]);
        assert_true(times[3] < 104);
        assert_true(times[4] > 199 && times[4] < 201);
    }
}

static void test_negative_times_are_shifted(void **state)
{
    (void)state;
    int64_t times_ns[3] = {-80 * MILLISECOND, -40 * MILLISECOND, 10 * MILLISECOND};
    int64_t shifted_ns[3] = {0, 40 * MILLISECOND, 90 * MILLISECOND};
    write_clip(in_folder("negative.mkv"), 64, 48, times_ns, 3, 25);
    write_clip(in_folder("negative.mp4"), 64, 48, times_ns, 3, 25);
    assert_times(in_folder("negative.mkv"), shifted_ns, 3);
    assert_times(in_folder("negative.mp4"), shifted_ns, 3);
}

static void test_key_frame_every_second(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    int64_t times_ns[COUNT];
    for (int i = 0; i < COUNT; i++)
        times_ns[i] = i * INT64_C(1000000000) / 30;
    write_clip(in_folder("keys.mkv"), 64, 64, times_ns, COUNT, 30);
    char *keys = probe(in_folder("keys.mkv"), "frame=key_frame");
    assert_int_equal(strlen(keys), 2 * COUNT);
    for (int i = 0; i < COUNT; i += 30)
        assert_int_equal(keys[2 * i], '1');
    free(keys);
}

static void test_colour_tags(void **state)
{
    (void)state;
    static const char *const expected[MATRIX_COUNT][RANGE_COUNT] = {
        {"tv\nsmpte170m\nunknown\nunknown\n", "pc\nsmpte170m\nunknown\nunknown\n"},
        {"tv\nbt709\nbt709\nbt709\n", "pc\nbt709\nbt709\nbt709\n"},
        {"tv\nbt2020nc\nbt2020-10\nbt2020\n", "pc\nbt2020nc\nbt2020-10\nbt2020\n"},
    };
    static const char *const names[] = {"tags.mkv", "tags.mp4"};
    Frame frame = {0};
    for (int i = 0; i < 2; i++) {
        for (int matrix = 0; matrix < MATRIX_COUNT; matrix++) {
            for (int range = 0; range < RANGE_COUNT; range++) {
                draw_scene(&frame, 64, 64, 0, 0);
                frame.matrix = (ColourMatrix)matrix;
                frame.range = (ColourRange)range;
                frame.sar_num = 4;
                frame.sar_den = 3;
                Writer *writer = create(in_folder(names[i]), 25, 0);
                write_frame(writer, &frame);
                finish(writer);
                assert_probe(in_folder(names[i]),
                             "stream=color_range,color_space,color_transfer,color_primaries",
                             expected[matrix][range]);
                assert_probe(in_folder(names[i]), "stream=sample_aspect_ratio", "4:3\n");
            }
        }
    }
    frame_free(&frame);
}

static void test_odd_sizes_are_padded(void **state)
{
    (void)state;
    Frame frame = {0};
    Writer *writer = create(in_folder("odd.mkv"), 25, 0);
    draw_flat(&frame, 63, 47, 120, 90, 170);
    write_frame(writer, &frame);
    finish(writer);
    assert_probe(in_folder("odd.mkv"), "stream=width,height", "64\n48\n");
    size_t bytes;
    uint8_t *samples = decode(in_folder("odd.mkv"), "yuv420p", &bytes);
    assert_int_equal(bytes, 64 * 48 * 3 / 2);
    for (int i = 0; i < 64 * 48; i++)
        assert_in_range(samples[i], 118, 122);
    for (int i = 0; i < 32 * 24; i++) {
        assert_in_range(samples[64 * 48 + i], 88, 92);
        assert_in_range(samples[64 * 60 + i], 168, 172);
    }
    free(samples);

    /* formats that can have odd sizes */
    write_picture(in_folder("odd.png"), &frame);
    write_picture(in_folder("odd.jpg"), &frame);
    write_picture(in_folder("odd.y4m"), &frame);
    assert_probe(in_folder("odd.png"), "stream=width,height", "63\n47\n");
    assert_probe(in_folder("odd.jpg"), "stream=width,height", "63\n47\n");
    assert_probe(in_folder("odd.y4m"), "stream=width,height", "63\n47\n");
    draw_flat(&frame, 1, 1, 120, 90, 170);
    write_picture(in_folder("one.png"), &frame);
    assert_probe(in_folder("one.png"), "stream=width,height", "1\n1\n");
    frame_free(&frame);
}

static void test_y4m_is_lossless(void **state)
{
    (void)state;
    int64_t times_ns[3] = {0, 40 * MILLISECOND, 80 * MILLISECOND};
    write_clip(in_folder("exact.y4m"), 50, 30, times_ns, 3, 25);
    assert_probe(in_folder("exact.y4m"), "stream=r_frame_rate,color_range,nb_read_frames", "tv\n25/1\n3\n");
    size_t bytes;
    uint8_t *samples = decode(in_folder("exact.y4m"), "yuv420p", &bytes), *sample = samples;
    assert_int_equal(bytes, 3 * 50 * 30 * 3 / 2);
    Frame frame = {0};
    for (int i = 0; i < 3; i++) {
        draw_scene(&frame, 50, 30, i, 0);
        for (int plane = 0; plane < 3; plane++) {
            size_t width = (size_t)frame_plane_width(PIXEL_I420, plane, 50);
            for (int y = 0; y < frame_plane_height(PIXEL_I420, plane, 30); y++, sample += width)
                assert_memory_equal(sample, frame.planes[plane] + (size_t)y * frame.strides[plane], width);
        }
    }
    free(samples);
    draw_scene(&frame, 50, 30, 0, 0);
    frame.range = RANGE_FULL;
    write_picture(in_folder("full.y4m"), &frame);
    assert_probe(in_folder("full.y4m"), "stream=color_range", "pc\n");
    frame_free(&frame);
}

/* R'G'B' of Y'CbCr, ITU-R BT.601, 709, 2020. */
static void expected_rgb(const Frame *frame, double y, double u, double v, double rgb[3])
{
    static const double red[MATRIX_COUNT] = {0.299, 0.2126, 0.2627},
                        blue[MATRIX_COUNT] = {0.114, 0.0722, 0.0593};
    double kr = red[frame->matrix], kb = blue[frame->matrix];
    int full = frame->range == RANGE_FULL;
    y = full ? y / 255 : (y - 16) / 219;
    u = (u - 128) / (full ? 255 : 224);
    v = (v - 128) / (full ? 255 : 224);
    rgb[0] = 255 * (y + 2 * (1 - kr) * v);
    rgb[2] = 255 * (y + 2 * (1 - kb) * u);
    rgb[1] = (255 * y - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb);
}

static void assert_rgb(const char *path, size_t pixel, const double expected[3], double tolerance)
{
    size_t bytes;
    uint8_t *samples = decode(path, "rgb24", &bytes);
    assert_true(bytes >= 3 * (pixel + 1));
    for (int i = 0; i < 3; i++) {
        double difference = samples[3 * pixel + (size_t)i] - expected[i];
        if (difference < -tolerance || difference > tolerance)
            fail_msg("%s: channel %d is %d instead of %.1f", path, i, samples[3 * pixel + (size_t)i],
                     expected[i]);
    }
    free(samples);
}

static void test_pictures_keep_colours(void **state)
{
    (void)state;
    static const char *const names[] = {"colour.png", "colour.jpg", "colour.jpeg"};
    Frame frame = {0};
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++) {
        for (int range = 0; range < RANGE_COUNT; range++) {
            draw_flat(&frame, 32, 32, 110, 100, 160);
            frame.matrix = (ColourMatrix)matrix;
            frame.range = (ColourRange)range;
            double rgb[3];
            expected_rgb(&frame, 110, 100, 160, rgb);
            for (int i = 0; i < 3; i++) {
                write_picture(in_folder(names[i]), &frame);
                assert_rgb(in_folder(names[i]), 32 * 16 + 16, rgb, i == 0 ? 2 : 4);
            }
        }
    }
    frame_free(&frame);
}

/* A later frame of another size, matrix and range is converted to the first one's, with the same colours. */
static void test_later_frames_follow_the_first(void **state)
{
    (void)state;
    Frame first = {0}, second = {0};
    draw_flat(&first, 64, 48, 60, 128, 128);
    draw_flat(&second, 200, 100, 140, 100, 160);
    second.matrix = MATRIX_BT709;
    second.range = RANGE_FULL;
    second.time_ns = 40 * MILLISECOND;
    Writer *writer = create(in_folder("follow.y4m"), 25, 0);
    write_frame(writer, &first);
    write_frame(writer, &second);
    write_frame(writer, &first);
    finish(writer);
    assert_probe(in_folder("follow.y4m"), "stream=width,height,nb_read_frames", "64\n48\n3\n");

    size_t bytes, frame_bytes = 64 * 48 * 3 / 2;
    uint8_t *samples = decode(in_folder("follow.y4m"), "yuv420p", &bytes), *middle = samples + frame_bytes;
    assert_int_equal(bytes, 3 * frame_bytes);
    double expected[3], found[3];
    expected_rgb(&second, 140, 100, 160, expected);
    size_t pixel = 24 * 64 + 32, chroma = 64 * 48 + 12 * 32 + 16;
    expected_rgb(&first, middle[pixel], middle[chroma], middle[chroma + 32 * 24], found);
    for (int i = 0; i < 3; i++)
        assert_true(found[i] > expected[i] - 4 && found[i] < expected[i] + 4);
    assert_int_equal(samples[2 * frame_bytes + pixel], 60);
    free(samples);
    frame_free(&first);
    frame_free(&second);
}

/* Every encoder of the table that this machine has. */
static void test_fallback_encoders(void **state)
{
    (void)state;
    static const char *const encoders[] = {"libx264", "mpeg4"};
    static const char *const paths[] = {"fallback.mkv", "fallback.mp4"};
    enum { COUNT = 40 };
    int64_t times_ns[COUNT];
    uneven_times(times_ns, COUNT);
    for (int k = 0; k < 4; k++) {
        Error error;
        Frame frame = {0};
        const char *path = in_folder(paths[k / 2]);
        EncoderOptions options = {.path = path, .frame_rate = 30, .video = encoders[k % 2]};
        OutputFile *file = output_file_create(path, &error);
        assert_non_null(file);
        draw_scene(&frame, 99, 77, 0, times_ns[0]);
        Encoder *encoder = encoder_create(output_format(path, 0, &error), file, &frame, &options, &error);
        if (!encoder)
            fail_msg("%s", error.message);
        for (int i = 0; i < COUNT; i++) {
            draw_scene(&frame, 99, 77, i, times_ns[i]);
            assert_int_equal(encoder_write(encoder, &frame, &error), 0);
        }
        bool fallback;
        assert_non_null(strstr(encoder_name(encoder, &fallback), encoders[k % 2]));
        assert_int_equal(fallback, k % 2);
        assert_int_equal(encoder_finish(encoder, &error), 0);
        encoder_destroy(encoder);
        assert_int_equal(output_file_close(file, &error), 0);
        output_file_destroy(file);
        frame_free(&frame);
        assert_times(path, times_ns, COUNT);
        assert_probe(path, "stream=width,height", "100\n78\n");
    }
}

static void test_encoder_name(void **state)
{
    (void)state;
    Frame frame = {0};
    bool fallback = true;
    Writer *writer = create(in_folder("name.png"), 0, 1);
    assert_string_equal(writer_encoder(writer, &fallback), "");
    draw_scene(&frame, 64, 64, 0, 0);
    write_frame(writer, &frame);
    Error error;
    assert_int_equal(writer_finish(writer, &error), 0);
    assert_string_equal(writer_encoder(writer, &fallback), "PNG");
    assert_int_equal(fallback, 0);
    writer_destroy(writer);
    frame_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clips_keep_times_and_size),
        cmocka_unit_test(test_format_names),
        cmocka_unit_test(test_times_that_do_not_increase),
        cmocka_unit_test(test_negative_times_are_shifted),
        cmocka_unit_test(test_key_frame_every_second),
        cmocka_unit_test(test_colour_tags),
        cmocka_unit_test(test_odd_sizes_are_padded),
        cmocka_unit_test(test_y4m_is_lossless),
        cmocka_unit_test(test_pictures_keep_colours),
        cmocka_unit_test(test_later_frames_follow_the_first),
        cmocka_unit_test(test_fallback_encoders),
        cmocka_unit_test(test_encoder_name),
    };
    av_log_set_level(AV_LOG_QUIET);
    if (!can_read_back())
        return 77;
    return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
