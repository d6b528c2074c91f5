#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/app/window/view_fakes.h"
#include "vision/frame_pool.h"
#include <stdio.h>

enum { POOL = 8 };

Window window;
View view;
Run run;
Channel channels[INPUTS];
static ObservationPool *observations;
static FramePool *frames;
atomic_int stop;
bool over;
int64_t now; /* ns */
int alpha_steps, size_steps;
bool automatic;

int64_t clock_now_ns(void)
{
    return now;
}

/* ---- the window --------------------------------------------------------------------------------- */

int window_wait(Window *it, int timeout_ms, const char **command, Error *error)
{
    *command = it->command;
    it->command = NULL;
    assert_true(++it->waits < 10000); /* it does not turn in circles */
    if (it->is_gone)
        return error_set(error, "gone");
    if (*command || (timeout_ms == 0 && it->moments))
        return 0;
    assert_in_range(timeout_ms, 0, 1000); /* never for ever */
    now += timeout_ms * 1000000LL;
    assert_true(it->moments < it->most_moments); /* the loop should have ended */
    if (it->moment)
        it->moment(it->moments);
    it->moments++;
    *command = it->command;
    it->command = NULL;
    return 0;
}

bool window_is_stale(const Window *it)
{
    return it->stale;
}

int window_set_picture(Window *it, int number, const Frame *picture, const DrawBox *boxes, int count,
                       Error *error)
{
    (void)error;
    assert_in_range(number, 0, INPUTS - 1);
    assert_int_equal(picture->format, PIXEL_I420);
    it->pictures++;
    it->places[number].pictures++;
    it->places[number].boxes = count;
    if (count)
        it->places[number].box = boxes[0];
    return 0;
}

int window_show(Window *it, const Tile *tiles, int count, const Overlay *overlay, Error *error)
{
    if (it->fails)
        return error_set(error, "broken");
    it->shows++;
    it->stale = false;
    it->count = count;
    for (int i = 0; i < INPUTS; i++)
        it->places[i].shown = false;
    for (int i = 0; i < count; i++) {
        Place *place = &it->places[tiles[i].picture];
        assert_true(i == 0 || tiles[i].picture > tiles[i - 1].picture);
        snprintf(place->label, sizeof place->label, "%s", tiles[i].label);
        snprintf(place->centre, sizeof place->centre, "%s", tiles[i].centre);
        snprintf(place->click, sizeof place->click, "%s", tiles[i].click ? tiles[i].click : "");
        place->dim = tiles[i].dim;
        place->shown = true;
    }
    snprintf(it->status, sizeof it->status, "%s", overlay->status);
    snprintf(it->state, sizeof it->state, "%s", overlay->state);
    snprintf(it->centre, sizeof it->centre, "%s", overlay->centre);
    snprintf(it->notice, sizeof it->notice, "%s", overlay->notice);
    return 0;
}

void window_set_title(Window *it, const char *title)
{
    snprintf(it->title, sizeof it->title, "%s", title);
}

void window_set_full_screen(Window *it, bool full)
{
    it->full_screen = full;
}

void window_keep_awake(Window *it, bool awake)
{
    it->awake = awake;
}

/* ---- the run ------------------------------------------------------------------------------------ */

void run_end(Run *it, int reason)
{
    atomic_store(it->stop, reason);
}

bool run_is_over(Run *it)
{
    (void)it;
    return over;
}

const ChannelSetup *channel_setup(const Channel *channel)
{
    return &channel->setup;
}

Status *channel_status(Channel *channel)
{
    return channel->status;
}

void channel_set_paused(Channel *channel, bool paused)
{
    channel->paused = paused;
}

bool channel_paused(Channel *channel)
{
    return channel->paused;
}

void channel_step(Channel *channel)
{
    channel->paused = true;
    channel->steps++;
}

double channel_move_threshold(Channel *channel, int hundredths)
{
    return channel->threshold += hundredths / 100.0;
}

double channel_threshold(const Channel *channel)
{
    return channel->threshold;
}

void channel_command(Channel *channel, SinkCommand command)
{
    channel->commands[command]++;
}

Observation *channel_take_shown(Channel *channel, int64_t *number)
{
    if (!channel->shown || channel->number == *number)
        return NULL;
    *number = channel->number;
    return observation_ref(channel->shown);
}

static int step(int *steps, int by, NetworkPoint *point)
{
    *steps = *steps * 10 + by;
    *point = (NetworkPoint){.alpha = 0.5, .size = 192};
    automatic = false;
    return 0;
}

int model_choice_step_alpha(ModelChoice *choice, int by, NetworkPoint *point, Error *error)
{
    (void)choice, (void)error;
    return step(&alpha_steps, by, point);
}

int model_choice_step_size(ModelChoice *choice, int by, NetworkPoint *point, Error *error)
{
    (void)choice, (void)error;
    return step(&size_steps, by, point);
}

void model_choice_set_automatic(ModelChoice *choice, bool on)
{
    (void)choice;
    automatic = on;
}

bool model_choice_is_automatic(ModelChoice *choice)
{
    (void)choice;
    return automatic;
}

/* ---- each test ---------------------------------------------------------------------------------- */

static const char *const names[INPUTS] = {"clip.mp4", "door", "yard"};
static const char *const classes[] = {"person", "cat"};

int set_up(void **state)
{
    (void)state;
    atomic_store(&stop, 0);
    over = automatic = false;
    now = 1000 * INT64_C(1000000000);
    alpha_steps = size_steps = 0;
    window = (Window){.most_moments = 1000, .stale = true};
    observations = observation_pool_create(POOL);
    frames = frame_pool_create(POOL);
    run = (Run){.stop = &stop, .channel_count = 1};
    notices_init(&run.notices);
    atomic_init(&run.view.statistics, true);
    atomic_init(&run.view.alone, -1);
    for (int i = 0; i < INPUTS; i++) {
        channels[i] = (Channel){.threshold = 0.3, .status = status_create()};
        channels[i].setup.input = &channels[i].input;
        run.channels[i] = &channels[i];
    }
    view = (View){
        .window = &window, .run = &run, .names = names, .classes = classes, .threads = 2, .isa = "avx2"};
    return observations && frames ? 0 : -1;
}

/* All references come back: the pools see to that under the address sanitizer. */
int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < INPUTS; i++) {
        observation_unref(channels[i].shown);
        status_destroy(channels[i].status);
    }
    Observation *rest[POOL];
    for (int i = 0; i < POOL; i++)
        assert_non_null(rest[i] = observation_take(observations));
    for (int i = 0; i < POOL; i++)
        observation_unref(rest[i]);
    observation_pool_destroy(observations);
    frame_pool_destroy(frames);
    notices_finish(&run.notices);
    return 0;
}

void publish(int input, int64_t captured_ns)
{
    Channel *channel = &channels[input];
    Observation *observation = observation_take(observations);
    assert_non_null(observation);
    Frame *frame = frame_pool_take(frames);
    assert_int_equal(frame_alloc(frame, PIXEL_I420, 16, 16), 0);
    *observation = (Observation){.source = input,
                                 .width = 16,
                                 .height = 16,
                                 .captured_ns = captured_ns,
                                 .frame = frame,
                                 .alpha = 0.5,
                                 .size = 192,
                                 .count = 1,
                                 .objects = {{.box = {0.25f, 0.5f, 0.5f, 1, 0.75f, 1}}},
                                 .pool = observations,
                                 .references = 1};
    observation_unref(channel->shown);
    channel->shown = observation;
    channel->number++;
}
