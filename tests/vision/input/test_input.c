/* Clips of many formats, whole and broken, and pipes: every frame once, in order, at its time. */
#include <libavutil/log.h>
#include <math.h>
#include <pthread.h>

#include "tests/vision/input/input_checks.h"
#include "vision/input/clip_reader.h"

/* Fills in the times that ffprobe reports, in seconds, NAN where it has none; returns their number. */
static int probe_times(const char *path, double *seconds)
{
    char command[1024];
    snprintf(command, sizeof command,
             "ffprobe -v quiet -select_streams v:0 -show_entries frame=best_effort_timestamp_time -of "
             "csv=p=0 '%s'",
             path);
    FILE *pipe = popen(command, "r");
    int count = 0;
    char line[256];
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe))
        if (line[0] != '\n' && line[0] != ',' && count < MAX_FRAMES)
            seconds[count++] = strchr(line, 'N') ? NAN : atof(line); /* N/A */
    assert_int_equal(pclose(pipe), 0);
    return count;
}

static void expect_as_probed(const char *path, int unstamped)
{
    static double seconds[MAX_FRAMES];
    static int64_t times[MAX_FRAMES];
    Error error = {0};
    InputStatus end;
    Input *source = input_open(path, NULL, &error);
    if (!source)
        fail_msg("%s", error.message);
    int probed = probe_times(path, seconds);
    int count = read_all(source, times, &end, &error);
    if (end != INPUT_END)
        fail_msg("%s", error.message);
    if (count != probed || count == 0)
        fail_msg("%s: %d frames, ffprobe sees %d", path, count, probed);
    for (int i = 0; i < count && !unstamped; i++)
        if (fabs((double)times[i] / 1e9 - seconds[i]) > 0.001)
            fail_msg("%s: frame %d at %.6f s, ffprobe says %.6f", path, i, (double)times[i] / 1e9,
                     seconds[i]);
    if (source->frame_count && !strstr(path, "variable") &&
        llabs(source->frame_count - count) > count / 10 + 1)
        fail_msg("%s: %d frames, announced %lld", path, count, (long long)source->frame_count);
    input_destroy(source);
}

static const struct {
    const char *file, *arguments;
    int unstamped; /* raw streams: ffprobe leaves times out or guesses */
} formats[] = {
    {"h264.mp4", "-c:v libx264 -bf 3", 0},
    {"fragmented.mp4", "-c:v libx264 -movflags frag_keyframe+empty_moov", 0},
    {"late.mp4", "-c:v libx264 -output_ts_offset 7.5", 0},
    {"h264.mkv", "-c:v libx264 -g 10", 0},
    {"full.mkv", "-c:v libx264 -pix_fmt yuvj444p", 0},
    {"hevc10.mkv", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le", 0},
    {"vp8.webm", "-c:v libvpx -deadline realtime -cpu-used 8", 0},
    {"vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8", 0},
    {"live.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1", 0},
    {"mpeg4.avi", "-c:v mpeg4", 0},
    {"mjpeg.avi", "-c:v mjpeg", 0},
    {"raw.avi", "-c:v rawvideo -pix_fmt bgr24", 0},
    {"ffv1.mkv", "-c:v ffv1 -pix_fmt yuv422p10le", 0},
    {"rgba.mov", "-c:v png -pix_fmt rgba", 0},
    {"prores.mov", "-c:v prores_ks", 0},
    {"palette.gif", "", 0},
    {"h264.ts", "-c:v libx264 -g 10", 0},
    {"mpeg2.mpg", "-c:v mpeg2video", 0},
    {"h264.flv", "-c:v libx264", 0},
    {"theora.ogv", "-c:v libtheora", 0},
    {"wmv2.wmv", "-c:v wmv2", 0},
    {"plain.y4m", "-pix_fmt yuv420p", 0},
    {"half.y4m", "-pix_fmt yuv422p", 0},
    {"deep.nut", "-c:v rawvideo -pix_fmt gbrp12le", 0},
    {"stream.h264", "-c:v libx264", 1},
    {"stream.mjpeg", "-c:v mjpeg", 1},
};

#define SOURCE_CLIP "-f lavfi -i testsrc=size=160x120:rate=25 -frames:v 40"

static void many_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        assert_int_equal(media_run("ffmpeg -v error -y " SOURCE_CLIP " -threads 2 %s %s",
                                   formats[i].arguments, formats[i].file),
                         0);
        expect_as_probed(in_folder(formats[i].file), formats[i].unstamped);
    }
}

