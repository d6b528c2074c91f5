/* What keys save of a camera: snapshots of what is seen, paused, stepped or lost, and recordings. */
#include "app/sinks/marked_picture.h"
#include "app/sinks/recorder.h"
#include "app/sinks/snapshot.h"
#include "tests/app/run/fake_detector.h"
#include "tests/app/run/live_rig.h"
#include "tests/support/recording.h"
#include "vision/convert.h"
#include "vision/input/open.h"
#include <dirent.h>

static Live live;
static const Sink *recorder, *snapshots;

/* A camera that is shown, with the sinks that keys command. */
static void add(Rig *rig)
{
    const char *const *classes = model_choice_model(rig->run.choice)->classes;
    live_add(&live, rig, &(ChannelSetup){.shows = true});
    const RecorderSetup setup = {.classes = classes,
                                 .frame_rate = 30,
                                 .live = true,
                                 .notices = &rig->run.notices,
                                 .status = channel_status(live.channel)};
    Sink *sink = recorder_create(&setup, &rig->error);
    assert_non_null(sink);
    recorder = sink;
    rig_add_sink(rig, live.channel, sink);
    snapshots = sink = snapshot_create(classes, &rig->run.notices);
    assert_non_null(sink);
    rig_add_sink(rig, live.channel, sink);
}

static void play(Rig *rig, const LiveEvent *events, int count)
{
    live_play(&live, events, count);
    rig_start(rig);
    assert_int_equal(rig_finish(rig, live.channel), CHANNEL_DONE);
}
#define EVENTS(...)                                                                                          \
    (const LiveEvent[]){__VA_ARGS__}, sizeof((const LiveEvent[]){__VA_ARGS__}) / sizeof(LiveEvent)
#define DETECTED FRAME, WAIT_FOR_DETECTION

/* The one snapshot in the folder, as PIXEL_I420; it is removed. */
static void take_snapshot(Frame *snapshot)
{
    Error error;
    Frame frame;
    Input *source = input_open(folder, NULL, &error);
    if (!source)
        fail_msg("%s", error.message);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    Converter *converter = converter_create();
    assert_non_null(converter);
    assert_int_equal(converter_to_i420(converter, &frame, snapshot, &error), 0);
    converter_destroy(converter);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_END);
    input_destroy(source);
    empty_folder();
}

/* Pixels whose brightness is not the given one, by more than conversions cost. */
static int pixels_unlike(const Frame *frame, int luma)
{
    int count = 0;
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            count += abs(frame->planes[0][y * frame->strides[0] + x] - luma) > 3;
    return count;
}

static bool is_same_luma(const Frame *a, const Frame *b)
{
    bool same = a->width == b->width && a->height == b->height;
    for (int y = 0; same && y < a->height; y++)
        same =
            memcmp(a->planes[0] + y * a->strides[0], b->planes[0] + y * b->strides[0], (size_t)a->width) == 0;
    return same;
}

/* What a snapshot of this observation with its boxes would be. */
static void snapshot_of(Rig *rig, const Observation *shown, Frame *snapshot)
{
    Frame picture;
    MarkedPicture *marked = marked_picture_create(model_choice_model(rig->run.choice)->classes, false);
    assert_non_null(marked);
    assert_true(marked_picture_draw(marked, shown, &picture));
    Writer *writer = create("expected.png", 0, 1);
    write_frame(writer, &picture);
    finish(writer);
    marked_picture_destroy(marked);
    take_snapshot(snapshot);
}

/* Plays these events, in which there is a snapshot, and expects it to be of that frame, as was the window. */
static void expect_snapshot_of(Rig *rig, int64_t sequence, bool with_boxes, const LiveEvent *events,
                               int count)
{
    Frame snapshot = {0}, expected = {0};
    add(rig);
    play(rig, events, count);
    assert_int_equal(snapshot_failures(snapshots), 0);
    take_snapshot(&snapshot);
    assert_non_null(live.seen);
    assert_int_equal(live.seen->sequence, sequence);
    assert_int_equal(live.seen->count, 1);
    if (with_boxes) {
        assert_true(pixels_unlike(&snapshot, rig_luma(sequence)) > 0);
        snapshot_of(rig, live.seen, &expected);
        assert_true(is_same_luma(&snapshot, &expected));
    } else {
        assert_int_equal(pixels_unlike(&snapshot, rig_luma(sequence)), 0);
    }
    observation_unref(live.seen);
    frame_free(&expected);
    frame_free(&snapshot);
}
#define EXPECT_SNAPSHOT_OF(rig, sequence, with_boxes, ...)                                                   \
    expect_snapshot_of(rig, sequence, with_boxes, EVENTS(__VA_ARGS__))

static void a_snapshot_is_of_what_is_seen(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 1, true, DETECTED, SNAPSHOT, END);
}

static void a_clean_snapshot_has_no_boxes(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 1, false, DETECTED, CLEAN_SNAPSHOT, END);
}

