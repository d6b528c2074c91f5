/* A channel of a camera, played by a list of events: the newest frame is looked at, every one is shown. */
#include "tests/app/run/fake_detector.h"
#include "tests/app/run/live_rig.h"
#include <stdio.h>
#include <string.h>

static Live live;

static ChannelEnd play(Rig *rig, const LiveEvent *events, int count)
{
    live_play(&live, events, count);
    rig_start(rig);
    return rig_finish(rig, live.channel);
}
#define PLAY(rig, ...)                                                                                       \
    play(rig, (const LiveEvent[]){__VA_ARGS__}, sizeof((const LiveEvent[]){__VA_ARGS__}) / sizeof(LiveEvent))

static void add(Rig *rig, const ChannelSetup *with)
{
    live_add(&live, rig, with);
}

/* Times are since the first frame, and sequence numbers and times only increase. */
static void assert_seen(const RigSink *sink, bool every_frame)
{
    const int count = atomic_load(&sink->taken);
    assert_in_range(count, 1, RIG_LOG);
    for (int i = 0; i < count; i++) {
        const RigSeen *seen = &sink->seen[i];
        assert_int_equal(seen->time_ns, rig_time(seen->sequence) - rig_time(0));
        assert_int_equal(seen->captured_ns, rig_time(seen->sequence));
        if (every_frame)
            assert_int_equal(seen->sequence, i);
        else if (i)
            assert_true(seen->sequence > sink->seen[i - 1].sequence);
    }
}

static void it_stops_after_the_frames_asked_for(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.frames = 20});
    /* the camera waits for each detection, as the logs of the sinks are not endless */
    assert_int_equal(PLAY(rig, FRAME, FRAME, FRAME, WAIT_FOR_DETECTION), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.results->taken), 20);
    assert_int_equal(atomic_load(&live.results->finished), 1);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
    assert_seen(live.results, false);
    assert_seen(live.pictures, true);
    for (int i = 0; i < 20; i++) {
        const RigSeen *seen = &live.results->seen[i];
        assert_true(seen->detected && seen->alpha == 0.25 && seen->size == 64 && seen->threshold == 0.3);
        assert_int_equal(seen->count, 1);
        assert_in_range(fake_detector_luma_of(seen->object.box.x1), rig_luma(seen->sequence) - 2,
                        rig_luma(seen->sequence) + 2);
    }
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_int_equal(report.captured,
                     atomic_load(&live.pictures->taken));    /* what is recorded is what was captured */
    assert_true(report.skipped >= report.captured - 20 - 2); /* one may wait, one be looked at */
    assert_true(report.latency_ms != 0);
    assert_true(report.ended);
    char notice[NOTICE_TEXT];
    assert_int_equal(notices_get(&rig->run.notices, notice), 1); /* once */
    assert_string_equal(notice, "open the curtains");
}

/* While one frame is looked at, of all that come the newest waits, and the others count as skipped. */
static void the_newest_frame_wins(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    fake_detector_hold();
    assert_int_equal(PLAY(rig, FRAME, BEGUN_THEN_FRAME, FRAME, FRAME, FRAME, RELEASED_THEN_FRAME_AFTER_TWO,
                          WAIT_FOR_DETECTION, END),
                     CHANNEL_DONE);
    const RigSink *results = live.results;
    assert_int_equal(results->seen[0].sequence, 0);
    assert_int_equal(results->seen[1].sequence, 4);
    assert_int_equal(results->seen[2].sequence, 5);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_int_equal(report.captured, 7);
    assert_int_equal(report.skipped, 3);
    assert_seen(live.pictures, true);
}

/* Also by the last one. */
static void a_frame_that_was_replaced_is_counted_at_once(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    fake_detector_hold();
    assert_int_equal(PLAY(rig, FRAME, BEGUN_THEN_FRAME, FRAME, END), CHANNEL_DONE);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_int_equal(report.captured, 3);
    assert_int_equal(report.skipped, 1);
}

/* Pictures go on while a detection takes its time, with the boxes of the last one. */
static void pictures_have_the_newest_boxes(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    fake_detector_hold();
    assert_int_equal(PLAY(rig, FRAME, ALLOWED_THEN_FRAME_AFTER_ONE, FRAME, FRAME, END), CHANNEL_DONE);
    const RigSink *pictures = live.pictures;
    assert_int_equal(atomic_load(&pictures->taken), 4);
    assert_seen(pictures, true);
    assert_int_equal(pictures->seen[0].count, 0);
    for (int i = 0; i < 4; i++) {
        const RigSeen *seen = &pictures->seen[i];
        assert_false(seen->detected);
        assert_int_equal(seen->luma, rig_luma(i));
        if (!i)
            continue;
        assert_int_equal(seen->count, 1);
        assert_true(seen->alpha == 0.25 && seen->size == 64);
        assert_in_range(fake_detector_luma_of(seen->object.box.x1), rig_luma(0) - 2, rig_luma(0) + 2);
    }
}