static void variable_rate(void **state)
{
    (void)state;
    assert_int_equal(media_run("ffmpeg -v error -y " SOURCE_CLIP
                               " -vf \"setpts='(N*N+3)*0.004/TB'\" -fps_mode vfr "
                               "-c:v libx264 -bf 2 variable.mkv"),
                     0);
    expect_as_probed(in_folder("variable.mkv"), 0);
}

/* A copy from the middle of a clip, in which an edit list hides the frames before the cut. */
static void edit_list(void **state)
{
    (void)state;
    assert_int_equal(media_run("ffmpeg -v error -y " SOURCE_CLIP " -c:v libx264 -g 20 whole.mp4 && "
                               "ffmpeg -v error -y -ss 1 -i whole.mp4 -c copy edited.mp4"),
                     0);
    expect_as_probed(in_folder("edited.mp4"), 0);
}

static void shared_clips(void **state)
{
    (void)state;
    const char *shared = getenv("LOOKOUT_SHARED");
    const char *root = getenv("LOOKOUT_SOURCE");
    static const char *const names[] = {"bottle-detection.mp4", "car-detection.mp4", "webcam-signing.mkv"};
    for (int i = 0; i < 3; i++) {
        char path[1024];
        if (shared)
            snprintf(path, sizeof path, "%s/clips/%s", shared, names[i]);
        else
            snprintf(path, sizeof path, "%s/../shared/clips/%s", root ? root : ".", names[i]);
        if (access(path, R_OK)) {
            printf("skipped: %s is not there\n", path);
            skip();
        }
        expect_as_probed(path, 0);
    }
}

static void rewinding(void **state)
{
    (void)state;
    static int64_t first[MAX_FRAMES], second[MAX_FRAMES];
    static const char *const names[] = {"h264.mp4", "palette.gif", "stream.h264", "plain.y4m"};
    for (int i = 0; i < 4; i++) {
        Input *source = open_media(names[i]);
        Error error;
        InputStatus end;
        int count = read_all(source, first, &end, &error);
        assert_int_equal(end, INPUT_END);
        assert_true(source->seekable);
        assert_int_equal(source->functions->rewind(source, &error), 0);
        assert_int_equal(read_all(source, second, &end, &error), count);
        assert_int_equal(end, INPUT_END);
        assert_memory_equal(first, second, (size_t)count * sizeof *first);
        /* From the middle, too. */
        Frame frame;
        for (int rounds = 0; rounds < 2; rounds++) {
            assert_int_equal(source->functions->rewind(source, &error), 0);
            for (int n = 0; n < 3; n++)
                assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
            assert_int_equal(frame.sequence, 2);
        }
        input_destroy(source);
    }
}

/* ---- broken input ---- */

static void expect_damaged(const char *name, int least_frames, const char *words)
{
    Error error;
    InputStatus end;
    Input *source = open_media(name);
    int count = read_all(source, NULL, &end, &error);
    if (end != INPUT_DAMAGED || count < least_frames || count > 40 || !strstr(error.message, words) ||
        !strstr(error.message, name))
        fail_msg("%s: %d frames, status %d, '%s'", name, count, (int)end, error.message);
    input_destroy(source);
}

static void truncated_clips(void **state)
{
    (void)state;
    assert_int_equal(media_run("ffmpeg -v error -y -i h264.mp4 -c copy -movflags +faststart fast.mp4"), 0);
    static const struct {
        const char *from, *to;
    } cuts[] = {
        {"fast.mp4", "cut.mp4"},  {"fragmented.mp4", "cutfragments.mp4"},
        {"h264.mkv", "cut.mkv"},  {"vp9.webm", "cut.webm"},
        {"mjpeg.avi", "cut.avi"}, {"palette.gif", "cut.gif"},
        {"plain.y4m", "cut.y4m"}, {"h264.flv", "cut.flv"},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        cut_file(cuts[i].from, cuts[i].to, 0.61);
        expect_damaged(cuts[i].to, 5, "");
    }
    expect_damaged("cut.mp4", 10, "cut off");
    expect_damaged("cut.mkv", 10, "cut off");
    expect_damaged("cut.y4m", 24, "after 24 frames");
}

static void corrupted_clip(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = media_load("fast.mp4", &size);
    assert_non_null(bytes);
    for (size_t i = size * 6 / 10; i < size * 6 / 10 + 200; i++)
        bytes[i] ^= (uint8_t)(37 * i + 11);
    assert_int_equal(media_save("corrupt.mp4", bytes, size), 0);
    free(bytes);
    expect_damaged("corrupt.mp4", 30, "");
}

