/* Recordings while pictures go by, of key r and of --output: files, their names, what is reported, and what
 * fails. */
#include "tests/app/sinks/sink_stage.h"

#include "app/sinks/recorder.h"

/* path: NULL for key r. */
static void open_recorder(bool live, const char *path)
{
    Error error;
    const RecorderSetup setup = {
        .path = path,
        .classes = stage_classes,
        .frame_rate = 25,
        .live = live,
        .notices = &stage.notices,
        .status = stage.status,
    };
    stage_set_sink(recorder_create(&setup, &error));
}

static int failures(void)
{
    return recorder_failures(sink_queue_sink(stage.queue));
}

/* The file that the window says is being recorded to. */
static const char *recorded_to(void)
{
    static StatusReport report;
    status_get(stage.status, &report);
    return report.recording;
}

static void assert_frames(const char *name, int count)
{
    char expected[16];
    snprintf(expected, sizeof expected, "%d\n", count);
    if (can_read_back())
        assert_probe(name, "stream=nb_read_frames", expected);
}

/* ---- key r -------------------------------------------------------------------------------------- */

static void a_recording_is_started_and_stopped(void **state)
{
    (void)state;
    char name[256], text[300];
    open_recorder(false, NULL); /* not live: nothing is lost, and the picture that is shown is the first */
    stage_push(true);
    assert_int_equal(stage_find_files(".mkv", 0, name), 0);
    stage_press(SINK_RECORD);
    stage_wait_for_report("recording to lookout-", 1);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
    stage_assert_is_named(name, ".mkv");
    assert_string_equal(recorded_to(), name);
    for (int i = 0; i < 29; i++)
        stage_push(true);
    stage_press(SINK_RECORD);
    snprintf(text, sizeof text, "recorded 30 frames to %s", name);
    stage_wait_for_report("recorded ", 1);
    assert_string_equal(stage_report(1), text);
    assert_string_equal(recorded_to(), "");
    if (can_read_back()) {
        double times[64];
        assert_int_equal(probe_times(name, times, 64), 30);
        assert_true(times[0] < 1); /* whenever it was begun */
        for (int i = 1; i < 30; i++)
            assert_true(times[i] - times[i - 1] > 38 && times[i] - times[i - 1] < 42);
        assert_true(stage_corner(name) > 60); /* with boxes */
    }
    for (int i = 0; i < 3; i++) /* between two recordings */
        stage_push(true);
    stage_press(SINK_RECORD);
    stage_wait_for_report("recording to lookout-", 2);
    snprintf(text, sizeof text, "%s", recorded_to());
    assert_string_not_equal(text, name);
    stage_push(true);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(failures(), 0);
    assert_int_equal(stage_count_reports("recorded 2 frames to "), 1);
    assert_int_equal(stage_find_files(".mkv", 0, name), 2);
    assert_frames(text, 2);
}

static void live_recordings_begin_without_waiting(void **state)
{
    (void)state;
    char name[256];
    open_recorder(true, NULL);
    stage_push(false);
    stage_press(SINK_RECORD);
    for (int i = 0; i < 10; i++)
        stage_push(false);
    stage_wait_for_report("recording to ", 1);
    for (int i = 0; i < 3; i++)
        stage_push(false);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(stage_count_reports("recorded "), 1);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
    int recorded = 0, dropped = 0;
    sscanf(stage_report(1), "recorded %d frame%*[s ]to %*[^,], %d dropped", &recorded, &dropped);
    assert_true(recorded >= 1);
    assert_int_equal(recorded + dropped,
                     13); /* those that came before the file was made, or too many at once */
    assert_frames(name, recorded);
}