static void a_lost_camera_comes_back(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, LOST, LOST, FRAME, WAIT_FOR_DETECTION, END),
                     CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.pictures->taken), 4);
    assert_true(atomic_load(&live.results->taken) >= 2);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_string_equal(report.lost, "");
}

static void lost_is_a_status(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, END), CHANNEL_DONE);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_string_equal(report.lost, "the fake camera is gone");
}

static void losing_it_may_end_the_run(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.exit_on_lost = true});
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, FRAME), CHANNEL_LOST);
    assert_string_equal(rig->error.message, "camera lost: the fake camera is gone");
    assert_int_equal(atomic_load(&rig->stop), RUN_LOST);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

static void a_broken_camera_ends_the_run(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, DAMAGED), CHANNEL_DAMAGED);
    assert_string_equal(rig->error.message, "the fake camera is broken");
    assert_int_equal(atomic_load(&live.results->finished), 1);
}

static void broken_pictures_are_counted(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_int_equal(PLAY(rig, FRAME, BROKEN_JPEG, BROKEN_JPEG, WAIT_FOR_DETECTION, END), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.input.counts.damaged), 2);
    StatusReport report;
    status_get(channel_status(live.channel), &report);
    assert_int_equal(report.captured, 2);
}

/* BROKEN_JPEG repeats until the run ends: three seconds after the first is the 92nd. */
static void a_camera_of_broken_pictures_is_lost(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.exit_on_lost = true});
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, BROKEN_JPEG), CHANNEL_LOST);
    assert_non_null(strstr(rig->error.message, "all its pictures are damaged"));
    assert_int_equal(atomic_load(&live.input.counts.damaged), 92);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

static void a_slow_camera_is_not_lost_with_single_pictures(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.exit_on_lost = true});
    assert_int_equal(
        PLAY(rig, FRAME, BROKEN_JPEG_LATE, FRAME, BROKEN_JPEG_LATE, FRAME, WAIT_FOR_DETECTION, END),
        CHANNEL_DONE);
}

/* Not even those of a picture that was being looked at when the camera was lost. */
static void boxes_from_before_a_loss_are_not_drawn(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.shows = true});
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, DETECTION_WHILE_LOST, HELD_FRAME, END),
                     CHANNEL_DONE);
    Observation *shown = rig_wait_shown(live.channel, 2);
    assert_int_equal(shown->count, 0);
    assert_int_equal(shown->frame->planes[0][0], rig_luma(2));
    observation_unref(shown);
    assert_int_equal(live.pictures->seen[1].count, 1); /* before, there were some */
    assert_int_equal(live.pictures->seen[2].count, 0);
}

/* It is found only after the camera has come back, and is of before all the same. */
static void boxes_that_come_late_are_not_drawn(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    fake_detector_hold();
    assert_int_equal(PLAY(rig, FRAME, BEGUN_THEN_LOST, FRAME, ALLOWED_THEN_FRAME_AFTER_ONE, END),
                     CHANNEL_DONE);
    assert_int_equal(live.results->seen[0].sequence, 0);
    assert_int_equal(live.results->seen[0].count, 1);
    assert_int_equal(live.pictures->seen[1].count, 0);
    assert_int_equal(live.pictures->seen[2].count, 0);
}

/* A gap of which nothing is known: the object has another number after it. */
static void after_a_loss_the_tracker_starts_anew(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.track = true});
    assert_int_equal(
        PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, DETECTION_WHILE_LOST, FRAME, WAIT_FOR_DETECTION, END),
        CHANNEL_DONE);
    const RigSink *results = live.results;
    assert_int_equal(results->seen[0].object.id, 1);
    assert_int_equal(results->seen[1].object.id, 1);
    assert_int_equal(results->seen[2].object.id, 2);
}

static void a_failing_output_leaves_the_other_complete(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.frames = 20});
    live.results->fail_at = 3;
    live.results->failure = "no space for frame 3";
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.results->taken), 3);
    assert_int_equal(atomic_load(&live.results->finished), 1);
    assert_seen(live.pictures, true);
    assert_true(atomic_load(&live.pictures->taken) >= 20);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
    assert_true(rig->run.has_failed);
    assert_int_equal(atomic_load(&rig->stop), 0);
}

