/* Every command, on one input alone and on all, and what is refused. */
#include "app/run/command.h"
#include "tests/app/run/rig.h"
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 3 };

/* A sink that notes commands. */
typedef struct Listener {
    Sink sink;
    int commands[3];
} Listener;

static RigClip clips[INPUTS];
static Listener *listeners[INPUTS];

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    (void)sink, (void)observation, (void)error;
    return SINK_OK;
}

static SinkResult finish(Sink *sink, Error *error)
{
    (void)sink, (void)error;
    return SINK_OK;
}

static bool command(Sink *sink, SinkCommand it)
{
    ((Listener *)sink)->commands[it]++;
    return false;
}

static void destroy(Sink *sink)
{
    free(sink);
}

/* Three paused clips that have shown their first picture. */
static int set_up(void **state)
{
    static const SinkDriver driver = {.name = "listener",
                                      .wants = SINK_WANTS_PICTURES,
                                      .queue_length = 1,
                                      .take = take,
                                      .finish = finish,
                                      .command = command,
                                      .destroy = destroy};
    if (rig_set_up(state))
        return -1;
    Rig *rig = *state;
    for (int i = 0; i < INPUTS; i++) {
        rig_clip_init(&clips[i], 3);
        ChannelSetup setup = rig_setup(&clips[i].input);
        setup.shows = true;
        Channel *channel = rig_add(rig, &setup);
        channel_set_paused(channel, true);
        listeners[i] = calloc(1, sizeof *listeners[i]);
        listeners[i]->sink.driver = &driver;
        rig_add_sink(rig, channel, &listeners[i]->sink);
    }
    rig->run.has_window = true;
    rig_start(rig);
    for (int i = 0; i < INPUTS; i++)
        observation_unref(rig_wait_shown(rig->run.channels[i], 0));
    return 0;
}

static int tear_down(void **state)
{
    const int failed = rig_tear_down(state); /* ends the run */
    for (int i = 0; i < INPUTS; i++)
        rig_clip_finish(&clips[i]);
    return failed;
}

static void give(Rig *rig, const char *text)
{
    if (run_command(&rig->run, text, &rig->error))
        fail_msg("%s", rig->error.message);
}

static void assert_notice(Rig *rig, const char *expected)
{
    char notice[NOTICE_TEXT];
    notices_get(&rig->run.notices, notice);
    assert_string_equal(notice, expected);
}

static void assert_refused(Rig *rig, const char *text, const char *expected)
{
    rig->error = (Error){0};
    assert_int_equal(run_command(&rig->run, text, &rig->error), -1);
    assert_string_equal(rig->error.message, expected);
}

static void what_is_no_command_is_refused(void **state)
{
    Rig *rig = *state;
    assert_refused(rig, "paus", "there is no command 'paus'");
    assert_refused(rig, "pausee", "there is no command 'pausee'");
    assert_refused(rig, "", "there is no command ''");
    assert_refused(rig, "pause now", "command 'pause now': expected 'pause'");
    assert_refused(rig, "alpha", "command 'alpha': expected 'alpha up|down'");
    assert_refused(rig, "alpha sideways", "command 'alpha sideways': expected 'alpha up|down'");
    assert_refused(rig, "size 224", "command 'size 224': expected 'size up|down'");
    assert_refused(rig, "threshold 5", "command 'threshold 5': expected 'threshold up|down'");
    assert_refused(rig, "snapshot all", "command 'snapshot all': expected 'snapshot boxes|clean'");
    assert_refused(rig, "alone -1", "command 'alone -1': expected 'alone NUMBER|toggle'");
    assert_refused(rig, "alone two", "command 'alone two': expected 'alone NUMBER|toggle'");
    for (int i = 0; i < INPUTS; i++) {
        assert_true(channel_paused(rig->run.channels[i]));
        assert_true(channel_threshold(rig->run.channels[i]) == 0.3);
        for (int k = 0; k < 3; k++)
            assert_int_equal(listeners[i]->commands[k], 0);
    }
}

/* The table is what keys and help are made from. */
static void every_command_says_what_it_does(void **state)
{
    (void)state;
    for (int i = 0; i < run_command_count; i++) {
        const RunCommand *it = &run_command_table[i];
        assert_true(*it->name && *it->help && it->run);
        assert_null(strchr(it->name, ' '));
        assert_true(it->help[strlen(it->help) - 1] != '.');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(it->name, run_command_table[k].name);
    }
}

