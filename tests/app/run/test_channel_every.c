/* A channel of a clip or a picture: every frame is looked at, in order, and the last one may be held. */
#include "app/run/channel_state.h"
#include "base/clock.h"
#include "tests/app/run/fake_detector.h"
#include "tests/app/run/rig.h"
#include <math.h>

static RigClip clip;
static Channel *channel;
static RigSink *results, *pictures;

/* The channel of a clip with this many frames, and both kinds of sinks. */
static void add(Rig *rig, int frames, const ChannelSetup *with)
{
    ChannelSetup setup = rig_setup(&clip.input);
    rig_clip_init(&clip, frames);
    if (with) {
        setup.options = with->options;
        setup.shows = with->shows;
        setup.track = with->track;
    }
    channel = rig_add(rig, &setup);
    rig_add_sink(rig, channel, &(results = rig_results())->sink);
    rig_add_sink(rig, channel, &(pictures = rig_pictures())->sink);
    rig->run.has_window = setup.shows;
}

static ChannelEnd play(Rig *rig)
{
    rig_start(rig);
    return rig_finish(rig, channel);
}

/* Frames 0 .. count - 1 of a clip of so many frames a round, each with its own picture and its own box. */
static void assert_seen(const RigSink *sink, int count, int round)
{
    assert_int_equal(atomic_load(&sink->taken), count);
    assert_int_equal(atomic_load(&sink->finished), 1);
    for (int i = 0; i < count; i++) {
        const RigSeen *seen = &sink->seen[i];
        assert_int_equal(seen->sequence, i);
        assert_int_equal(seen->time_ns, rig_time(i));
        assert_int_equal(seen->captured_ns, 0);
        assert_int_equal(seen->luma, rig_luma(i % round));
        assert_true(seen->detected && seen->alpha == 0.25 && seen->size == 64 && seen->threshold == 0.3);
        assert_int_equal(seen->count, 1);
        assert_in_range(fake_detector_luma_of(seen->object.box.x1), seen->luma - 2, seen->luma + 2);
    }
}

static void every_frame_comes_in_order_with_its_own_box(void **state)
{
    Rig *rig = *state;
    add(rig, 40, NULL);
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_seen(results, 40, 40);
    assert_seen(pictures, 40, 40);
    StatusReport report;
    status_get(channel_status(channel), &report);
    assert_int_equal(report.captured, 40);
    assert_int_equal(report.detected, 40);
    assert_int_equal(report.skipped, 0);
    assert_true(report.ended && fabs(report.capture_rate - 30) < 0.01);
    assert_int_equal(atomic_load(&rig->stop), 0);
    assert_false(rig->run.has_failed);
}

static void without_a_sink_for_pictures_none_is_made(void **state)
{
    Rig *rig = *state;
    ChannelSetup setup = rig_setup(&clip.input);
    rig_clip_init(&clip, 5);
    channel = rig_add(rig, &setup);
    rig_add_sink(rig, channel, &(results = rig_results())->sink);
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_int_equal(atomic_load(&results->taken), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(results->seen[i].luma, -1);
    assert_int_equal(frame_pool_bytes(channel->frames), 0);
}

static void it_stops_after_the_frames_asked_for(void **state)
{
    Rig *rig = *state;
    add(rig, 40, &(ChannelSetup){.options.frames = 7});
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_seen(results, 7, 40);
    assert_seen(pictures, 7, 40);
}

static void a_loop_goes_on_increasing(void **state)
{
    Rig *rig = *state;
    add(rig, 10, &(ChannelSetup){.options = {.frames = 35, .loop = true}});
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_seen(results, 35, 10);
    assert_seen(pictures, 35, 10);
    assert_int_equal(clip.rounds, 3);
}

static void a_loop_of_one_picture(void **state)
{
    Rig *rig = *state;
    add(rig, 1, &(ChannelSetup){.options = {.frames = 3, .loop = true}});
    assert_int_equal(play(rig), CHANNEL_DONE);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(results->seen[i].sequence, i);
        assert_int_equal(results->seen[i].time_ns, rig_time(0) + i * INT64_C(33333333));
    }
}

static void a_loop_of_nothing_ends(void **state)
{
    Rig *rig = *state;
    add(rig, 0, &(ChannelSetup){.options.loop = true});
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_int_equal(atomic_load(&results->taken), 0);
    assert_int_equal(atomic_load(&results->finished), 1);
}

static void a_clip_that_cannot_start_again(void **state)
{
    Rig *rig = *state;
    add(rig, 4, &(ChannelSetup){.options.loop = true});
    clip.cannot_rewind = "the clip is a pipe";
    assert_int_equal(play(rig), CHANNEL_FAILED);
    assert_string_equal(rig->error.message, "the clip is a pipe");
    assert_seen(results, 4, 4);
}

static void a_damaged_clip_is_seen_up_to_there(void **state)
{
    Rig *rig = *state;
    add(rig, 12, &(ChannelSetup){.options.loop = true});
    clip.is_damaged = true;
    assert_int_equal(play(rig), CHANNEL_DAMAGED);
    assert_string_equal(rig->error.message, "the clip is cut short");
    assert_seen(results, 12, 12);
    assert_seen(pictures, 12, 12);
}