static void a_failing_recording_leaves_the_other_complete(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.options.frames = 20});
    live.pictures->fail_at = 1;
    live.pictures->failure = "no space for frame 1";
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.pictures->taken), 1);
    assert_int_equal(atomic_load(&live.results->taken), 20);
    assert_seen(live.results, false);
    assert_true(rig->run.has_failed);
}

/* Whatever they fail with; the last one decides. */
static void when_all_outputs_have_failed_the_run_ends(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    live.results->fail_at = 3;
    live.results->failure = "no space for frame 3";
    live.pictures->fail_at = 7;
    live.pictures->failure = "no space for frame 7";
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, FRAME), CHANNEL_STOPPED);
    assert_int_equal(atomic_load(&rig->stop), RUN_FAILED);
    assert_int_equal(atomic_load(&live.results->finished), 1);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
    assert_int_equal(atomic_load(&live.results->taken), 3);
    assert_int_equal(atomic_load(&live.pictures->taken), 7);
    assert_true(rig->run.has_failed);
}

/* In a window there is still something to look at. */
static void with_a_window_it_goes_on(void **state)
{
    Rig *rig = *state;
    char notice[NOTICE_TEXT];
    add(rig, &(ChannelSetup){.shows = true, .options.frames = 10});
    live.results->fail_at = live.pictures->fail_at = 1;
    live.results->failure = live.pictures->failure = "no space";
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION), CHANNEL_DONE);
    assert_int_equal(atomic_load(&rig->stop), 0);
    assert_true(notices_get(&rig->run.notices, notice) >= 2);
    assert_int_equal(atomic_load(&live.watcher->taken), 10);
}

/* Nobody reads standard output any more: that ends the run, and is no failure. */
static void a_reader_that_has_gone_ends_the_run(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    live.results->fail_at = 2;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION), CHANNEL_STOPPED);
    assert_int_equal(atomic_load(&rig->stop), RUN_CLOSED);
    assert_false(rig->run.has_failed);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

