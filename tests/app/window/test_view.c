/* The main thread's loop, with a window and a clock that are made up here: what it shows, when, and what keys
 * do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/window/view.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t second = 1000000000;

/* What the window of a test does and has seen. Every window_wait() is a moment, at which the test may press a
 * key or let something happen. */
struct Window {
    void (*moment)(int number);
    Action action;
    int moments, most_moments, waits;
    int shows, pictures, stale, awake;
    char status[512], state[128], centre[1024], notice[CONTROL_TEXT], title[512];
    int dim;
    int fails;
};

static Window window;
static View view;
static Control *control;
static atomic_int stop;
static int64_t now; /* ns */
static int alpha_steps, size_steps, automatic;

int64_t clock_now_ns(void)
{
    return now;
}

Action window_wait(Window *it, int timeout_ms)
{
    Action action = it->action;
    it->action = ACTION_NONE;
    assert_true(++it->waits < 10000); /* it does not turn in circles */
    if (action != ACTION_NONE)
        return action;
    if (timeout_ms == 0 && it->moments)
        return ACTION_NONE;
    assert_in_range(timeout_ms, 0, 1000); /* never for ever */
    now += timeout_ms * 1000000LL;
    assert_true(it->moments < it->most_moments); /* the loop should have ended */
    if (it->moment)
        it->moment(it->moments);
    it->moments++;
    action = it->action;
    it->action = ACTION_NONE;
    return action;
}

void window_wake(void *it)
{
    (void)it;
}

int window_is_stale(const Window *it)
{
    return it->stale;
}

int window_show(Window *it, const Frame *picture, const Overlay *overlay, Error *error)
{
    if (it->fails)
        return error_set(error, "broken");
    it->shows++;
    it->stale = 0;
    it->pictures += picture != NULL;
    snprintf(it->status, sizeof it->status, "%s", overlay->status);
    snprintf(it->state, sizeof it->state, "%s", overlay->state);
    snprintf(it->centre, sizeof it->centre, "%s", overlay->centre);
    snprintf(it->notice, sizeof it->notice, "%s", overlay->notice);
    it->dim = overlay->dim;
    return 0;
}

void window_set_title(Window *it, const char *title)
{
    snprintf(it->title, sizeof it->title, "%s", title);
}

void window_keep_awake(Window *it, int awake)
{
    it->awake = awake;
}

void steering_step_alpha(const Steering *steering, int step)
{
    (void)steering;
    alpha_steps = alpha_steps * 10 + step;
}

void steering_step_size(const Steering *steering, int step)
{
    (void)steering;
    size_steps = size_steps * 10 + step;
}

void steering_set_automatic(const Steering *steering, int on)
{
    (void)steering;
    automatic = on;
    control_set_automatic(control, on);
}

static int set_up(void **state)
{
    (void)state;
    atomic_store(&stop, 0);
    now = 1000 * second;
    alpha_steps = size_steps = automatic = 0;
    window = (Window){.most_moments = 1000, .stale = 1};
    control = control_create(&stop, 0.3);
    view = (View){.window = &window,
                  .control = control,
                  .pictures = mailbox_create(),
                  .source = "clip.mp4",
                  .threads = 2,
                  .isa = "avx2"};
    return control && view.pictures ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mailbox_destroy(view.pictures);
    control_destroy(control);
    return 0;
}

static void publish(int64_t time_ns)
{
    Frame *frame = mailbox_blank(view.pictures);
    assert_int_equal(frame_alloc(frame, PIXEL_I420, 16, 16), 0);
    frame->time_ns = time_ns;
    mailbox_publish(view.pictures);
}

static void run(void (*moment)(int number))
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
    window.action = ACTION_QUIT;
}

static void test_quit_before_the_first_picture(void **state)
{
    (void)state;
    view.live = 1;
    run(quit_at_once);
    assert_true(control_stopped(control));
    assert_int_equal(window.moments, 1);
}

static void wait_then_quit(int number)
{
    if (number == 1) {
        assert_int_equal(window.shows, 1);
        assert_string_equal(window.centre, "waiting for the camera\u2026");
        publish(now);
    }
    if (number == 2) {
        assert_int_equal(window.pictures, 1);
        assert_string_equal(window.centre, "");
        window.action = ACTION_QUIT;
    }
}

static void test_a_camera_is_waited_for(void **state)
{
    (void)state;
    view.live = 1;
    run(wait_then_quit);
}

static void stop_by_signal(int number)
{
    if (number == 3)
        atomic_store(&stop, 2);
}

