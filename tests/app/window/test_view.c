/* The main thread's loop, with a window, inputs and a clock that are made up here: what it shows, when, and
 * what commands do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/app/window/view_fakes.h"
#include <string.h>

static const int64_t second = 1000000000;

static void show_view(void (*moment)(int number))
{
    Error error;
    window.moment = moment;
    assert_int_equal(view_run(&view, &error), 0);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in '%s'", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in '%s'", part, text);
}

/* ---- the ends ----------------------------------------------------------------------------------- */

static void quit_at_once(int number)
{
    (void)number;
    window.command = "quit";
}

static void test_quit_before_the_first_picture(void **state)
{
    (void)state;
    channels[0].input.live = true;
    show_view(quit_at_once);
    assert_int_equal(atomic_load(&stop), RUN_QUIT);
    assert_int_equal(window.moments, 1);
}

static void wait_then_quit(int number)
{
    if (number == 1) {
        assert_int_equal(window.shows, 1);
        assert_string_equal(window.centre, "waiting for the camera\u2026");
        publish(0, now);
    }
    if (number == 2) {
        assert_int_equal(window.pictures, 1);
        assert_string_equal(window.centre, "");
        window.command = "quit";
    }
}

static void test_a_camera_is_waited_for(void **state)
{
    (void)state;
    channels[0].input.live = true;
    show_view(wait_then_quit);
}

static void stop_by_signal(int number)
{
    if (number == 3)
        atomic_store(&stop, 2);
}

static void test_a_signal_ends_it(void **state)
{
    (void)state;
    show_view(stop_by_signal);
    assert_int_equal(window.moments, 4);
    assert_true(now < 1001 * second); /* looked often enough */
}

static void end_with_a_picture(int number)
{
    if (number == 1) {
        publish(0, 0);
        over = true;
    }
}

static void test_the_last_picture_of_a_clip_is_shown(void **state)
{
    (void)state;
    show_view(end_with_a_picture);
    assert_int_equal(window.moments, 2);
    assert_int_equal(window.places[0].pictures, 1);
    assert_int_equal(atomic_load(&stop), 0);
}

static void test_a_window_that_fails(void **state)
{
    (void)state;
    Error error;
    window.fails = true;
    assert_int_equal(view_run(&view, &error), -1);
    assert_string_equal(error.message, "broken");
}

static void test_a_display_that_goes_away(void **state)
{
    (void)state;
    Error error;
    window.is_gone = true;
    assert_int_equal(view_run(&view, &error), -1);
    assert_string_equal(error.message, "gone");
    assert_int_equal(window.waits, 1);
    assert_int_equal(window.shows, 0);
}

/* ---- what is shown ------------------------------------------------------------------------------ */

static void look_at_boxes(int number)
{
    if (number == 0)
        publish(0, 0);
    if (number == 1) {
        const Place *place = &window.places[0];
        assert_int_equal(place->boxes, 1);
        assert_string_equal(place->box.label, "cat");
        assert_true(place->box.x == 4 && place->box.y == 8 && place->box.width == 4 &&
                    place->box.height == 8);
        assert_true(place->box.score == 0.75f);
        window.command = "quit";
    }
}

static void test_boxes_are_those_of_the_picture(void **state)
{
    (void)state;
    show_view(look_at_boxes);
}

static void show_a_photo(int number)
{
    if (number == 0) {
        publish(0, 0);
        status_detected(channels[0].status, 12.34);
        status_detected(channels[0].status, 12.34);
    }
    if (number == 1) {
        assert_true(strncmp(window.status, "inference\t12.3 ms\nalpha\t0.5\n", 28) == 0);
        assert_false(window.awake);
        window.command = "quit";
    }
}

static void test_a_photo_has_no_rates(void **state)
{
    (void)state;
    channels[0].input.still = true;
    show_view(show_a_photo);
}