static void the_same_picture_again(void **state)
{
    (void)state;
    char name[256], first[256];
    open_recorder(false, NULL);
    stage_press(SINK_RECORD); /* before there is a picture */
    for (int i = 0; i < 5; i++)
        stage_push(true);
    for (int i = 0; i < 3; i++) /* while paused */
        stage_push_again();
    for (int i = 0; i < 6; i++)
        stage_push(true);
    stage_press(SINK_RECORD);
    stage_wait_for_report("recorded ", 1);
    assert_int_equal(stage_count_reports("recorded 11 frames to "), 1);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
    assert_frames(name, 11);
    snprintf(first, sizeof first, "%s", name);
    /* paused again: what is shown is a recording of one picture */
    stage_press(SINK_RECORD);
    stage_wait_for_report("recording to ", 2);
    stage_press(SINK_RECORD);
    stage_wait_for_report("recorded 1 frame to ", 1);
    assert_int_equal(stage_finish(), SINK_OK);
    /* of the same second the second one sorts first */
    for (int i = 0; i < 2; i++)
        if (stage_find_files(".mkv", i, name) == 2 && strcmp(name, first))
            break;
    assert_string_not_equal(name, first);
    assert_frames(name, 1);
}

static void keys_pressed_in_haste(void **state)
{
    (void)state;
    char name[256];
    for (int live = 0; live < 2; live++) {
        const int before = stage_find_files(".mkv", 0, name);
        open_recorder(live, NULL);
        for (int i = 0; i < 41; i++) { /* what the last one begins is recorded at least */
            stage_press(SINK_RECORD);
            stage_push(false);
        }
        assert_int_equal(stage_finish(), SINK_OK);
        const int files = stage_find_files(".mkv", 0, name);
        assert_true(files > before);
        assert_int_equal(stage_count_reports("recorded "), files);
        assert_int_equal(stage_count_reports("recording to "), files);
        assert_string_equal(recorded_to(), "");
    }
    /* a request without a picture, and none at all */
    const int files = stage_find_files(".mkv", 0, name);
    open_recorder(true, NULL);
    stage_press(SINK_RECORD);
    assert_int_equal(stage_finish(), SINK_OK);
    open_recorder(true, NULL);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(stage_find_files(".mkv", 0, name), files);
}

/* ---- --output ----------------------------------------------------------------------------------- */

static void output_takes_every_picture_once(void **state)
{
    (void)state;
    char name[256];
    bool fallback;
    open_recorder(false, "out.mkv");
    assert_false(exists("out.mkv"));
    for (int i = 0; i < 20; i++)
        stage_push(true);
    stage_push_again();
    assert_int_equal(stage_finish(), SINK_OK);
    assert_true(strlen(recorder_encoder(sink_queue_sink(stage.queue), &fallback)) > 0);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
    assert_string_equal(name, "out.mkv");
    assert_frames("out.mkv", 20);
    if (can_read_back())
        assert_true(stage_corner("out.mkv") > 60);
    assert_int_equal(stage_count_reports(""), 0);
}

static void output_without_a_picture(void **state)
{
    (void)state;
    bool fallback;
    open_recorder(false, "out.mkv");
    assert_int_equal(stage_finish(), SINK_OK);
    assert_false(exists("out.mkv"));
    assert_string_equal(recorder_encoder(sink_queue_sink(stage.queue), &fallback), "");
}

static void output_records_already(void **state)
{
    (void)state;
    char name[256];
    open_recorder(true, "out.mkv");
    stage_push(true);
    stage_press(SINK_RECORD);
    stage_push(true);
    assert_int_equal(stage_count_reports("already recording to out.mkv"), 1);
    stage_press(SINK_SNAPSHOT);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
    assert_string_equal(name, "out.mkv");
    assert_frames("out.mkv", 2);
}

static void output_that_cannot_be(void **state)
{
    (void)state;
    Error error;
    RecorderSetup setup = {.path = "nowhere/out.mkv", .classes = stage_classes, .notices = &stage.notices};
    assert_null(recorder_create(&setup, &error));
    assert_non_null(strstr(error.message, "nowhere"));
}

/* ---- what fails --------------------------------------------------------------------------------- */

