#include "app/window/view.h"

#include "app/window/view_text.h"
#include "base/clock.h"
#include <stdio.h>
#include <string.h>

static const int64_t notice_ns = 3000000000; /* how long a notice is shown */
static const int64_t refresh_ns = 500000000; /* of the numbers: slow enough to be read */
enum {
    LONGEST_WAIT_MS = 200, /* a signal does not wake us */
    THRESHOLD_STEP = 5,    /* hundredths */
};

/* What is on the screen besides the picture. */
typedef struct Texts {
    char status[512], state[128], centre[1024], notice[CONTROL_TEXT], title[512];
    int dim;
} Texts;

typedef struct Loop {
    const View *view;
    int statistics, help; /* shown */
    int has_picture;
    int notice;           /* the number of the latest one */
    int64_t notice_until; /* ns */
    int64_t refresh_at;   /* ns */
    Facts facts;
    Texts texts, shown;
} Loop;

static void move_threshold(Control *control, int hundredths)
{
    control_notice(control, "threshold %.2f", control_move_threshold(control, hundredths));
}

static void act(Loop *loop, Action action)
{
    const View *view = loop->view;
    Control *control = view->control;
    loop->refresh_at = 0;
    switch (action) {
    case ACTION_QUIT:
        control_quit(control);
        break;
    case ACTION_PAUSE:
        control_pause(control, !control_paused(control));
        break;
    case ACTION_STEP:
        control_step(control);
        break;
    case ACTION_SNAPSHOT:
        control_wish(control, WISH_SNAPSHOT);
        break;
    case ACTION_CLEAN_SNAPSHOT:
        control_wish(control, WISH_CLEAN_SNAPSHOT);
        break;
    case ACTION_RECORD:
        control_wish(control, WISH_RECORD);
        break;
    case ACTION_ALPHA_DOWN:
    case ACTION_ALPHA_UP:
        steering_step_alpha(&view->steering, action == ACTION_ALPHA_UP ? 1 : -1);
        break;
    case ACTION_RHO_DOWN:
    case ACTION_RHO_UP:
        steering_step_size(&view->steering, action == ACTION_RHO_UP ? 1 : -1);
        break;
    case ACTION_AUTO:
        steering_set_automatic(&view->steering, !control_automatic(control));
        break;
    case ACTION_THRESHOLD_UP:
        move_threshold(control, THRESHOLD_STEP);
        break;
    case ACTION_THRESHOLD_DOWN:
        move_threshold(control, -THRESHOLD_STEP);
        break;
    case ACTION_STATISTICS:
        loop->statistics = !loop->statistics;
        break;
    case ACTION_HELP:
        loop->help = !loop->help;
        break;
    case ACTION_FULLSCREEN: /* the window's own */
    case ACTION_NONE:
    case ACTION_COUNT:
        break;
    }
}

/* Numbers change all the time and are renewed now and then, what the user changes at once. */
static void update_status(Loop *loop, const Facts *before, int64_t now)
{
    const Facts *facts = &loop->facts;
    if (facts->alpha != before->alpha || facts->size != before->size || facts->automatic != before->automatic)
        loop->refresh_at = 0;
    if (now < loop->refresh_at)
        return;
    loop->refresh_at = now + refresh_ns;
    loop->texts.status[0] = '\0';
    if (loop->statistics && !loop->help)
        view_text_status(loop->texts.status, sizeof loop->texts.status, loop->view, facts);
}

static void update_notice(Loop *loop, int64_t now)
{
    char text[CONTROL_TEXT];
    int number = control_get_notice(loop->view->control, text);
    if (number != loop->notice) {
        loop->notice = number;
        loop->notice_until = now + notice_ns;
        memcpy(loop->texts.notice, text, sizeof text);
    } else if (now >= loop->notice_until) {
        loop->texts.notice[0] = '\0';
    }
}

static void update_centre(Loop *loop)
{
    char *centre = loop->texts.centre;
    size_t size = sizeof loop->texts.centre;
    centre[0] = '\0';
    if (loop->help)
        view_text_help(centre, size);
    else if (loop->facts.lost[0])
        snprintf(centre, size, "camera lost: %s", loop->facts.lost);
    else if (loop->view->live && !loop->has_picture)
        snprintf(centre, size, "waiting for the camera\u2026");
}

static void update_texts(Loop *loop)
{
    const View *view = loop->view;
    Texts *texts = &loop->texts;
    int64_t now = clock_now_ns();
    Facts before = loop->facts;
    control_get_facts(view->control, &loop->facts);
    update_status(loop, &before, now);
    update_notice(loop, now);
    update_centre(loop);
    view_text_state(texts->state, sizeof texts->state, view, &loop->facts);
    view_text_title(texts->title, sizeof texts->title, view, &loop->facts);
    texts->dim = loop->facts.lost[0] != '\0';
}

static int show(Loop *loop, const Frame *picture, Error *error)
{
    const View *view = loop->view;
    const Texts *texts = &loop->texts;
    const Overlay overlay = {texts->status, texts->state, texts->centre, texts->notice, texts->dim};
    if (window_show(view->window, picture, &overlay, error))
        return -1;
    if (picture && view->live)
        control_shown(view->control, clock_ms_since(picture->time_ns));
    if (strcmp(texts->title, loop->shown.title))
        window_set_title(view->window, texts->title);
    loop->shown = *texts;
    return 0;
}

/* Until numbers or a notice are due. */
static int time_to_wait(const Loop *loop)
{
    int64_t now = clock_now_ns(), until = now + LONGEST_WAIT_MS * 1000000;
    if (loop->statistics && loop->refresh_at < until)
        until = loop->refresh_at;
    if (loop->texts.notice[0] && loop->notice_until < until)
        until = loop->notice_until;
    return until > now ? (int)((until - now + 999999) / 1000000) : 0;
}

/* One round. Returns nonzero when it was the last one: -1 with error. */
static int go_round(Loop *loop, Error *error)
{
    const View *view = loop->view;
    for (Action action = window_wait(view->window, time_to_wait(loop)); action != ACTION_NONE;
         action = window_wait(view->window, 0))
        act(loop, action);
    if (control_stopped(view->control))
        return 1;
    update_texts(loop); /* before the picture is taken: the last one comes before the end is told */
    const Frame *picture = mailbox_take(view->pictures);
    if (picture && !loop->has_picture) {
        loop->has_picture = 1;
        update_centre(loop);
    }
    int paused = control_paused(view->control), ended = loop->facts.ended;
    window_keep_awake(view->window, !paused && !ended && !view->still && !loop->facts.lost[0]);
    if (picture || window_is_stale(view->window) || memcmp(&loop->texts, &loop->shown, sizeof loop->texts))
        if (show(loop, picture, error))
            return -1;
    return ended && !paused;
}

int view_run(const View *view, Error *error)
{
    Loop loop = {.view = view, .statistics = 1};
    int ended;
    while (!(ended = go_round(&loop, error)))
        ;
    return ended < 0 ? -1 : 0;
}