static void lose_and_find(int number)
{
    Status *status = channels[0].status;
    if (number == 0) {
        publish(0, now);
        status_captured(status, now, 7);
        status_captured(status, now + second / 20, 7);
        status_detected(status, 12.34);
    }
    if (number == 1) {
        assert_false(window.places[0].dim);
        assert_true(window.awake);
        assert_has(window.status, "camera\t20.0 fps\n");
        assert_has(window.status, "skipped\t7\n");
        assert_has(window.status, "alpha\t0.5\nrho\t0.86 (192)\nthreshold\t0.30\nthreads\t2, avx2");
        assert_string_equal(window.state, "");
        assert_string_equal(window.title, "Lookout - clip.mp4 - alpha 0.5, 192");
        status_set_lost(status, "/dev/video9: it was unplugged, or its driver stopped");
    }
    if (number == 2) {
        assert_true(window.places[0].dim);
        assert_false(window.awake);
        assert_string_equal(window.centre,
                            "camera lost: /dev/video9: it was unplugged, or its driver stopped");
        assert_string_equal(window.places[0].centre, ""); /* once */
        assert_string_equal(window.state, "camera lost\n");
        assert_string_equal(window.title, "Lookout - clip.mp4 - alpha 0.5, 192 - camera lost");
        status_set_lost(status, NULL);
    }
    if (number == 3) {
        assert_false(window.places[0].dim);
        assert_string_equal(window.centre, "");
        assert_string_equal(window.state, "");
        status_set_recording(status, "out.mkv");
    }
    if (number == 4) {
        assert_string_equal(window.state, "\u25CF recording\n");
        assert_has(window.title, " - recording");
        window.command = "quit";
    }
}

static void test_states(void **state)
{
    (void)state;
    channels[0].input.live = true;
    show_view(lose_and_find);
}

static double latency_ms(int input)
{
    StatusReport report;
    status_get(channels[input].status, &report);
    return report.latency_ms;
}

static void look_at_latency(int number)
{
    if (number == 1) {
        publish(0, now - 40000000);
        window.stale = true;
    }
    if (number == 2) {
        assert_true(latency_ms(0) == 40);
        window.stale = true; /* the same picture again, later: this is no latency */
    }
    if (number == 3) {
        assert_true(latency_ms(0) == 40);
        assert_int_equal(window.pictures, 1);
    }
    if (number == 8) {
        assert_has(window.status, "latency\t40 ms\n");
        window.command = "quit";
    }
}

static void test_latency_of_live_pictures(void **state)
{
    (void)state;
    channels[0].input.live = true;
    show_view(look_at_latency);
}

static void look_at_a_clip(int number)
{
    if (number == 0)
        publish(0, 0);
    if (number == 8) {
        assert_lacks(window.status, "latency");
        assert_lacks(window.status, "skipped");
        assert_true(latency_ms(0) == 0);
        window.command = "quit";
    }
}

static void test_a_clip_has_no_latency(void **state)
{
    (void)state;
    show_view(look_at_a_clip);
}

static int64_t noticed;

static void notice(int number)
{
    if (number == 1) {
        notices_post(&run.notices, "saved a.png");
        noticed = now;
    }
    if (number > 1 && now < noticed + 3 * second)
        assert_string_equal(window.notice, "saved a.png");
    if (now > noticed + 13 * second / 4 && number > 1) {
        assert_string_equal(window.notice, "");
        window.command = "quit";
    }
}

static void test_a_notice_goes_away(void **state)
{
    (void)state;
    show_view(notice);
}

static void idle(int number)
{
    if (number == 5)
        window.shows = 0;
    if (now > 1010 * second)
        window.command = "quit";
}

static void test_nothing_is_drawn_when_nothing_changes(void **state)
{
    (void)state;
    show_view(idle);
    assert_int_equal(window.shows, 0);
    assert_true(window.moments < 100); /* about five times a second, it sleeps in between */
}