static int recording_on_a_full_disk(void)
{
    char name[256];
    open_recorder(false, NULL);
    stage_press(SINK_RECORD);
    for (int i = 0; i < 3000 && !stage_count_reports("cannot write"); i++)
        stage_push(true);
    stage_wait_for_report("cannot write lookout-", 1);
    for (int i = 0; i < 5; i++)
        stage_push(true);
    const SinkResult result = stage_finish();
    return result != SINK_OK || failures() != 1 || stage_count_reports("cannot write") != 1 ||
           stage_count_reports("recording to") != 1 || stage_count_reports("recorded") != 0 ||
           *recorded_to() || stage_find_files(".mkv", 0, name) != 1;
}

static int recording_where_nothing_fits(void)
{
    char name[256];
    open_recorder(true, NULL);
    stage_press(SINK_RECORD);
    stage_push(false);
    stage_wait_for_report("cannot write lookout-", 1);
    stage_push(false);
    stage_finish();
    return failures() != 1 || stage_count_reports("cannot write") != 1 || *recorded_to() ||
           stage_find_files(".mkv", 0, name) > 1;
}

static int output_on_a_full_disk(void)
{
    Error error = {0};
    open_recorder(false, "out.mkv");
    for (int i = 0; i < 3000; i++)
        stage_push(true);
    const SinkResult result = sink_queue_finish(stage.queue, &stage.stop, &error);
    return result != SINK_FAILED || !strstr(error.message, "out.mkv") ||
           !strstr(error.message, "File too large");
}

static void full_disks(void **state)
{
    (void)state;
    assert_int_equal(stage_run_on_full_disk(20000, recording_on_a_full_disk), 0);
    assert_int_equal(stage_run_on_full_disk(0, recording_where_nothing_fits), 0);
    assert_int_equal(stage_run_on_full_disk(20000, output_on_a_full_disk), 0);
}

static void a_directory_that_is_gone(void **state)
{
    (void)state;
    char name[256];
    open_recorder(true, NULL);
    stage_enter_gone_folder();
    stage_press(SINK_RECORD);
    stage_push(true);
    stage_wait_for_report("cannot write lookout-", 1);
    for (int i = 0; i < 3; i++)
        stage_push(true);
    assert_int_equal(stage_count_reports("cannot write lookout-"), 1); /* the same failure only once */
    assert_non_null(strstr(stage_report(0), ": No such file or directory"));
    /* the next key press is a new request */
    stage_leave_gone_folder();
    stage_press(SINK_RECORD);
    stage_push(true);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(failures(), 1);
    assert_int_equal(stage_count_reports("recorded 1 frame to "), 1);
    assert_int_equal(stage_find_files(".mkv", 0, name), 1);
}

static void a_pipe_without_a_reader(void **state)
{
    (void)state;
    Error error = {0};
    assert_int_equal(mkfifo("out.mkv", 0600), 0);
    open_recorder(true, "out.mkv");
    for (int i = 0; i < 100; i++)
        stage_push(false); /* nobody waits: the rest is dropped */
    atomic_store(&stage.stop, 1);
    assert_int_equal(sink_queue_finish(stage.queue, &stage.stop, &error), SINK_FAILED);
    assert_non_null(strstr(error.message, "out.mkv"));
    assert_true(atomic_load(&sink_queue_sink(stage.queue)->dropped) >= 90);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    unsetenv("TERM");
    const struct CMUnitTest tests[] = {
        ON_STAGE(a_recording_is_started_and_stopped),
        ON_STAGE(live_recordings_begin_without_waiting),
        ON_STAGE(the_same_picture_again),
        ON_STAGE(keys_pressed_in_haste),
        ON_STAGE(output_takes_every_picture_once),
        ON_STAGE(output_without_a_picture),
        ON_STAGE(output_records_already),
        ON_STAGE(output_that_cannot_be),
        ON_STAGE(full_disks),
        ON_STAGE(a_directory_that_is_gone),
        ON_STAGE(a_pipe_without_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
