/*
 * What the thread with the window and the threads that process frames tell each other: wishes in one
 * direction, facts in the other. Every function may be called by any thread; none waits for more than a few
 * instructions of another one, but control_wait_turn().
 */
#ifndef LOOKOUT_APP_RUN_CONTROL_H
#define LOOKOUT_APP_RUN_CONTROL_H

#include <stdatomic.h>
#include <stdint.h>

#define CONTROL_TEXT 160 /* bytes of a line of text, its end included; longer ones are cut */

typedef struct Control Control;

/* What *stop says when it was no signal that ended the run. */
#define CONTROL_QUIT (-1)

/* stop: 0, then what ends the run: a signal's number (base/signals.h) or CONTROL_QUIT. It outlives the
 * Control. NULL when out of memory. */
Control *control_create(atomic_int *stop, double threshold);
void control_destroy(Control *control);

/* ---- wishes ------------------------------------------------------------------------------------- */

void control_quit(Control *control);
/* By a signal, or by control_quit(). */
int control_stopped(const Control *control);

void control_pause(Control *control, int paused);
int control_paused(Control *control);
void control_step(Control *control); /* one frame; pauses first */
/* Waits while paused, until a step is asked for or the run is stopped: 0. Or until there is a wish: 1, and it
 * wants to be called again. */
int control_wait_turn(Control *control);
/* Waits until there is a wish or the run is stopped, but a tenth of a second at most: for who looks at
 * something else too. Nonzero if there is a wish. */
int control_wait_wish(Control *control);
/* Does not wait: nonzero unless paused, and once for every step. */
int control_take_turn(Control *control);

/* Moves the threshold by hundredths, within 0.01 .. 0.99; returns the new one. */
double control_move_threshold(Control *control, int hundredths);
double control_threshold(const Control *control);

typedef enum Wish {
    WISH_SNAPSHOT,       /* of the picture with boxes */
    WISH_CLEAN_SNAPSHOT, /* of the picture alone */
    WISH_RECORD,         /* start a recording, or stop it */
    WISH_COUNT
} Wish;

void control_wish(Control *control, Wish wish);
/* Nonzero if the wish was made and nobody has taken it. */
int control_has_wish(const Control *control, Wish wish);
/* The same, and it is taken. */
int control_take_wish(Control *control, Wish wish);

/* ---- facts -------------------------------------------------------------------------------------- */

typedef struct Facts {
    double capture_rate;   /* frames a second that come from the source; 0: unknown yet */
    double inference_rate; /* detections a second */
    double inference_ms;   /* of the latest detection */
    double latency_ms;     /* from the driver's timestamp to the screen (without a window: to the boxes); 0:
                              unknown, or no camera */
    int64_t captured;      /* frames */
    int64_t skipped;       /* captured frames without a detection of their own, or not even delivered */
    double alpha;
    int size;
    int automatic;                /* alpha and size are chosen by the program */
    int ended;                    /* no more frames come */
    char lost[CONTROL_TEXT];      /* why there is no picture now; "" while there is */
    char recording[CONTROL_TEXT]; /* the file that is being recorded to, "" when none is */
} Facts;

void control_get_facts(Control *control, Facts *facts);

/* A frame with this timestamp (ns) came from the source; skipped: the count so far. */
void control_captured(Control *control, int64_t time_ns, int64_t skipped);
void control_detected(Control *control, double inference_ms, double alpha, int size);
/* It took so long from the driver's timestamp to the screen. */
void control_shown(Control *control, double latency_ms);
/* Of all latencies so far, q in 0..1; 0 when there are none. */
double control_latency_quantile(Control *control, double q);
void control_set_automatic(Control *control, int automatic);
int control_automatic(Control *control);
void control_set_recording(Control *control, const char *path); /* NULL: none */
void control_set_lost(Control *control, const char *reason);    /* NULL: there are pictures (again) */
void control_set_ended(Control *control);

/* A line to be shown for a few seconds; a new one takes the place of the last. */
void control_notice(Control *control, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Copies the latest notice; returns its number, which grows with each (0: there was none). */
int control_get_notice(Control *control, char text[CONTROL_TEXT]);

/* Called whenever there is something new to look at: a notice, a fact that matters (lost, ended, recording).
 * May be called by any thread. Set once, before other threads know the Control. */
void control_set_waker(Control *control, void (*wake)(void *), void *argument);
void control_wake(Control *control);

#endif