static void it_is_stopped_from_outside(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    run_end(&rig->run, RUN_QUIT);
    channel_stop(live.channel);
    assert_int_equal(PLAY(rig, FRAME), CHANNEL_STOPPED);
    assert_int_equal(atomic_load(&live.pictures->taken), 0);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

/* Pictures are recorded before the first detection is done. */
static void a_recording_without_a_detection_is_finished(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_int_equal(PLAY(rig, FRAME, END), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.pictures->taken), 1);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

static void a_detection_that_fails_ends_it(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    fake_detector_set_failure("the picture is too large");
    assert_int_equal(PLAY(rig, FRAME, UNTIL_INTERRUPTED), CHANNEL_FAILED);
    assert_string_equal(rig->error.message, "the picture is too large");
    assert_int_equal(atomic_load(&live.results->taken), 0);
    assert_int_equal(atomic_load(&live.pictures->finished), 1);
}

/* The last picture stays as long as the pause, keys act on it, and a frame that still waited is forgotten. */
static void the_end_of_a_paused_camera_is_held(void **state)
{
    Rig *rig = *state;
    add(rig, &(ChannelSetup){.shows = true});
    fake_detector_hold();
    live_play(&live, (const LiveEvent[]){FRAME, BEGUN_THEN_FRAME, PAUSE, FRAME, END_PAUSED}, 5);
    rig_start(rig);
    assert_true(rig_wait_taken(live.pictures, 4));
    rig_sleep_ms(50); /* most likely it waits for the end of the first detection by now */
    fake_detector_release();
    for (int ms = 0; !atomic_load(&live.results->finished); ms++) {
        assert_true(ms < 60000);
        rig_sleep_ms(1);
    }
    const int before = atomic_load(&live.results->taken);
    Observation *shown = NULL;
    for (int i = 0; i < 2; i++) {
        const double threshold = channel_move_threshold(live.channel, i ? -65 : 65);
        do {
            observation_unref(shown);
            rig_sleep_ms(1);
            shown = rig_wait_shown(live.channel, 1);
        } while (shown->threshold != threshold);
        assert_int_equal(shown->count, i);
        assert_true(shown->detected);
    }
    assert_in_range(fake_detector_luma_of(shown->objects[0].box.x1), rig_luma(1) - 2, rig_luma(1) + 2);
    observation_unref(shown);
    channel_set_paused(live.channel, false);
    assert_int_equal(rig_finish(rig, live.channel), CHANNEL_DONE);
    assert_int_equal(atomic_load(&live.results->taken), before);
    assert_int_equal(atomic_load(&live.pictures->taken), 4);
}

static void whoever_ends_a_run_first_decides(void **state)
{
    Rig *rig = *state;
    add(rig, NULL);
    assert_true(run_is_over(&rig->run)); /* nothing runs yet */
    atomic_store(&rig->stop, 15);
    run_end(&rig->run, RUN_QUIT);
    assert_int_equal(atomic_load(&rig->stop), 15);
    atomic_store(&rig->stop, 0);
    run_end(&rig->run, RUN_QUIT);
    run_end(&rig->run, RUN_FAILED);
    assert_int_equal(atomic_load(&rig->stop), RUN_QUIT);
}

/* One input that is lost, or ends, or is damaged, disturbs no other. */
static void inputs_are_on_their_own(void **state)
{
    Rig *rig = *state;
    static RigClip clips[2];
    char name[2][16];
    Channel *channels[2];
    RigSink *results[2];
    add(rig, NULL);
    for (int i = 0; i < 2; i++) {
        rig_clip_init(&clips[i], 30 + 10 * i);
        ChannelSetup setup = rig_setup(&clips[i].input);
        snprintf(name[i], sizeof name[i], "clip %d", i);
        setup.name = name[i];
        channels[i] = rig_add(rig, &setup);
        rig_add_sink(rig, channels[i], &(results[i] = rig_results())->sink);
    }
    RigSink *all = rig_results();
    rig_add_sink(rig, NULL, &all->sink);
    clips[0].is_damaged = true;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, FRAME, WAIT_FOR_DETECTION, END),
                     CHANNEL_DONE);
    Error error;
    assert_int_equal(channel_join(channels[0], &error), CHANNEL_DAMAGED);
    assert_int_equal(channel_join(channels[1], &error), CHANNEL_DONE);
    int own = atomic_load(&live.results->taken);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(atomic_load(&results[i]->taken), 30 + 10 * i);
        own += 30 + 10 * i;
        for (int k = 0; k < 30 + 10 * i; k++) {
            const RigSeen *seen = &results[i]->seen[k];
            assert_int_equal(seen->source, i + 1);
            assert_int_equal(seen->sequence, k);
            assert_in_range(fake_detector_luma_of(seen->object.box.x1), rig_luma(k) - 2, rig_luma(k) + 2);
        }
        rig_clip_finish(&clips[i]);
    }
    assert_int_equal(atomic_load(&all->taken), own);
    assert_int_equal(atomic_load(&all->finished), 1);
    assert_int_equal(atomic_load(&rig->stop), 0);
}

int main(void)
{
#define RIG_TEST(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RIG_TEST(it_stops_after_the_frames_asked_for),
        RIG_TEST(the_newest_frame_wins),
        RIG_TEST(a_frame_that_was_replaced_is_counted_at_once),
        RIG_TEST(pictures_have_the_newest_boxes),
        RIG_TEST(a_lost_camera_comes_back),
        RIG_TEST(lost_is_a_status),
        RIG_TEST(losing_it_may_end_the_run),
        RIG_TEST(a_broken_camera_ends_the_run),
        RIG_TEST(broken_pictures_are_counted),
        RIG_TEST(a_camera_of_broken_pictures_is_lost),
        RIG_TEST(a_slow_camera_is_not_lost_with_single_pictures),
        RIG_TEST(boxes_from_before_a_loss_are_not_drawn),
        RIG_TEST(boxes_that_come_late_are_not_drawn),
        RIG_TEST(after_a_loss_the_tracker_starts_anew),
        RIG_TEST(a_failing_output_leaves_the_other_complete),
        RIG_TEST(a_failing_recording_leaves_the_other_complete),
        RIG_TEST(when_all_outputs_have_failed_the_run_ends),
        RIG_TEST(with_a_window_it_goes_on),
        RIG_TEST(a_reader_that_has_gone_ends_the_run),
        RIG_TEST(it_is_stopped_from_outside),
        RIG_TEST(a_recording_without_a_detection_is_finished),
        RIG_TEST(a_detection_that_fails_ends_it),
        RIG_TEST(the_end_of_a_paused_camera_is_held),
        RIG_TEST(whoever_ends_a_run_first_decides),
        RIG_TEST(inputs_are_on_their_own),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    live_finish(&live);
    return failures;
}