static void a_frame_that_is_no_picture_ends_it(void **state)
{
    Rig *rig = *state;
    add(rig, 12, NULL);
    clip.undecodable = 3;
    assert_int_equal(play(rig), CHANNEL_FAILED);
    assert_true(rig->error.message[0]);
    assert_int_equal(atomic_load(&results->taken), 3);
    assert_int_equal(atomic_load(&pictures->finished), 1);
}

static void a_detection_that_fails_ends_it(void **state)
{
    Rig *rig = *state;
    add(rig, 12, NULL);
    fake_detector_set_failure("the picture is too large");
    assert_int_equal(play(rig), CHANNEL_FAILED);
    assert_string_equal(rig->error.message, "the picture is too large");
    assert_int_equal(atomic_load(&results->taken), 0);
    assert_int_equal(atomic_load(&results->finished), 1);
}

static void it_is_stopped_while_it_waits_for_a_detection(void **state)
{
    Rig *rig = *state;
    add(rig, 12, NULL);
    fake_detector_hold();
    rig_start(rig);
    fake_detector_allow(3);
    assert_true(fake_detector_wait_begun(4));
    run_end(&rig->run, 15);
    channel_stop(channel);
    fake_detector_release(); /* a detection is never interrupted, but what it finds is not taken any more */
    assert_int_equal(rig_finish(rig, channel), CHANNEL_STOPPED);
    assert_seen(results, 3, 12);
    assert_seen(pictures, 3, 12);
}

/* A frame may come late, never early. */
static void real_time_is_held(void **state)
{
    Rig *rig = *state;
    add(rig, 5, &(ChannelSetup){.options.realtime = true});
    const int64_t start = clock_now_ns();
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_true(clock_now_ns() - start >= (int64_t)4 * RIG_INTERVAL_NS);
    assert_seen(results, 5, 5);
}

static void tracked_objects_have_numbers(void **state)
{
    Rig *rig = *state;
    add(rig, 10, &(ChannelSetup){.track = true});
    assert_int_equal(play(rig), CHANNEL_DONE);
    for (int i = 0; i < 10; i++)
        assert_int_equal(results->seen[i].object.id, 1); /* it moves by less than a tenth */
}

static void paused_it_goes_step_by_step(void **state)
{
    Rig *rig = *state;
    add(rig, 10, &(ChannelSetup){.shows = true});
    channel_set_paused(channel, true);
    rig_start(rig);
    for (int i = 0; i < 5; i++) {
        Observation *shown = rig_wait_shown(channel, i);
        rig_sleep_ms(10);
        assert_int_equal(atomic_load(&results->taken), i + 1);
        assert_int_equal(shown->frame->planes[0][0], rig_luma(i));
        observation_unref(shown);
        channel_step(channel);
    }
    channel_set_paused(channel, false);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_DONE);
    assert_seen(results, 10, 10);
}

/* ---- the last picture ------------------------------------------------------------------------------- */

/* What is shown, once it was seen with this threshold and size. */
static Observation *wait_seen_with(double threshold, int size)
{
    for (int tries = 0; tries < 60000; tries++) {
        int64_t number = 0;
        Observation *shown = channel_take_shown(channel, &number);
        if (shown && shown->threshold == threshold && shown->size == size)
            return shown;
        observation_unref(shown);
        rig_sleep_ms(1);
    }
    fail_msg("what is shown is not looked at with threshold %g and size %d", threshold, size);
    return NULL;
}

static void assert_shown(double threshold, int size, int64_t sequence, int boxes)
{
    Observation *shown = wait_seen_with(threshold, size);
    assert_int_equal(shown->sequence, sequence);
    assert_int_equal(shown->frame->planes[0][0], rig_luma(sequence));
    assert_int_equal(shown->count, boxes);
    observation_unref(shown);
}

static void request_size(Rig *rig, int size)
{
    assert_int_equal(
        model_choice_request(rig->run.choice, (NetworkPoint){.alpha = 0.25, .size = size}, &rig->error), 0);
}

/* Keys act on it as on any other: threshold and network. */
static void the_end_of_a_paused_clip_is_held(void **state)
{
    Rig *rig = *state;
    add(rig, 2, &(ChannelSetup){.shows = true});
    channel_set_paused(channel, true);
    rig_start(rig);
    observation_unref(rig_wait_shown(channel, 0));
    channel_step(channel);
    observation_unref(rig_wait_shown(channel, 1));
    channel_step(channel); /* past the end */
    for (int tries = 0; !atomic_load(&results->finished) && tries < 60000; tries++)
        rig_sleep_ms(1);
    assert_int_equal(atomic_load(&results->finished), 1); /* what the outputs get is complete */
    assert_false(run_is_over(&rig->run));
    for (int i = 0; i < 3; i++) {
        assert_true(channel_move_threshold(channel, 65) == 0.95);
        assert_shown(0.95, 64, 1, 0);
        assert_true(channel_move_threshold(channel, -65) == 0.3);
        assert_shown(0.3, 64, 1, 1);
    }
    request_size(rig, 128);
    assert_shown(0.3, 128, 1, 1);
    assert_int_equal(atomic_load(&results->taken), 2); /* nothing of this is an output's */
    assert_int_equal(atomic_load(&pictures->taken), 2);
    channel_set_paused(channel, false);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_DONE);
    assert_int_equal(atomic_load(&rig->stop), 0);
    assert_int_equal(atomic_load(&results->finished), 1);
}