static void quit_ends_the_run(void **state)
{
    Rig *rig = *state;
    give(rig, "quit");
    assert_int_equal(atomic_load(&rig->stop), RUN_QUIT);
    assert_true(run_is_over(&rig->run));
}

static void the_view_is_switched(void **state)
{
    Rig *rig = *state;
    RunView *view = &rig->run.view;
    const struct {
        const char *name;
        atomic_bool *flag;
    } switches[] = {
        {"statistics", &view->statistics}, {"help", &view->help}, {"full-screen", &view->full_screen}};
    for (size_t i = 0; i < 3; i++) {
        const bool before = atomic_load(switches[i].flag);
        give(rig, switches[i].name);
        assert_int_equal(atomic_load(switches[i].flag), !before);
        give(rig, switches[i].name);
        assert_int_equal(atomic_load(switches[i].flag), before);
    }
    assert_true(atomic_load(&view->statistics));
    assert_false(atomic_load(&view->help) || atomic_load(&view->full_screen));
}

static void one_is_shown_alone(void **state)
{
    Rig *rig = *state;
    atomic_int *alone = &rig->run.view.alone;
    assert_int_equal(atomic_load(alone), -1);
    give(rig, "alone 2");
    assert_int_equal(atomic_load(alone), 1);
    give(rig, "alone 3");
    assert_int_equal(atomic_load(alone), 2);
    give(rig, "alone 4"); /* there is none: all */
    assert_int_equal(atomic_load(alone), -1);
    give(rig, "alone toggle");
    assert_int_equal(atomic_load(alone), 0);
    give(rig, "alone toggle");
    assert_int_equal(atomic_load(alone), -1);
    give(rig, "alone 2");
    give(rig, "alone 0");
    assert_int_equal(atomic_load(alone), -1);
}

static void pause_acts_on_all_or_one(void **state)
{
    Rig *rig = *state;
    Channel **channels = rig->run.channels;
    give(rig, "alone 2");
    channel_set_paused(channels[1], true);
    for (int i = 0; i < 3; i++) { /* the clip is short, but ends its own channel only */
        give(rig, "pause");
        assert_int_equal(channel_paused(channels[1]), i % 2);
        assert_true(channel_paused(channels[0]) && channel_paused(channels[2]));
    }
    give(rig, "alone 0");
    give(rig, "pause"); /* the first one decides */
    for (int i = 0; i < INPUTS; i++)
        assert_false(channel_paused(channels[i]));
    give(rig, "pause");
    for (int i = 0; i < INPUTS; i++)
        assert_true(channel_paused(channels[i]));
}

static void step_acts_on_all_or_one(void **state)
{
    Rig *rig = *state;
    Channel **channels = rig->run.channels;
    give(rig, "alone 3");
    give(rig, "step");
    observation_unref(rig_wait_shown(channels[2], 1));
    give(rig, "alone 0");
    give(rig, "step");
    observation_unref(rig_wait_shown(channels[0], 1));
    observation_unref(rig_wait_shown(channels[1], 1));
    observation_unref(rig_wait_shown(channels[2], 2));
}

static void the_threshold_moves_in_hundredths(void **state)
{
    Rig *rig = *state;
    Channel **channels = rig->run.channels;
    give(rig, "threshold up");
    assert_notice(rig, "threshold 0.35");
    give(rig, "alone 2");
    give(rig, "threshold down");
    give(rig, "threshold down");
    assert_notice(rig, "threshold 0.25");
    assert_true(channel_threshold(channels[0]) == 0.35);
    assert_true(channel_threshold(channels[1]) == 0.25);
    assert_true(channel_threshold(channels[2]) == 0.35);
    assert_true(channel_move_threshold(channels[0], -99) == 0.01);
    assert_true(channel_move_threshold(channels[0], 300) == 0.99);
    give(rig, "alone 1");
    give(rig, "threshold up");
    assert_notice(rig, "threshold 0.99");
}

/* As it was given, until somebody moves it. */
static void an_odd_threshold_is_kept(void **state)
{
    Rig *rig = *state;
    static RigClip clip;
    rig_clip_init(&clip, 1);
    ChannelSetup setup = rig_setup(&clip.input);
    setup.threshold = 0.3333;
    setup.inference = rig->run.inference;
    setup.choice = rig->run.choice;
    setup.notices = &rig->run.notices;
    Channel *channel = channel_create(&setup);
    assert_non_null(channel);
    assert_true(channel_threshold(channel) == 0.3333);
    assert_true(channel_move_threshold(channel, 5) == 0.38);
    assert_true(channel_threshold(channel) == 0.38);
    channel_destroy(channel);
    channel_destroy(NULL);
}