static void refused_input(void **state)
{
    (void)state;
    assert_int_equal(media_save("empty.mp4", "", 0), 0);
    assert_int_equal(media_save("text.mp4", "This is a text, and\nnot a clip at all.\n", 39), 0);
    assert_int_equal(
        media_run("mkdir nothing && touch nothing/readme.txt && ffmpeg -v error -y -f lavfi -i "
                  "sine=duration=0.5 tone.wav && "
                  "ffmpeg -v error -y -f lavfi -i testsrc=size=64x64 -frames:v 1 cover.png && "
                  "ffmpeg -v error -y -i tone.wav -i cover.png -map 0 -map 1 -c:a flac -c:v copy "
                  "-disposition:v attached_pic cover.flac"),
        0);
    cut_file("h264.mp4", "headless.mp4", 0.7);
    expect_refused("/nonexistent/clip.mp4", "/nonexistent/clip.mp4: No such file");
    expect_refused("", "No such file");
    expect_refused(in_folder("empty.mp4"), "is empty");
    expect_refused(in_folder("text.mp4"), "not a video");
    expect_refused(in_folder("nothing"), "no pictures");
    expect_refused(in_folder("tone.wav"), "no video");
    expect_refused(in_folder("cover.flac"), "no video");
    expect_refused(in_folder("headless.mp4"), "cut off");
    expect_refused("/dev/null", "/dev/null: not a camera");
    Error error = {0};
    assert_null(clip_open("/dev/null", &(InputOptions){0}, &error));
    assert_non_null(strstr(error.message, "is a device"));
    expect_refused("http://localhost/x.mp4", "No such file");
    expect_refused("concat:a|b", "No such file");
    expect_refused("file:h264.mp4", "No such file");
    expect_refused("%d.jpg", "No such file");
}

/* Files that are cut or have flipped bits anywhere: frames and an end, never a crash. */
static void hostile_input(void **state)
{
    (void)state;
    static const char *const names[] = {"h264.mkv", "fast.mp4",  "mjpeg.avi", "palette.gif",
                                        "h264.ts",  "plain.y4m", "rgba.mov",  "one.jpg"};
    uint32_t random = 1;
    assert_int_equal(media_run("ffmpeg -v error -y -i h264.mp4 -frames:v 1 one.jpg"), 0);
    for (int i = 0; i < 8; i++) {
        size_t size;
        uint8_t *bytes = media_load(names[i], &size);
        assert_non_null(bytes);
        for (int round = 0; round < 12; round++) {
            uint8_t *changed = malloc(size);
            assert_non_null(changed);
            memcpy(changed, bytes, size);
            size_t length = size;
            for (int flips = 0; flips < 40; flips++) {
                random = random * 1664525 + 1013904223;
                size_t reach = round % 3 == 0 ? size : size < 2048 ? size : 2048;
                changed[random % reach] ^= (uint8_t)(1u << (random >> 29));
            }
            if (round % 4 == 3)
                length = size * (size_t)(random >> 24) / 256 + 1;
            assert_int_equal(media_save("hostile", changed, length), 0);
            free(changed);
            Error error = {0};
            Input *source = input_open(in_folder("hostile"), NULL, &error);
            Frame frame;
            int count = 0;
            if (!source)
                assert_true(error.message[0] != 0);
            while (source && count < 1000 && source->functions->read(source, &frame, &error) == INPUT_FRAME)
                count++;
            assert_true(count < 1000);
            input_destroy(source);
        }
        free(bytes);
    }
}

static void nested_files(void **state)
{
    (void)state;
    static const char hls[] = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.6,\nh264.ts\n"
                              "#EXT-X-ENDLIST\n";
    static const char concat[] = "ffconcat version 1.0\nfile h264.mp4\n";
    static const char session[] = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                                  "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n";
    assert_int_equal(media_save("list.m3u8", hls, sizeof hls - 1), 0);
    assert_int_equal(media_save("list.ffconcat", concat, sizeof concat - 1), 0);
    assert_int_equal(media_save("session.sdp", session, sizeof session - 1), 0);
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    expect_refused("list.m3u8", "refers to other files");
    expect_refused("list.ffconcat", "refers to other files");
    expect_refused("session.sdp", "refers to other files");
    assert_int_equal(chdir(before), 0);
}

