#include "app/window/view.h"

#include "app/run/command.h"
#include "app/run/objects.h"
#include "app/window/view_text.h"
#include "base/clock.h"
#include <stdio.h>
#include <string.h>

_Static_assert(CANVAS_MAX_PICTURES >= RUN_MAX_INPUTS, "a picture for each input");

static const int64_t notice_ns = 3000000000; /* how long a notice is shown */
static const int64_t refresh_ns = 500000000; /* of the numbers: slow enough to be read */
enum { LONGEST_WAIT_MS = 200 };              /* a signal does not wake us */

/* What is on the screen besides the pictures. */
typedef struct Texts {
    char status[512], state[128], centre[1024], notice[NOTICE_TEXT], title[512];
    int alone; /* the input that is shown alone, -1: all */
    struct {
        char label[STATUS_TEXT], centre[STATUS_TEXT + 32];
        bool dim;
    } tiles[RUN_MAX_INPUTS]; /* of each input */
} Texts;

typedef struct Loop {
    const View *view;
    int first, end;                   /* the inputs that are shown, from first up to but not including end */
    int64_t numbers[RUN_MAX_INPUTS];  /* of the observation of each input that was shown last */
    int64_t captured[RUN_MAX_INPUTS]; /* ns, of a live picture that is about to be shown; 0: there is none */
    InputText inputs[RUN_MAX_INPUTS];
    NetworkText network;
    StateText state;
    char clicks[RUN_MAX_INPUTS][24]; /* commands */
    DrawBox boxes[OBSERVATION_MAX_OBJECTS];
    int notice;           /* the number of the latest one */
    int64_t notice_until; /* ns */
    int64_t refresh_at;   /* ns */
    Texts texts, shown;
} Loop;

/* ---- commands ----------------------------------------------------------------------------------- */

/* Until numbers or a notice are due. */
static int time_to_wait(const Loop *loop)
{
    int64_t now = clock_now_ns(), until = now + LONGEST_WAIT_MS * 1000000;
    if (atomic_load(&loop->view->run->view.statistics) && loop->refresh_at < until)
        until = loop->refresh_at;
    if (loop->texts.notice[0] && loop->notice_until < until)
        until = loop->notice_until;
    return until > now ? (int)((until - now + 999999) / 1000000) : 0;
}

static int take_commands(Loop *loop, Error *error)
{
    const View *view = loop->view;
    const char *command;
    for (int timeout_ms = time_to_wait(loop);; timeout_ms = 0) {
        Error why;
        if (window_wait(view->window, timeout_ms, &command, error))
            return -1;
        if (!command)
            return 0;
        if (run_command(view->run, command, &why))
            notices_post(&view->run->notices, "%s", why.message);
        loop->refresh_at = 0;
    }
}

/* ---- texts -------------------------------------------------------------------------------------- */

/* Which inputs are shown, and what is known of them. */
static void update_inputs(Loop *loop)
{
    const Run *run = loop->view->run;
    const int alone = atomic_load(&run->view.alone);
    loop->texts.alone = alone;
    loop->first = alone < 0 ? 0 : alone;
    loop->end = alone < 0 ? run->channel_count : alone + 1;
    loop->state = (StateText){0};
    for (int i = loop->first; i < loop->end; i++) {
        Channel *channel = run->channels[i];
        InputText *input = &loop->inputs[i];
        status_get(channel_status(channel), &input->report);
        input->paused = channel_paused(channel);
        input->threshold = channel_threshold(channel);
        loop->state.lost |= input->report.lost[0] != '\0';
        loop->state.recording |= input->report.recording[0] != '\0';
        loop->state.paused |= input->paused;
    }
}

static bool is_mosaic(const Loop *loop)
{
    return loop->end - loop->first > 1;
}

static void set_network(Loop *loop, double alpha, int size, bool automatic)
{
    NetworkText *network = &loop->network;
    if (alpha != network->alpha || size != network->size || automatic != network->automatic)
        loop->refresh_at = 0;
    network->alpha = alpha;
    network->size = size;
    network->automatic = automatic;
}

/* Numbers change all the time and are renewed now and then, what the user changes at once. */
static void update_numbers(Loop *loop, int64_t now)
{
    const RunView *shows = &loop->view->run->view;
    const bool statistics = atomic_load(&shows->statistics), help = atomic_load(&shows->help);
    Texts *texts = &loop->texts;
    if (now < loop->refresh_at)
        return;
    loop->refresh_at = now + refresh_ns;
    texts->status[0] = '\0';
    if (statistics && !help && !is_mosaic(loop))
        view_text_status(texts->status, sizeof texts->status, &loop->inputs[loop->first], &loop->network);
    for (int i = loop->first; i < loop->end; i++) {
        texts->tiles[i].label[0] = '\0';
        if (is_mosaic(loop))
            view_text_label(texts->tiles[i].label, sizeof texts->tiles[i].label, &loop->inputs[i],
                            statistics);
    }
}

static void update_notice(Loop *loop, int64_t now)
{
    char text[NOTICE_TEXT];
    int number = notices_get(&loop->view->run->notices, text);
    if (number != loop->notice) {
        loop->notice = number;
        loop->notice_until = now + notice_ns;
        memcpy(loop->texts.notice, text, sizeof text);
    } else if (now >= loop->notice_until) {
        loop->texts.notice[0] = '\0';
    }
}

/* Why there is no picture is said in the place of the picture; of the only one, in the middle of the window.
 */