static void files_are_asked_of_all_or_one(void **state)
{
    Rig *rig = *state;
    give(rig, "record");
    give(rig, "snapshot boxes");
    give(rig, "alone 2");
    give(rig, "snapshot clean");
    give(rig, "snapshot boxes");
    give(rig, "record");
    for (int i = 0; i < INPUTS; i++) {
        assert_int_equal(listeners[i]->commands[SINK_RECORD], 1 + (i == 1));
        assert_int_equal(listeners[i]->commands[SINK_SNAPSHOT], 1 + (i == 1));
        assert_int_equal(listeners[i]->commands[SINK_CLEAN_SNAPSHOT], i == 1);
    }
}

/* ---- the network ---------------------------------------------------------------------------------- */

static void the_network_is_changed(void **state)
{
    Rig *rig = *state;
    give(rig, "size up");
    assert_notice(rig, "alpha 0.25, size 128");
    give(rig, "alpha up");
    assert_notice(rig, "alpha 0.5, size 128");
    give(rig, "alpha down");
    give(rig, "size down");
    assert_notice(rig, "alpha 0.25, size 64");
    give(rig, "size down"); /* the end of the list */
    assert_notice(rig, "alpha 0.25, size 64");
}

static void auto_is_switched_and_ends_with_a_choice(void **state)
{
    Rig *rig = *state;
    give(rig, "auto");
    assert_notice(rig, "auto: alpha and size follow the frame rate");
    assert_true(model_choice_is_automatic(rig->run.choice));
    give(rig, "auto");
    assert_notice(rig, "auto is off");
    assert_false(model_choice_is_automatic(rig->run.choice));
    give(rig, "auto");
    give(rig, "size up");
    assert_false(model_choice_is_automatic(rig->run.choice));
}

typedef struct Rival {
    ModelChoice *choice;
    atomic_bool stops;
    atomic_int requests;
} Rival;

/* What `auto` does after each frame, only more often. */
static void *request_automatically(void *argument)
{
    Rival *rival = argument;
    Error ignored;
    while (!atomic_load(&rival->stops)) {
        if (model_choice_is_automatic(rival->choice))
            model_choice_request_automatic(rival->choice, (NetworkPoint){.alpha = 0.25, .size = 64},
                                           &ignored);
        atomic_fetch_add(&rival->requests, 1);
    }
    return NULL;
}

/* However close `auto` asks for another one: after the user has chosen, that one is what is used. */
static void what_a_user_chooses_is_never_overwritten(void **state)
{
    Rig *rig = *state;
    Rival rival = {.choice = rig->run.choice};
    pthread_t thread;
    NetworkPoint point = {0};
    give(rig, "size up"); /* both are made ready first */
    for (int ms = 0; point.size != 128; ms++) {
        assert_true(ms < 60000);
        rig_sleep_ms(1);
        model_choice_detector(rig->run.choice, &point);
    }
    give(rig, "size down");
    assert_int_equal(pthread_create(&thread, NULL, request_automatically, &rival), 0);
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        model_choice_set_automatic(rig->run.choice, true);
        give(rig, "size up");
        const int before = atomic_load(&rival.requests);
        while (i % 100 == 0 && atomic_load(&rival.requests) < before + 2)
            ; /* whatever it was doing has been done */
        model_choice_detector(rig->run.choice, &point);
        wrong += point.size != 128 && i % 100 == 0;
        give(rig, "size down");
    }
    atomic_store(&rival.stops, true);
    pthread_join(thread, NULL);
    assert_int_equal(wrong, 0);
}

int main(void)
{
#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(what_is_no_command_is_refused),
        COMMAND_TEST(every_command_says_what_it_does),
        COMMAND_TEST(quit_ends_the_run),
        COMMAND_TEST(the_view_is_switched),
        COMMAND_TEST(one_is_shown_alone),
        COMMAND_TEST(pause_acts_on_all_or_one),
        COMMAND_TEST(step_acts_on_all_or_one),
        COMMAND_TEST(the_threshold_moves_in_hundredths),
        cmocka_unit_test_setup_teardown(an_odd_threshold_is_kept, rig_set_up, rig_tear_down),
        COMMAND_TEST(files_are_asked_of_all_or_one),
        COMMAND_TEST(the_network_is_changed),
        COMMAND_TEST(auto_is_switched_and_ends_with_a_choice),
        COMMAND_TEST(what_a_user_chooses_is_never_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
