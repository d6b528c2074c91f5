/*
 * Only ratios of times are kept: what a point takes relative to others, first guessed, then learned from what
 * was measured before and after each switch. Times of all points follow from that of the current one, so that
 * another load on the machine is another time for all of them at once.
 */
#include "app/run/rate_control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 8,       /* frames that are looked at */
    TOO_SLOW = 5,     /* of them take longer than the interval: the rate is not held */
    FAR_TOO_SLOW = 3, /* in a row take more than twice the interval: nor is it */
    TO_LEARN = 4,     /* frames at a new point before its time is believed */
};
/* what a point is expected to take, as a share of the interval, to be gone down or up to */
static const double share_down = 0.9, share_up = 0.8;
static const double second_ns = 1e9;
/* a better point must look possible for that long; twice as long after each upgrade that did not last */
static const double first_patience_ns = 2e9, most_patience_ns = 1024e9, lasting_ns = 120e9;
/* what was learned counts half after that time: it may have been a moment's load that was measured */
static const double half_life_ns = 60e9;

typedef struct Known {
    double alpha;
    int size;
    double guess, log_guess; /* relative time, from the sizes alone */
    double correction;       /* learned relative time over guess; 0: not learned */
    int64_t learned_ns;
    int fits; /* since that time, all the time, if nonzero */
    int64_t fits_since_ns;
} Known;

struct RateControl {
    double interval_ms;
    Known known[MODEL_MAX_POINTS];
    int known_count;
    Known *current; /* NULL before the first frame */

    double window[WINDOW]; /* a ring: ms of the last frames at the current point, but its first */
    int frames;            /* at the current point, -1 before its first */
    double from_ms;       /* what was measured before the last switch; 0: there is nothing to learn from it */
    double from_relative; /* of the point before */

    int64_t last_ns; /* end of the last frame */
    int upgraded;    /* the last switch was one to a better point, at upgraded_ns */
    int64_t upgraded_ns;
    double patience_ns;
};

RateControl *rate_control_create(double target_rate)
{
    RateControl *control = calloc(1, sizeof *control);
    if (!control)
        return NULL;
    control->patience_ns = first_patience_ns;
    control->interval_ms = 1000 / target_rate;
    return control;
}

void rate_control_destroy(RateControl *control)
{
    free(control);
}

void rate_control_set_target(RateControl *control, double target_rate)
{
    control->interval_ms = 1000 / target_rate;
}

static void forget_fits(RateControl *control)
{
    for (int i = 0; i < control->known_count; i++)
        control->known[i].fits = 0;
}

/* ---- relative times ----------------------------------------------------------------------------- */

/* Mult-adds of a MobileNet go with alpha squared and the number of pixels; a twentieth of the largest point
 * is added for what every frame costs. */
static double guess_time(double alpha, int size)
{
    return 0.05 + alpha * alpha * (size / 224.0) * (size / 224.0);
}

/* NULL if there is no room for another one. */
static Known *find(RateControl *control, const NetworkPoint *point)
{
    for (int i = 0; i < control->known_count; i++) {
        Known *known = &control->known[i];
        if (known->size == point->size && fabs(known->alpha - point->alpha) < 1e-6)
            return known;
    }
    if (control->known_count == MODEL_MAX_POINTS)
        return NULL;
    Known *known = &control->known[control->known_count++];
    *known = (Known){.alpha = point->alpha, .size = point->size};
    known->guess = guess_time(point->alpha, point->size);
    known->log_guess = log(known->guess);
    return known;
}

static double correction_now(const Known *known, int64_t now_ns)
{
    return pow(known->correction, exp2(-(double)(now_ns - known->learned_ns) / half_life_ns));
}