static void plain_names(void **state)
{
    (void)state;
    static const char *const names[] = {"12:30.mp4",  "%d.jpg",   "concat:x",
                                        "http:y.mp4", "a*b?.png", "-z.gif"};
    static const char *const from[] = {"h264.mp4", "one.jpg", "h264.mkv",
                                       "h264.mp4", "one.jpg", "palette.gif"};
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    for (int i = 0; i < 6; i++) {
        Error error = {0};
        InputStatus end;
        assert_int_equal(media_run("cp %s './%s'", from[i], names[i]), 0);
        Input *source = input_open(names[i], NULL, &error);
        if (!source)
            fail_msg("%s", error.message);
        assert_int_equal(source->still, i == 1 || i == 4);
        assert_int_equal(read_all(source, NULL, &end, &error), source->still ? 1 : 40);
        assert_int_equal(end, INPUT_END);
        input_destroy(source);
    }
    assert_int_equal(chdir(before), 0);
}

static void changing_size(void **state)
{
    (void)state;
    Error error;
    Frame frame;
    int sizes[2] = {0, 0};
    assert_int_equal(
        media_run("ffmpeg -v error -y -f lavfi -i testsrc=size=160x120 -frames:v 10 -c:v libx264 "
                  "-f mpegts s1.ts && ffmpeg -v error -y -f lavfi -i testsrc=size=96x64 -frames:v 10 "
                  "-c:v libx264 -f mpegts s2.ts && cat s1.ts s2.ts > sizes.ts"),
        0);
    Input *source = open_media("sizes.ts");
    int64_t last = INT64_MIN;
    while (source->functions->read(source, &frame, &error) == INPUT_FRAME) {
        sizes[frame.width == 96 && frame.height == 64]++;
        assert_true(frame.time_ns > last); /* the second clip's clock starts again */
        last = frame.time_ns;
    }
    assert_int_equal(sizes[0], 10);
    assert_int_equal(sizes[1], 10);
    assert_true(last < INT64_C(3000000000));
    input_destroy(source);
}

/* ---- pipes ---- */

static void named_pipe(void **state)
{
    (void)state;
    Error error;
    InputStatus end;
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    assert_int_equal(media_run("(sleep 0.3; cat h264.mkv > pipe) &"), 0);
    Input *source = open_media("pipe");
    assert_false(source->seekable);
    assert_string_equal(input_describe(source), in_folder("pipe"));
    assert_int_equal(read_all(source, NULL, &end, &error), 40);
    assert_int_equal(end, INPUT_END);
    input_destroy(source);
}

/* Replaces standard input by what a command writes; returns the old one, for restore_stdin(). */
static int redirect_stdin(FILE **pipe, const char *command)
{
    int saved = dup(STDIN_FILENO);
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s", folder, command);
    *pipe = popen(line, "r");
    assert_non_null(*pipe);
    dup2(fileno(*pipe), STDIN_FILENO);
    return saved;
}

static void restore_stdin(FILE *pipe, int saved)
{
    dup2(saved, STDIN_FILENO);
    close(saved);
    pclose(pipe);
}

static void standard_input(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        int frames;
        InputStatus end;
    } cases[] = {
        {"cat plain.y4m", 40, INPUT_END},
        {"cat cut.y4m", 24, INPUT_DAMAGED},
        {"cat half.y4m", 40, INPUT_END},
    };
    static int64_t times[MAX_FRAMES];
    for (int i = 0; i < 3; i++) {
        Error error = {0};
        InputStatus end;
        FILE *pipe;
        int saved = redirect_stdin(&pipe, cases[i].command);
        Input *source = input_open("-", NULL, &error);
        if (!source)
            fail_msg("%s", error.message);
        assert_int_equal(read_all(source, times, &end, &error), cases[i].frames);
        assert_int_equal(end, cases[i].end);
        assert_int_equal(times[1], 40000000);
        input_destroy(source);
        restore_stdin(pipe, saved);
    }
    FILE *pipe;
    int saved = redirect_stdin(&pipe, "cat h264.mp4");
    expect_refused("-", "standard input");
    restore_stdin(pipe, saved);
}

static void *stop_soon(void *stop)
{
    usleep(200000);
    atomic_store((atomic_int *)stop, 1);
    return NULL;
}