static void test_a_signal_ends_it(void **state)
{
    (void)state;
    run(stop_by_signal);
    assert_int_equal(window.moments, 4);
    assert_true(now < 1001 * second); /* looked often enough */
}

static void end_with_a_picture(int number)
{
    if (number == 1) {
        publish(0);
        control_set_ended(control);
    }
}

static void test_the_last_picture_of_a_clip_is_shown(void **state)
{
    (void)state;
    run(end_with_a_picture);
    assert_int_equal(window.moments, 2);
    assert_int_equal(window.pictures, 1);
    assert_false(control_stopped(control));
}

static void end_paused(int number)
{
    if (number == 0)
        window.action = ACTION_PAUSE;
    end_with_a_picture(number);
    if (number == 9)
        window.action = ACTION_PAUSE; /* goes on: that is the end */
}

static void test_nothing_ends_while_paused(void **state)
{
    (void)state;
    run(end_paused);
    assert_int_equal(window.moments, 10);
}

static void test_a_window_that_fails(void **state)
{
    (void)state;
    Error error;
    window.fails = 1;
    assert_int_equal(view_run(&view, &error), -1);
    assert_string_equal(error.message, "broken");
}

/* ---- what is shown ------------------------------------------------------------------------------ */

static void show_a_photo(int number)
{
    if (number == 0) {
        publish(now);
        control_detected(control, 12.34, 0.5, 192);
        control_detected(control, 12.34, 0.5, 192);
    }
    if (number == 1) {
        assert_true(strncmp(window.status, "inference\t12.3 ms\nalpha\t0.5\n", 28) == 0);
        assert_false(window.awake);
        window.action = ACTION_QUIT;
    }
}

static void test_a_photo_has_no_rates(void **state)
{
    (void)state;
    view.still = 1;
    view.live = 0;
    run(show_a_photo);
}

static void lose_and_find(int number)
{
    if (number == 0) {
        publish(now);
        control_captured(control, now, 7);
        control_captured(control, now + second / 20, 7);
        control_detected(control, 12.34, 0.5, 192);
    }
    if (number == 1) {
        assert_false(window.dim);
        assert_true(window.awake);
        assert_has(window.status, "camera\t20.0 fps\n");
        assert_has(window.status, "skipped\t7\n");
        assert_has(window.status, "alpha\t0.5\nrho\t0.86 (192)\nthreshold\t0.30\nthreads\t2, avx2");
        assert_string_equal(window.state, "");
        assert_string_equal(window.title, "Lookout - clip.mp4 - alpha 0.5, 192");
        control_set_lost(control, "/dev/video9: No such device");
    }
    if (number == 2) {
        assert_true(window.dim);
        assert_false(window.awake);
        assert_string_equal(window.centre, "camera lost: /dev/video9: No such device");
        assert_string_equal(window.state, "camera lost\n");
        assert_string_equal(window.title, "Lookout - clip.mp4 - alpha 0.5, 192 - camera lost");
        control_set_lost(control, NULL);
    }
    if (number == 3) {
        assert_false(window.dim);
        assert_string_equal(window.centre, "");
        assert_string_equal(window.state, "");
        control_set_recording(control, "out.mkv");
    }
    if (number == 4) {
        assert_string_equal(window.state, "\u25CF recording\n");
        assert_has(window.title, " - recording");
        window.action = ACTION_QUIT;
    }
}

static void test_states(void **state)
{
    (void)state;
    view.live = 1;
    run(lose_and_find);
}

static void look_at_latency(int number)
{
    if (number == 1) {
        publish(now - 40000000);
        window.stale = 1;
    }
    if (number == 2) {
        Facts facts;
        control_get_facts(control, &facts);
        assert_true(facts.latency_ms == 40);
        window.stale = 1; /* the same picture again, later: this is no latency */
    }
    if (number == 3) {
        Facts facts;
        control_get_facts(control, &facts);
        assert_true(facts.latency_ms == 40);
        assert_int_equal(window.pictures, 1);
    }
    if (number == 8) {
        assert_has(window.status, "latency\t40 ms\n");
        window.action = ACTION_QUIT;
    }
}

static void test_latency_of_live_pictures(void **state)
{
    (void)state;
    view.live = 1;
    run(look_at_latency);
}

static void look_at_a_clip(int number)
{
    if (number == 0)
        publish(0);
    if (number == 8) {
        assert_lacks(window.status, "latency");
        assert_lacks(window.status, "skipped");
        window.action = ACTION_QUIT;
    }
}

static void test_a_clip_has_no_latency(void **state)
{
    (void)state;
    run(look_at_a_clip);
}

static int64_t noticed;

