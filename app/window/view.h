/* The main thread of a run with a window: shows pictures and facts, and takes the user's keys, while other
 * threads process frames. */
#ifndef LOOKOUT_APP_WINDOW_VIEW_H
#define LOOKOUT_APP_WINDOW_VIEW_H

#include "app/run/control.h"
#include "app/run/mailbox.h"
#include "app/run/steering.h"
#include "app/window/window.h"

/* Filled by the caller, who owns everything in it. The control's waker is window_wake(), which is also to be
 * called (control_wake()) after a picture was published. */
typedef struct View {
    Window *window;
    Control *control;
    Mailbox *pictures; /* I420, annotated; time_ns of CLOCK_MONOTONIC if live */
    Steering steering;
    const char *source; /* its name, for the title */
    int live;           /* a camera: latency is measured, and its first picture may take a while */
    int still;          /* one picture: it has no rates, and nothing to stay awake for */
    int threads;
    const char *isa;
} View;

/* Runs until the user quits (control_quit() has then been called), the run is stopped, or the input has
 * ended and its last picture was shown (never while paused). Returns 0, or -1 with error. */
int view_run(const View *view, Error *error);

#endif