/* The guess, corrected by what was learned of the point or of the one next to it. */
static double relative_time(const RateControl *control, const Known *known, int64_t now_ns)
{
    const Known *nearest = NULL;
    double least = INFINITY;
    for (int i = 0; i < control->known_count; i++) {
        const Known *other = &control->known[i];
        double distance = fabs(other->log_guess - known->log_guess) + (other != known ? 1e-9 : 0);
        if (other->correction > 0 && distance < least) {
            least = distance;
            nearest = other;
        }
    }
    return nearest ? known->guess * correction_now(nearest, now_ns) : known->guess;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the window; 0 while it is empty. */
static double median_ms(const RateControl *control)
{
    double times[WINDOW];
    int count = control->frames < WINDOW ? control->frames : WINDOW;
    if (count <= 0)
        return 0;
    memcpy(times, control->window, sizeof times);
    qsort(times, (size_t)count, sizeof *times, compare_doubles);
    return times[count / 2];
}

static void learn(RateControl *control, int64_t now_ns)
{
    if (control->from_ms > 0) {
        Known *current = control->current;
        current->correction = control->from_relative * median_ms(control) / control->from_ms / current->guess;
        current->learned_ns = now_ns;
    }
    control->from_ms = 0;
}

/* ---- frames ------------------------------------------------------------------------------------- */

/* What was going on is over. */
static void start_again(RateControl *control)
{
    control->frames = -1;
    control->from_ms = 0;
    control->upgraded = 0;
    forget_fits(control);
}

static void leave(RateControl *control, Known *next, int64_t now_ns)
{
    if (control->frames > 0) {
        learn(control, now_ns);
        Known *current = control->current;
        control->from_ms = median_ms(control);
        control->from_relative = relative_time(control, current, now_ns);
        if (!(current->correction > 0)) { /* what the next is compared with must stay as it is */
            current->correction = control->from_relative / current->guess;
            current->learned_ns = now_ns;
        }
    }
    control->frames = -1;
    control->current = next;
    forget_fits(control);
}

static void add_frame(RateControl *control, double busy_ms, int64_t now_ns)
{
    /* the first one at a point finds cold caches and memory never touched */
    if (control->frames >= 0)
        control->window[control->frames % WINDOW] = busy_ms;
    control->frames++;
    if (control->frames == TO_LEARN)
        learn(control, now_ns);
}

static int is_held(const RateControl *control)
{
    int slow = 0, far_too_slow = 0;
    for (int i = 0; i < WINDOW && i < control->frames; i++) {
        double ms = control->window[(control->frames - 1 - i) % WINDOW];
        slow += ms > control->interval_ms;
        far_too_slow += i < FAR_TOO_SLOW && ms > 2 * control->interval_ms;
    }
    return slow < TOO_SLOW && far_too_slow < FAR_TOO_SLOW;
}

/* ---- choice ------------------------------------------------------------------------------------- */

static int all_tell_accuracy(const NetworkPoint points[], int count)
{
    for (int i = 0; i < count; i++)
        if (points[i].accuracy <= 0)
            return 0;
    return 1;
}

/* What may be chosen, and the current one if it is among them. */
typedef struct Choice {
    const NetworkPoint *points;
    int count;
    int told;                 /* all tell their accuracy */
    const NetworkPoint *here; /* NULL: not among them */
} Choice;

static double accuracy_of(const Choice *choice, const NetworkPoint *point)
{
    return choice->told ? point->accuracy : guess_time(point->alpha, point->size);
}

/* The cheapest of the points that are no worse and no dearer; itself if it is better than every cheaper one.
 * Only such points are ever gone to. */
static const NetworkPoint *cheapest_as_good(const Choice *choice, const NetworkPoint *point)
{
    const NetworkPoint *best = point;
    double least = guess_time(point->alpha, point->size);
    for (int i = 0; i < choice->count; i++) {
        const NetworkPoint *other = &choice->points[i];
        double guess = guess_time(other->alpha, other->size);
        double gain = accuracy_of(choice, other) - accuracy_of(choice, best);
        if (gain >= 0 && (guess < least || (guess == least && gain > 0))) {
            best = other;
            least = guess;
        }
    }
    return best;
}

/* The best cheaper point that is expected to hold the rate, or the cheapest; NULL: this is it. */
static const NetworkPoint *choose_lower(RateControl *control, const Choice *choice, int64_t now_ns)
{
    const double scale = median_ms(control) / relative_time(control, control->current, now_ns);
    const NetworkPoint *best = NULL, *cheapest = NULL;
    double least = control->current->guess;
    for (int i = 0; i < choice->count; i++) {
        const NetworkPoint *point = &choice->points[i];
        const Known *known = find(control, point);
        if (!known || known->guess >= control->current->guess || cheapest_as_good(choice, point) != point)
            continue;
        if (known->guess < least) {
            least = known->guess;
            cheapest = point;
        }
        if (scale * relative_time(control, known, now_ns) <= share_down * control->interval_ms &&
            (!best || accuracy_of(choice, point) > accuracy_of(choice, best)))
            best = point;
    }
    return best ? best : cheapest;
}

/* The best point better than this one that has looked possible for long enough, or NULL. */
static const NetworkPoint *choose_higher(RateControl *control, const Choice *choice, int64_t now_ns)
{
    const double scale = median_ms(control) / relative_time(control, control->current, now_ns);
    const double accuracy = accuracy_of(choice, choice->here);
    const NetworkPoint *best = NULL;
    for (int i = 0; i < choice->count; i++) {
        const NetworkPoint *point = &choice->points[i];
        Known *known = find(control, point);
        if (!known || accuracy_of(choice, point) <= accuracy || cheapest_as_good(choice, point) != point)
            continue;
        int fits = scale * relative_time(control, known, now_ns) <= share_up * control->interval_ms;
        if (fits && !known->fits)
            known->fits_since_ns = now_ns;
        known->fits = fits;
        if (fits && (double)(now_ns - known->fits_since_ns) >= control->patience_ns &&
            (!best || accuracy_of(choice, point) > accuracy_of(choice, best)))
            best = point;
    }
    return best;
}

static void go_up(RateControl *control, const NetworkPoint *next, int64_t now_ns)
{
    leave(control, find(control, next), now_ns);
    control->upgraded = 1;
    control->upgraded_ns = now_ns;
}

static void go_down(RateControl *control, const NetworkPoint *next, int64_t now_ns)
{
    leave(control, find(control, next), now_ns);
    if (control->upgraded)
        control->patience_ns = fmin(control->patience_ns * 2, most_patience_ns);
    control->upgraded = 0;
}

/* Takes note of a switch that is not our own, of a pause, and of an upgrade that lasts. */
static int take_note(RateControl *control, const NetworkPoint *point, double busy_ms, int64_t now_ns)
{
    double pause_ns = second_ns + 3e6 * fmax(busy_ms, control->interval_ms);
    if (control->current && (now_ns < control->last_ns || (double)(now_ns - control->last_ns) > pause_ns))
        start_again(control);
    control->last_ns = now_ns;
    Known *current = find(control, point);
    if (!current)
        return -1;
    if (current != control->current) {
        control->current = current;
        start_again(control);
    }
    if (control->upgraded && (double)(now_ns - control->upgraded_ns) > lasting_ns) {
        control->upgraded = 0;
        control->patience_ns = first_patience_ns;
    }
    return 0;
}

NetworkPoint rate_control_update(RateControl *control, NetworkPoint point, double busy_ms, int64_t now_ns,
                                 const NetworkPoint points[], int count)
{
    if (take_note(control, &point, busy_ms, now_ns))
        return point;
    add_frame(control, busy_ms, now_ns);
    Choice choice = {.points = points, .count = count, .told = all_tell_accuracy(points, count)};
    const NetworkPoint *next = NULL;
    for (int i = 0; i < count; i++)
        if (find(control, &points[i]) == control->current)
            choice.here = &points[i];
    if (!is_held(control)) {
        next = choose_lower(control, &choice, now_ns);
        if (next)
            go_down(control, next, now_ns);
    } else if (choice.here && control->frames >= WINDOW) {
        next = choose_higher(control, &choice, now_ns);
        if (next) {
            go_up(control, next, now_ns);
        } else if (cheapest_as_good(&choice, choice.here) != choice.here) {
            next = cheapest_as_good(&choice, choice.here);
            leave(control, find(control, next), now_ns);
        }
    }
    return next ? *next : point;
}