static void notice(int number)
{
    if (number == 1) {
        control_notice(control, "saved a.png");
        noticed = now;
    }
    if (number > 1 && now < noticed + 3 * second)
        assert_string_equal(window.notice, "saved a.png");
    if (now > noticed + 13 * second / 4 && number > 1) {
        assert_string_equal(window.notice, "");
        window.action = ACTION_QUIT;
    }
}

static void test_a_notice_goes_away(void **state)
{
    (void)state;
    run(notice);
}

static void idle(int number)
{
    if (number == 5)
        window.shows = 0;
    if (now > 1010 * second)
        window.action = ACTION_QUIT;
}

static void test_nothing_is_drawn_when_nothing_changes(void **state)
{
    (void)state;
    run(idle);
    assert_int_equal(window.shows, 0);
    assert_true(window.moments < 100); /* about five times a second, it sleeps in between */
}

/* ---- keys --------------------------------------------------------------------------------------- */

static const Action script[] = {
    ACTION_PAUSE,          ACTION_PAUSE,          ACTION_STEP,     ACTION_THRESHOLD_UP,
    ACTION_THRESHOLD_DOWN, ACTION_THRESHOLD_DOWN, ACTION_SNAPSHOT, ACTION_CLEAN_SNAPSHOT,
    ACTION_RECORD,         ACTION_ALPHA_DOWN,     ACTION_ALPHA_UP, ACTION_RHO_UP,
    ACTION_RHO_DOWN,       ACTION_AUTO,           ACTION_AUTO,     ACTION_STATISTICS,
    ACTION_STATISTICS,     ACTION_HELP,           ACTION_HELP,     ACTION_FULLSCREEN,
    ACTION_QUIT,
};
enum { SCRIPT = sizeof script / sizeof *script };

/* What the action before has done. */
static void look(Action action, int times)
{
    switch (action) {
    case ACTION_PAUSE:
        assert_int_equal(control_paused(control), times == 1);
        assert_string_equal(window.state, times == 1 ? "paused\n" : "");
        assert_int_equal(window.awake, times != 1);
        break;
    case ACTION_STEP:
        assert_true(control_paused(control));
        break;
    case ACTION_THRESHOLD_UP:
        assert_true(control_threshold(control) == 0.35);
        assert_string_equal(window.notice, "threshold 0.35");
        assert_has(window.status, "threshold\t0.35"); /* at once */
        break;
    case ACTION_THRESHOLD_DOWN:
        assert_true(control_threshold(control) == (times == 1 ? 0.30 : 0.25));
        break;
    case ACTION_SNAPSHOT:
        assert_true(control_take_wish(control, WISH_SNAPSHOT));
        break;
    case ACTION_CLEAN_SNAPSHOT:
        assert_true(control_take_wish(control, WISH_CLEAN_SNAPSHOT));
        assert_false(control_take_wish(control, WISH_SNAPSHOT));
        break;
    case ACTION_RECORD:
        assert_true(control_take_wish(control, WISH_RECORD));
        break;
    case ACTION_ALPHA_DOWN:
        assert_int_equal(alpha_steps, -1);
        break;
    case ACTION_ALPHA_UP:
        assert_int_equal(alpha_steps, -9);
        break;
    case ACTION_RHO_UP:
        assert_int_equal(size_steps, 1);
        break;
    case ACTION_RHO_DOWN:
        assert_int_equal(size_steps, 9);
        break;
    case ACTION_AUTO:
        assert_int_equal(automatic, times == 1);
        break;
    case ACTION_STATISTICS:
        assert_int_equal(window.status[0] == '\0', times == 1);
        break;
    case ACTION_HELP:
        assert_int_equal(window.status[0] == '\0', times == 1); /* the list takes its place */
        assert_int_equal(window.centre[0] == '\0', times != 1);
        break;
    default:
        break;
    }
}

static void press(int number)
{
    int times = 0;
    for (int i = 0; number > 0 && i < number; i++)
        times += script[i] == script[number - 1];
    if (number > 0)
        look(script[number - 1], times);
    window.action = script[number];
}

static void test_keys(void **state)
{
    (void)state;
    window.most_moments = SCRIPT;
    run(press);
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
        TEST(test_nothing_ends_while_paused),
        TEST(test_a_window_that_fails),
        TEST(test_a_photo_has_no_rates),
        TEST(test_states),
        TEST(test_latency_of_live_pictures),
        TEST(test_a_clip_has_no_latency),
        TEST(test_a_notice_goes_away),
        TEST(test_nothing_is_drawn_when_nothing_changes),
        TEST(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