/* ---- several inputs ----------------------------------------------------------------------------- */

static void look_at_three(int number)
{
    const Place *places = window.places;
    if (number == 0) {
        publish(0, 0);
        publish(1, now - 30000000);
        status_captured(channels[0].status, now, 0);
        status_captured(channels[0].status, now + second / 20, 0);
        status_set_lost(channels[1].status, "/dev/video9: it was unplugged");
    }
    if (number == 1) {
        assert_int_equal(window.count, 3);
        assert_string_equal(window.status, "");
        assert_string_equal(places[0].label, "clip.mp4\t20.0 fps, inference 0.0 fps");
        assert_string_equal(places[1].label, "door");
        assert_string_equal(places[2].label, "yard");
        assert_string_equal(places[1].centre, "camera lost: /dev/video9: it was unplugged");
        assert_string_equal(places[2].centre, "waiting for the camera\u2026");
        assert_true(!places[0].dim && places[1].dim && !places[2].dim);
        assert_string_equal(window.centre, "");
        assert_string_equal(window.title, "Lookout - 3 inputs - alpha 0.5, 192 - camera lost");
        assert_string_equal(places[2].click, "alone 3");
        assert_true(window.awake);
        assert_true(latency_ms(0) == 0 && latency_ms(1) >= 30 && latency_ms(2) == 0);
        status_set_ended(channels[0].status);
        status_set_lost(channels[2].status, "/dev/video8: it was unplugged");
        window.command = "statistics";
    }
    if (number == 2) {
        assert_string_equal(places[0].label, "clip.mp4"); /* without its numbers */
        assert_false(window.awake);                       /* nothing comes any more */
        window.command = "statistics";
    }
    if (number == 3) {
        assert_string_equal(places[0].label, "clip.mp4\tended");
        window.command = "quit";
    }
}

static void test_several_inputs(void **state)
{
    (void)state;
    run.channel_count = 3;
    channels[1].input.live = channels[2].input.live = true;
    show_view(look_at_three);
}

static void show_one_alone(int number)
{
    const Place *places = window.places;
    if (number == 0) {
        publish(0, 0);
        publish(1, 0);
        window.command = "alone 2";
    }
    if (number == 1) {
        assert_true(window.count == 1 && places[1].shown);
        assert_string_equal(places[1].label, "");
        assert_string_equal(places[1].click, "alone 0");
        assert_has(window.status, "threshold\t0.30");
        assert_string_equal(window.title, "Lookout - door - alpha 0.5, 192");
        assert_int_equal(places[0].pictures, 0); /* nobody sees it */
        window.command = "pause";
    }
    if (number == 2) {
        assert_true(channels[1].paused && !channels[0].paused && !channels[2].paused);
        assert_string_equal(window.state, "paused\n");
        window.command = "threshold up";
    }
    if (number == 3) {
        assert_true(channels[1].threshold > 0.34 && channels[0].threshold == 0.3);
        window.command = "alone toggle";
    }
    if (number == 4) {
        assert_int_equal(window.count, 3);
        assert_int_equal(places[0].pictures, 1);
        assert_int_equal(places[1].pictures, 1); /* is there still */
        window.command = "alone toggle";
    }
    if (number == 5) {
        assert_true(window.count == 1 && places[0].shown);
        window.command = "alone 0";
    }
    if (number == 6) {
        assert_int_equal(window.count, 3);
        window.command = "pause";
    }
    if (number == 7) {
        for (int i = 0; i < 3; i++) /* as the first one was not */
            assert_true(channels[i].paused);
        window.command = "quit";
    }
}

static void test_one_alone_and_back(void **state)
{
    (void)state;
    run.channel_count = 3;
    show_view(show_one_alone);
}

/* ---- commands ----------------------------------------------------------------------------------- */