/* Later frames have other boxes. */
static void a_snapshot_of_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 1, true, DETECTED, PAUSE, DETECTED, DETECTED, SNAPSHOT, FRAME, END);
}

static void a_clean_snapshot_of_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 1, false, DETECTED, PAUSE, DETECTED, DETECTED, CLEAN_SNAPSHOT, FRAME, END);
}

static void a_snapshot_of_a_step(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 5, true, DETECTED, PAUSE, DETECTED, STEP, DETECTED, SNAPSHOT, END);
}

static void a_snapshot_after_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 4, true, DETECTED, PAUSE, FRAME, GO_ON, SNAPSHOT, END);
}

static void a_snapshot_of_a_pause_while_lost(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 1, true, DETECTED, PAUSE, DETECTED, LOST, SNAPSHOT_WHILE_LOST, END);
}

static void assert_notice(Rig *rig, const char *expected)
{
    char notice[NOTICE_TEXT];
    notices_get(&rig->run.notices, notice);
    assert_string_equal(notice, expected);
}

static bool folder_is_empty(void)
{
    int entries = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    while (readdir(directory))
        entries++;
    closedir(directory);
    return entries == 2;
}

static void no_snapshot_while_lost(void **state)
{
    Rig *rig = *state;
    add(rig);
    play(rig, EVENTS(DETECTED, LOST, SNAPSHOT_WHILE_LOST, FRAME, END));
    observation_unref(live.seen);
    assert_notice(rig, "no snapshot: the camera is lost"); /* nor is the next frame one */
    assert_true(folder_is_empty());
}

static void no_snapshot_of_nothing(void **state)
{
    Rig *rig = *state;
    add(rig);
    play(rig, EVENTS(SNAPSHOT, FRAME, END));
    assert_null(live.seen);
    assert_notice(rig, "no snapshot: there is no picture yet");
    assert_true(folder_is_empty());
}

/* Its name is in the notice "recorded 3 frames to NAME". */
static void assert_recorded(Rig *rig, int frames)
{
    char notice[NOTICE_TEXT], expected[32];
    notices_get(&rig->run.notices, notice);
    snprintf(expected, sizeof expected, "recorded %d frame%s to ", frames, frames == 1 ? "" : "s");
    if (strncmp(notice, expected, strlen(expected)))
        fail_msg("'%s' does not begin with '%s'", notice, expected);
    assert_true(exists(notice + strlen(expected)));
    if (!can_read_back())
        return;
    char count[16];
    snprintf(count, sizeof count, "%d\n", frames);
    assert_probe(notice + strlen(expected), "stream=nb_read_frames", count);
}

static void a_recording_is_ended_while_lost(void **state)
{
    Rig *rig = *state;
    add(rig);
    play(rig, EVENTS(FRAME, RECORD, WAIT_FOR_RECORDING, RECORD_WHILE_LOST, WAIT_FOR_RECORDING, END));
    assert_int_equal(recorder_failures(recorder), 0);
    assert_recorded(rig, 1); /* the frame that came after the key, not the one that was seen then */
}

/* It has every frame from the key on, and is whole, though nobody ends it. */
static void a_recording_goes_on_to_the_end(void **state)
{
    Rig *rig = *state;
    add(rig);
    play(rig, EVENTS(FRAME, RECORD, WAIT_FOR_RECORDING, DETECTED, DETECTED, END));
    assert_recorded(rig, 5);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_string_equal(report.recording, "");
}

/* Pausing stops the window alone. */
static void a_recording_goes_on_in_a_pause(void **state)
{
    Rig *rig = *state;
    add(rig);
    play(rig, EVENTS(FRAME, RECORD, WAIT_FOR_RECORDING, PAUSE, WAIT_FOR_DETECTION, WAIT_FOR_DETECTION, END));
    assert_recorded(rig, 4);
    Observation *shown = rig_wait_shown(live.channel, 1);
    observation_unref(shown);
}

/* What is saved goes to the folder of the run. */
static int set_up(void **state)
{
    return rig_set_up(state) || !getcwd(folder, sizeof folder) ? -1 : 0;
}

int main(void)
{
#define RIG_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_snapshot_is_of_what_is_seen),
        RIG_TEST(a_clean_snapshot_has_no_boxes),
        RIG_TEST(a_snapshot_of_a_pause),
        RIG_TEST(a_clean_snapshot_of_a_pause),
        RIG_TEST(a_snapshot_of_a_step),
        RIG_TEST(a_snapshot_after_a_pause),
        RIG_TEST(a_snapshot_of_a_pause_while_lost),
        RIG_TEST(no_snapshot_while_lost),
        RIG_TEST(no_snapshot_of_nothing),
        RIG_TEST(a_recording_is_ended_while_lost),
        RIG_TEST(a_recording_goes_on_to_the_end),
        RIG_TEST(a_recording_goes_on_in_a_pause),
    };
    av_log_set_level(AV_LOG_QUIET);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    live_finish(&live);
    return failures;
}