static void a_clip_that_is_not_paused_ends(void **state)
{
    Rig *rig = *state;
    add(rig, 3, &(ChannelSetup){.shows = true});
    assert_int_equal(play(rig), CHANNEL_DONE);
    assert_int_equal(atomic_load(&rig->stop), 0);
}

static void a_damaged_clip_is_held_and_still_damaged(void **state)
{
    Rig *rig = *state;
    add(rig, 1, &(ChannelSetup){.shows = true});
    clip.is_damaged = true;
    channel_set_paused(channel, true);
    rig_start(rig);
    assert_shown(0.3, 64, 0, 1);
    channel_step(channel);
    channel_move_threshold(channel, 65);
    assert_shown(0.95, 64, 0, 0);
    channel_set_paused(channel, false);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_DAMAGED);
    assert_string_equal(rig->error.message, "the clip is cut short");
}

/* Also where objects are tracked: time stands still, so nothing would ever be forgotten. */
static void boxes_of_a_single_picture_go_away_again(void **state)
{
    Rig *rig = *state;
    ChannelSetup setup = rig_setup(&clip.input);
    rig_clip_init(&clip, 1);
    clip.input.still = true;
    setup.shows = setup.track = true;
    channel = rig_add(rig, &setup);
    rig_add_sink(rig, channel, &(results = rig_results())->sink);
    rig_start(rig);
    for (int i = 0; i < 5; i++) { /* a tracker would be sure of the object by now */
        assert_shown(0.3, 64, 0, 1);
        channel_move_threshold(channel, 1);
        assert_shown(0.31, 64, 0, 1);
        channel_move_threshold(channel, -1);
    }
    assert_shown(0.3, 64, 0, 1);
    channel_move_threshold(channel, 65);
    assert_shown(0.95, 64, 0, 0);
    fake_detector_set_score(0.2);
    request_size(rig, 128); /* another network does not find it either */
    channel_move_threshold(channel, -65);
    assert_shown(0.3, 128, 0, 0);
    run_end(&rig->run, RUN_QUIT);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_DONE);
    assert_int_equal(results->seen[0].object.id, 0);
    assert_int_equal(atomic_load(&rig->stop), RUN_QUIT);
}

static void a_held_clip_is_not_tracked(void **state)
{
    Rig *rig = *state;
    add(rig, 6, &(ChannelSetup){.shows = true, .track = true});
    channel_set_paused(channel, true);
    rig_start(rig);
    for (int i = 0; i < 6; i++) {
        observation_unref(rig_wait_shown(channel, i));
        channel_step(channel);
    }
    channel_move_threshold(channel, 65);
    assert_shown(0.95, 64, 5, 0);
    channel_set_paused(channel, false);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_DONE);
    assert_int_equal(results->seen[5].object.id, 1);
}

static void a_detection_that_fails_ends_the_hold(void **state)
{
    Rig *rig = *state;
    add(rig, 1, &(ChannelSetup){.shows = true});
    clip.input.still = true;
    rig_start(rig);
    assert_shown(0.3, 64, 0, 1);
    fake_detector_set_failure("no memory for it");
    channel_move_threshold(channel, 5);
    assert_int_equal(rig_finish(rig, channel), CHANNEL_FAILED);
    assert_string_equal(rig->error.message, "no memory for it");
}

int main(void)
{
#define RIG_TEST(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RIG_TEST(every_frame_comes_in_order_with_its_own_box),
        RIG_TEST(without_a_sink_for_pictures_none_is_made),
        RIG_TEST(it_stops_after_the_frames_asked_for),
        RIG_TEST(a_loop_goes_on_increasing),
        RIG_TEST(a_loop_of_one_picture),
        RIG_TEST(a_loop_of_nothing_ends),
        RIG_TEST(a_clip_that_cannot_start_again),
        RIG_TEST(a_damaged_clip_is_seen_up_to_there),
        RIG_TEST(a_frame_that_is_no_picture_ends_it),
        RIG_TEST(a_detection_that_fails_ends_it),
        RIG_TEST(it_is_stopped_while_it_waits_for_a_detection),
        RIG_TEST(real_time_is_held),
        RIG_TEST(tracked_objects_have_numbers),
        RIG_TEST(paused_it_goes_step_by_step),
        RIG_TEST(the_end_of_a_paused_clip_is_held),
        RIG_TEST(a_clip_that_is_not_paused_ends),
        RIG_TEST(a_damaged_clip_is_held_and_still_damaged),
        RIG_TEST(boxes_of_a_single_picture_go_away_again),
        RIG_TEST(a_held_clip_is_not_tracked),
        RIG_TEST(a_detection_that_fails_ends_the_hold),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    rig_clip_finish(&clip);
    return failures;
}