/* Carries out all commands one after another; each is judged at the next moment. */
static const char *const script[] = {
    "pause",          "pause",          "step",        "threshold up", "threshold down", "threshold down",
    "snapshot boxes", "snapshot clean", "record",      "alpha down",   "alpha up",       "size up",
    "size down",      "auto",           "auto",        "statistics",   "statistics",     "help",
    "help",           "full-screen",    "full-screen", "dance",        "quit",
};
enum { SCRIPT = sizeof script / sizeof *script };

/* What a command has done that was given that many times. */
static void judge(const char *command, int times)
{
    const Channel *channel = &channels[0];
    if (!strcmp(command, "pause")) {
        assert_int_equal(channel->paused, times == 1);
        assert_string_equal(window.state, times == 1 ? "paused\n" : "");
        assert_int_equal(window.awake, times != 1);
    } else if (!strcmp(command, "step")) {
        assert_int_equal(channel->steps, 1);
    } else if (!strcmp(command, "threshold up")) {
        assert_string_equal(window.notice, "threshold 0.35");
        assert_has(window.status, "threshold\t0.35"); /* at once */
    } else if (!strcmp(command, "threshold down")) {
        assert_has(window.status, times == 1 ? "threshold\t0.30" : "threshold\t0.25");
    } else if (!strcmp(command, "snapshot boxes")) {
        assert_int_equal(channel->commands[SINK_SNAPSHOT], 1);
    } else if (!strcmp(command, "snapshot clean")) {
        assert_int_equal(channel->commands[SINK_CLEAN_SNAPSHOT], 1);
    } else if (!strcmp(command, "record")) {
        assert_int_equal(channel->commands[SINK_RECORD], 1);
    } else if (!strcmp(command, "alpha down")) {
        assert_int_equal(alpha_steps, -1);
    } else if (!strcmp(command, "alpha up")) {
        assert_int_equal(alpha_steps, -9);
    } else if (!strcmp(command, "size up")) {
        assert_int_equal(size_steps, 1);
    } else if (!strcmp(command, "size down")) {
        assert_int_equal(size_steps, 9);
    } else if (!strcmp(command, "auto")) {
        assert_int_equal(automatic, times == 1);
        assert_int_equal(strstr(window.title, ", auto") != NULL, times == 1);
    } else if (!strcmp(command, "statistics")) {
        assert_int_equal(window.status[0] == '\0', times == 1);
    } else if (!strcmp(command, "help")) {
        assert_int_equal(window.status[0] == '\0', times == 1); /* the list takes its place */
        assert_int_equal(window.centre[0] == '\0', times != 1);
    } else if (!strcmp(command, "full-screen")) {
        assert_int_equal(window.full_screen, times == 1);
    } else {
        assert_string_equal(window.notice, "there is no command 'dance'");
    }
}

static void command(int number)
{
    int times = 0;
    if (number == 0)
        publish(0, 0);
    for (int i = 0; i < number; i++)
        times += !strcmp(script[i], script[number - 1]);
    if (number > 0)
        judge(script[number - 1], times);
    window.command = script[number];
}

static void test_commands(void **state)
{
    (void)state;
    window.most_moments = SCRIPT;
    show_view(command);
    assert_int_equal(window.moments, SCRIPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_quit_before_the_first_picture),
        TEST(test_a_camera_is_waited_for),
        TEST(test_a_signal_ends_it),
        TEST(test_the_last_picture_of_a_clip_is_shown),
        TEST(test_a_window_that_fails),
        TEST(test_a_display_that_goes_away),
        TEST(test_boxes_are_those_of_the_picture),
        TEST(test_a_photo_has_no_rates),
        TEST(test_states),
        TEST(test_latency_of_live_pictures),
        TEST(test_a_clip_has_no_latency),
        TEST(test_a_notice_goes_away),
        TEST(test_nothing_is_drawn_when_nothing_changes),
        TEST(test_several_inputs),
        TEST(test_one_alone_and_back),
        TEST(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
