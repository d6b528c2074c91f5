#include "app/run/control.h"

#include "base/clock.h"
#include "base/histogram.h"
#include "base/rate.h"
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct Control {
    atomic_int *stop;
    _Atomic double threshold;
    atomic_int wishes[WISH_COUNT];
    void (*wake)(void *);
    void *wake_argument;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t turn;
    int paused, steps;
    Facts facts;
    Rate captures, detections;
    Histogram latencies;
    char notice[CONTROL_TEXT];
    int notices;
};

Control *control_create(atomic_int *stop, double threshold)
{
    Control *control = calloc(1, sizeof *control);
    if (!control)
        return NULL;
    control->stop = stop;
    atomic_init(&control->threshold, threshold);
    pthread_mutex_init(&control->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&control->turn, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return control;
}

void control_destroy(Control *control)
{
    if (!control)
        return;
    pthread_cond_destroy(&control->turn);
    pthread_mutex_destroy(&control->lock);
    free(control);
}

void control_set_waker(Control *control, void (*wake)(void *), void *argument)
{
    control->wake = wake;
    control->wake_argument = argument;
}

void control_wake(Control *control)
{
    if (control->wake)
        control->wake(control->wake_argument);
}

/* ---- wishes ------------------------------------------------------------------------------------- */

void control_quit(Control *control)
{
    int running = 0;
    atomic_compare_exchange_strong(control->stop, &running, CONTROL_QUIT);
    pthread_mutex_lock(&control->lock);
    pthread_cond_broadcast(&control->turn);
    pthread_mutex_unlock(&control->lock);
}

int control_stopped(const Control *control)
{
    return atomic_load(control->stop) != 0;
}

void control_pause(Control *control, int paused)
{
    pthread_mutex_lock(&control->lock);
    control->paused = paused;
    control->steps = 0;
    pthread_cond_broadcast(&control->turn);
    pthread_mutex_unlock(&control->lock);
}

int control_paused(Control *control)
{
    pthread_mutex_lock(&control->lock);
    int paused = control->paused;
    pthread_mutex_unlock(&control->lock);
    return paused;
}

void control_step(Control *control)
{
    pthread_mutex_lock(&control->lock);
    control->steps += control->paused;
    control->paused = 1;
    pthread_cond_broadcast(&control->turn);
    pthread_mutex_unlock(&control->lock);
}

static int has_any_wish(const Control *control)
{
    int wishes = 0;
    for (int i = 0; i < WISH_COUNT; i++)
        wishes |= control_has_wish(control, (Wish)i);
    return wishes;
}

/* Under the lock, and not for long: a signal handler cannot wake anybody here. */
static void wait_a_while(Control *control)
{
    int64_t until = clock_now_ns() + 100000000;
    const struct timespec time = {until / 1000000000, until % 1000000000};
    pthread_cond_timedwait(&control->turn, &control->lock, &time);
}

int control_wait_turn(Control *control)
{
    int woken = 0;
    pthread_mutex_lock(&control->lock);
    while (control->paused && !control->steps && !control_stopped(control) &&
           !(woken = has_any_wish(control)))
        wait_a_while(control);
    if (!woken)
        control->steps -= control->steps > 0;
    pthread_mutex_unlock(&control->lock);
    return woken;
}

int control_wait_wish(Control *control)
{
    pthread_mutex_lock(&control->lock);
    if (!control_stopped(control) && !has_any_wish(control))
        wait_a_while(control);
    int wished = has_any_wish(control);
    pthread_mutex_unlock(&control->lock);
    return wished;
}

int control_take_turn(Control *control)
{
    pthread_mutex_lock(&control->lock);
    int turn = !control->paused || control->steps;
    control->steps -= control->steps > 0;
    pthread_mutex_unlock(&control->lock);
    return turn;
}

double control_move_threshold(Control *control, int hundredths)
{
    double moved = round(atomic_load(&control->threshold) * 100 + hundredths) / 100;
    moved = fmin(fmax(moved, 0.01), 0.99);
    atomic_store(&control->threshold, moved);
    return moved;
}

double control_threshold(const Control *control)
{
    return atomic_load(&control->threshold);
}

void control_wish(Control *control, Wish wish)
{
    atomic_store(&control->wishes[wish], 1);
    pthread_mutex_lock(&control->lock);
    pthread_cond_broadcast(&control->turn);
    pthread_mutex_unlock(&control->lock);
}

int control_has_wish(const Control *control, Wish wish)
{
    return atomic_load(&control->wishes[wish]);
}

int control_take_wish(Control *control, Wish wish)
{
    return atomic_exchange(&control->wishes[wish], 0);
}

/* ---- facts -------------------------------------------------------------------------------------- */

void control_get_facts(Control *control, Facts *facts)
{
    pthread_mutex_lock(&control->lock);
    *facts = control->facts;
    facts->capture_rate = rate_per_second(&control->captures);
    facts->inference_rate = rate_per_second(&control->detections);
    pthread_mutex_unlock(&control->lock);
}

void control_captured(Control *control, int64_t time_ns, int64_t skipped)
{
    pthread_mutex_lock(&control->lock);
    control->facts.captured++;
    control->facts.skipped = skipped;
    rate_add(&control->captures, time_ns);
    pthread_mutex_unlock(&control->lock);
}

void control_detected(Control *control, double inference_ms, double alpha, int size)
{
    int64_t now = clock_now_ns();
    pthread_mutex_lock(&control->lock);
    control->facts.inference_ms = inference_ms;
    control->facts.alpha = alpha;
    control->facts.size = size;
    rate_add(&control->detections, now);
    pthread_mutex_unlock(&control->lock);
}

void control_shown(Control *control, double latency_ms)
{
    pthread_mutex_lock(&control->lock);
    control->facts.latency_ms = latency_ms;
    histogram_add(&control->latencies, latency_ms);
    pthread_mutex_unlock(&control->lock);
}

double control_latency_quantile(Control *control, double q)
{
    pthread_mutex_lock(&control->lock);
    double latency = histogram_quantile(&control->latencies, q);
    pthread_mutex_unlock(&control->lock);
    return latency;
}

void control_set_automatic(Control *control, int automatic)
{
    pthread_mutex_lock(&control->lock);
    control->facts.automatic = automatic;
    pthread_mutex_unlock(&control->lock);
}

int control_automatic(Control *control)
{
    pthread_mutex_lock(&control->lock);
    int automatic = control->facts.automatic;
    pthread_mutex_unlock(&control->lock);
    return automatic;
}

/* What is said of a fact that is there or not, "" for NULL. */
static void set_text(Control *control, char text[CONTROL_TEXT], const char *value)
{
    pthread_mutex_lock(&control->lock);
    snprintf(text, CONTROL_TEXT, "%s", value ? value : "");
    pthread_mutex_unlock(&control->lock);
    control_wake(control);
}

void control_set_recording(Control *control, const char *path)
{
    set_text(control, control->facts.recording, path);
}

void control_set_lost(Control *control, const char *reason)
{
    set_text(control, control->facts.lost, reason);
}

void control_set_ended(Control *control)
{
    pthread_mutex_lock(&control->lock);
    control->facts.ended = 1;
    pthread_mutex_unlock(&control->lock);
    control_wake(control);
}

void control_notice(Control *control, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&control->lock);
    vsnprintf(control->notice, sizeof control->notice, format, arguments);
    control->notices++;
    pthread_mutex_unlock(&control->lock);
    va_end(arguments);
    control_wake(control);
}

int control_get_notice(Control *control, char text[CONTROL_TEXT])
{
    pthread_mutex_lock(&control->lock);
    int number = control->notices;
    snprintf(text, CONTROL_TEXT, "%s", control->notice);
    pthread_mutex_unlock(&control->lock);
    return number;
}