/* The stop flag ends a wait for a pipe: nobody has opened it for writing, or its writer writes no more. */
static void stopping(void **state)
{
    (void)state;
    pthread_t thread;
    Error error = {0};
    atomic_int stop = 0;
    assert_int_equal(mkfifo(in_folder("silent"), 0600), 0);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
    const InputOptions options = {.stop = &stop};
    assert_null(input_open(in_folder("silent"), &options, &error));
    assert_non_null(strstr(error.message, "stopped"));
    pthread_join(thread, NULL);

    FILE *pipe;
    Frame frame;
    InputStatus end;
    stop = 0;
    int saved = redirect_stdin(&pipe, "head -c 300000 plain.y4m; sleep 2");
    Input *source = input_open("-", &options, &error);
    if (!source)
        fail_msg("%s", error.message);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
    int count = 0;
    while ((end = source->functions->read(source, &frame, &error)) == INPUT_FRAME)
        count++;
    assert_int_equal(end, INPUT_END);
    assert_true(count >= 5 && count <= 10);
    pthread_join(thread, NULL);
    input_destroy(source);
    restore_stdin(pipe, saved);
}

/* ---- interruption ---- */

static void *interrupt_soon(void *input)
{
    usleep(100000);
    input_interrupt(input);
    return NULL;
}

/* Reads until another thread has interrupted it; returns the number of frames that came before. */
static int read_until_interrupted(Input *input)
{
    Error error = {0};
    Frame frame;
    InputStatus status;
    pthread_t thread;
    int count = 0;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, input), 0);
    while ((status = input->functions->read(input, &frame, &error)) == INPUT_FRAME)
        count++;
    assert_int_equal(status, INPUT_END);
    pthread_join(thread, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(input->functions->read(input, &frame, &error), INPUT_END);
    return count;
}

static void interrupting_a_pipe(void **state)
{
    (void)state;
    FILE *pipe;
    int saved = redirect_stdin(&pipe, "head -c 300000 plain.y4m; sleep 2");
    Error error = {0};
    Input *input = input_open("-", NULL, &error); /* without a stop flag, nothing else ends the wait */
    if (!input)
        fail_msg("%s", error.message);
    assert_false(input->seekable);
    assert_string_equal(input_describe(input), "standard input");
    assert_in_range(read_until_interrupted(input), 5, 10);
    input_destroy(input);
    restore_stdin(pipe, saved);
}

/* Of a clip and a directory, which never wait, no frame is read after the interruption, nor after rewinding.
 */
static void interrupting_files(void **state)
{
    (void)state;
    assert_int_equal(media_run("mkdir album && ffmpeg -v error -y -i h264.mp4 album/%%02d.png"), 0);
    static const char *const names[] = {"h264.mp4", "album"};
    for (int i = 0; i < 2; i++) {
        Error error = {0};
        Frame frame;
        Input *input = open_media(names[i]);
        assert_true(input->seekable && !input->live);
        assert_string_equal(input_describe(input), in_folder(names[i]));
        for (int n = 0; n < 3; n++)
            assert_int_equal(input->functions->read(input, &frame, &error), INPUT_FRAME);
        input_interrupt(input);
        for (int n = 0; n < 3; n++)
            assert_int_equal(input->functions->read(input, &frame, &error), INPUT_END);
        input->functions->rewind(input, &error);
        assert_int_not_equal(input->functions->read(input, &frame, &error), INPUT_FRAME);
        input_destroy(input);
    }
}

/* One read() that neither waits nor comes to an end: there are always more pictures, and none can be decoded.
 */
static void interrupting_a_decoder(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(in_folder("endless.mjpeg"), 0600), 0);
    assert_int_equal(media_run("ffmpeg -v error -y -i h264.mp4 -frames:v 1 first.jpg && "
                               "printf '\\377\\330\\377\\331%%.0s' $(seq 10000) > broken && "
                               "(cat first.jpg; while cat broken; do :; done) > endless.mjpeg 2>/dev/null &"),
                     0);
    Input *input = open_media("endless.mjpeg");
    assert_int_equal(read_until_interrupted(input), 1);
    input_destroy(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_formats),       cmocka_unit_test(variable_rate),
        cmocka_unit_test(edit_list),          cmocka_unit_test(shared_clips),
        cmocka_unit_test(rewinding),          cmocka_unit_test(truncated_clips),
        cmocka_unit_test(corrupted_clip),     cmocka_unit_test(refused_input),
        cmocka_unit_test(hostile_input),      cmocka_unit_test(nested_files),
        cmocka_unit_test(plain_names),        cmocka_unit_test(changing_size),
        cmocka_unit_test(named_pipe),         cmocka_unit_test(standard_input),
        cmocka_unit_test(stopping),           cmocka_unit_test(interrupting_a_pipe),
        cmocka_unit_test(interrupting_files), cmocka_unit_test(interrupting_a_decoder),
    };
    av_log_set_level(AV_LOG_QUIET);
    int unable = media_begin();
    if (unable)
        return unable;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_folder(NULL);
    return failed;
}
