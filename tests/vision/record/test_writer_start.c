/* Recordings that fail before their first frame is written, in any of the calls that are made: an old file
 * stays, and no new one is left behind. The linker's --wrap sends the calls here; see meson.build. */
#include "tests/support/recording.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdatomic.h>

#define OLD_CONTENT "what was there before"

static const char *failing; /* the function that fails; NULL: none */
static int successes;       /* of it, before */
static atomic_int calls;    /* of it */

static int is_failing(const char *name)
{
    return failing && strcmp(name, failing) == 0 && atomic_fetch_add(&calls, 1) >= successes;
}

static void let_fail(const char *function, int after)
{
    failing = function;
    successes = after;
    calls = 0;
}

/* A function that reports failure by its value. */
#define WRAP(type, name, failure, parameters, arguments)                                                     \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        return is_failing(#name) ? failure : __real_##name arguments;                                        \
    }

WRAP(AVPacket *, av_packet_alloc, NULL, (void), ())
WRAP(int, avformat_alloc_output_context2, AVERROR(ENOMEM),
     (AVFormatContext * *context, const AVOutputFormat *format, const char *name, const char *path),
     (context, format, name, path))
WRAP(AVCodecContext *, avcodec_alloc_context3, NULL, (const AVCodec *codec), (codec))
WRAP(int, avcodec_open2, AVERROR(ENOMEM),
     (AVCodecContext * context, const AVCodec *codec, AVDictionary **options), (context, codec, options))
WRAP(AVStream *, avformat_new_stream, NULL, (AVFormatContext * context, const AVCodec *codec),
     (context, codec))
WRAP(int, avio_open_dyn_buf, AVERROR(ENOMEM), (AVIOContext * *io), (io))
WRAP(int, avformat_write_header, AVERROR(ENOMEM), (AVFormatContext * context, AVDictionary **options),
     (context, options))
WRAP(int, avcodec_send_frame, AVERROR(ENOMEM), (AVCodecContext * context, const AVFrame *frame),
     (context, frame))
WRAP(int, avcodec_receive_packet, AVERROR(ENOMEM), (AVCodecContext * context, AVPacket *packet),
     (context, packet))

static const char *const functions[] = {"av_packet_alloc",        "avformat_alloc_output_context2",
                                        "avcodec_alloc_context3", "avcodec_open2",
                                        "avformat_new_stream",    "avio_open_dyn_buf",
                                        "avformat_write_header",  "avcodec_send_frame",
                                        "avcodec_receive_packet"};
static const char *const names[] = {"out.mkv", "out.mp4", "out.y4m", "out.jpg", "out.png"};
enum { CLIPS = 3 }; /* of the names; the others hold a picture */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Returns whether it was writer_write() that failed, not only writer_finish(). */
static int record_in_vain(const char *path, int still, const char *function, int successes_before, int frames)
{
    Error error, later;
    Frame frame = {0};
    Writer *writer = create(path, 25, still);
    int failed = 0;
    let_fail(function, successes_before);
    for (int i = 0; i < frames && !failed; i++) {
        draw_scene(&frame, 64, 48, i, i * 40 * MILLISECOND);
        failed = writer_write(writer, &frame, &error) != 0;
    }
    int finished = writer_finish(writer, failed ? &later : &error);
    writer_destroy(writer);
    frame_free(&frame);
    let_fail(NULL, 0);
    assert_true(failed || finished != 0);
    assert_non_null(strstr(error.message, path));
    assert_null(strchr(error.message, '\n'));
    return failed;
}

static int is_old(const char *path)
{
    char content[2 * sizeof OLD_CONTENT];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    return strcmp(content, OLD_CONTENT) == 0;
}

static void write_old(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(OLD_CONTENT, file);
    fclose(file);
}

static void test_old_files_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(functions) * COUNT(names); i++) {
        const char *path = in_folder(names[i % COUNT(names)]);
        write_old(path);
        assert_true(record_in_vain(path, i % COUNT(names) >= CLIPS, functions[i / COUNT(names)], 0, 1));
        assert_true(is_old(path));
    }
}

static void test_no_new_files_stay(void **state)
{
    (void)state;
    assert_int_equal(empty_folder(), 0);
    for (size_t i = 0; i < COUNT(functions) * COUNT(names); i++) {
        const char *path = in_folder(names[i % COUNT(names)]);
        assert_true(record_in_vain(path, i % COUNT(names) >= CLIPS, functions[i / COUNT(names)], 0, 1));
        assert_false(exists(path));
    }
}

/* An encoder may return a frame with the next one, and a muxer may hold it back: a file that replaces an old
 * one has a frame in it all the same. */
static void test_later_frames_fail(void **state)
{
    (void)state;
    for (int i = 0; i < CLIPS; i++) {
        const char *path = in_folder(names[i]);
        for (int round = 0; round < 6; round++) {
            int encoded = 1 + round / 2, had_old = round % 2;
            remove(path);
            if (had_old)
                write_old(path);
            record_in_vain(path, 0, "avcodec_send_frame", encoded, encoded + 1);
            if (encoded == 1 && (had_old ? is_old(path) : !exists(path)))
                continue;
            char *frames = probe(path, "stream=nb_read_frames");
            assert_true(atoi(frames) >= 1 && atoi(frames) <= encoded);
            free(frames);
        }
    }
}

int main(void)
{
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(test_old_files_stay),
        cmocka_unit_test(test_no_new_files_stay),
    };
    const struct CMUnitTest read_back[] = {
        cmocka_unit_test(test_later_frames_fail),
    };
    av_log_set_level(AV_LOG_QUIET);
    int failures = cmocka_run_group_tests(alone, make_folder, remove_folder);
    if (!can_read_back())
        return failures ? 1 : 77;
    failures += cmocka_run_group_tests(read_back, make_folder, remove_folder);
    return failures ? 1 : 0;
}