static void update_centres(Loop *loop)
{
    Texts *texts = &loop->texts;
    const bool help = atomic_load(&loop->view->run->view.help);
    texts->centre[0] = '\0';
    for (int i = loop->first; i < loop->end; i++) {
        char *centre = texts->tiles[i].centre;
        view_text_obstacle(centre, sizeof texts->tiles[i].centre, &loop->inputs[i]);
        texts->tiles[i].dim = loop->inputs[i].report.lost[0] != '\0';
        if (is_mosaic(loop))
            continue;
        snprintf(texts->centre, sizeof texts->centre, "%s", centre);
        centre[0] = '\0';
    }
    if (help)
        view_text_help(texts->centre, sizeof texts->centre);
}

static void update_title(Loop *loop)
{
    const View *view = loop->view;
    char inputs[32];
    const char *name = view->names[loop->first];
    if (is_mosaic(loop)) {
        snprintf(inputs, sizeof inputs, "%d inputs", view->run->channel_count);
        name = inputs;
    }
    view_text_title(loop->texts.title, sizeof loop->texts.title, name, &loop->network, &loop->state);
}

static void update_texts(Loop *loop)
{
    const int64_t now = clock_now_ns();
    update_numbers(loop, now);
    update_notice(loop, now);
    update_centres(loop);
    update_title(loop);
    view_text_state(loop->texts.state, sizeof loop->texts.state, &loop->state);
}

/* ---- pictures ----------------------------------------------------------------------------------- */

static int set_picture(Loop *loop, const Observation *observation, Error *error)
{
    const View *view = loop->view;
    for (int i = 0; i < observation->count; i++)
        loop->boxes[i] =
            object_box(&observation->objects[i], view->classes, observation->width, observation->height);
    return window_set_picture(view->window, observation->source, observation->frame, loop->boxes,
                              observation->count, error);
}

/* Gives the window the pictures that are new; *any: whether there are some. */
static int take_pictures(Loop *loop, bool *any, Error *error)
{
    Run *run = loop->view->run;
    double alpha = loop->network.alpha;
    int size = loop->network.size;
    for (int i = loop->first; i < loop->end; i++) {
        Observation *observation = channel_take_shown(run->channels[i], &loop->numbers[i]);
        if (!observation)
            continue;
        const int failed = set_picture(loop, observation, error);
        *any = true;
        loop->inputs[i].has_picture = true;
        loop->captured[i] = observation->captured_ns;
        if (observation->size) {
            alpha = observation->alpha;
            size = observation->size;
        }
        observation_unref(observation);
        if (failed)
            return -1;
    }
    set_network(loop, alpha, size, model_choice_is_automatic(run->choice));
    return 0;
}

static void report_latencies(Loop *loop)
{
    for (int i = loop->first; i < loop->end; i++) {
        if (loop->captured[i])
            status_shown(channel_status(loop->view->run->channels[i]), clock_ms_since(loop->captured[i]));
        loop->captured[i] = 0;
    }
}

static int show(Loop *loop, Error *error)
{
    const View *view = loop->view;
    const Texts *texts = &loop->texts;
    const Overlay overlay = {texts->status, texts->state, texts->centre, texts->notice};
    Tile tiles[RUN_MAX_INPUTS];
    int count = 0;
    for (int i = loop->first; i < loop->end; i++) {
        const char *click = view->run->channel_count == 1 ? NULL
                            : is_mosaic(loop)             ? loop->clicks[i]
                                                          : "alone 0";
        tiles[count++] = (Tile){i, texts->tiles[i].label, texts->tiles[i].centre, texts->tiles[i].dim, click};
    }
    if (window_show(view->window, tiles, count, &overlay, error))
        return -1;
    report_latencies(loop);
    if (strcmp(texts->title, loop->shown.title))
        window_set_title(view->window, texts->title);
    loop->shown = *texts;
    return 0;
}

/* ---- the loop ----------------------------------------------------------------------------------- */

/* Something moves. */
static bool is_alive(const Loop *loop)
{
    bool alive = false;
    for (int i = loop->first; i < loop->end; i++) {
        const InputText *input = &loop->inputs[i];
        alive |= !input->paused && !input->still && !input->report.ended && !input->report.lost[0];
    }
    return alive;
}

/* One round. Returns nonzero when it was the last one: -1 with error. */
static int run_once(Loop *loop, Error *error)
{
    const View *view = loop->view;
    bool has_new = false;
    if (take_commands(loop, error))
        return -1;
    if (atomic_load(view->run->stop))
        return 1;
    const bool over = run_is_over(view->run); /* asked before the pictures are taken: none comes after it */
    update_inputs(loop);
    if (take_pictures(loop, &has_new, error))
        return -1;
    update_texts(loop);
    window_set_full_screen(view->window, atomic_load(&view->run->view.full_screen));
    window_keep_awake(view->window, is_alive(loop));
    if (has_new || window_is_stale(view->window) || memcmp(&loop->texts, &loop->shown, sizeof loop->texts))
        if (show(loop, error))
            return -1;
    return over;
}

int view_run(const View *view, Error *error)
{
    const Run *run = view->run;
    Loop loop = {.view = view, .network = {.threads = view->threads, .isa = view->isa}};
    for (int i = 0; i < run->channel_count; i++) {
        const Input *input = channel_setup(run->channels[i])->input;
        loop.inputs[i] = (InputText){.name = view->names[i], .live = input->live, .still = input->still};
        snprintf(loop.clicks[i], sizeof loop.clicks[i], "alone %d", i + 1);
    }
    int ended;
    while (!(ended = run_once(&loop, error)))
        ;
    return ended < 0 ? -1 : 0;
}
