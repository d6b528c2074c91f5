/* The main thread of a run with a window: shows what the run's inputs see, and carries out the user's
 * commands, while other threads process frames. */
#ifndef LOOKOUT_APP_WINDOW_VIEW_H
#define LOOKOUT_APP_WINDOW_VIEW_H

#include "app/run/run.h"
#include "app/window/window.h"

/* Filled by the caller, who owns everything in it. The run wakes the window: its notices' waker is
 * window_wake(). */
typedef struct View {
    Window *window;
    Run *run;                   /* started, with at least one input */
    const char *const *names;   /* [run->channel_count] of the inputs */
    const char *const *classes; /* [K] of the model, for labels */
    const char *isa;
    int threads;
} View;

/* Shows the inputs until the run is over: all have ended and their last pictures were shown, or something has
 * stopped it, as the user's quitting does. Returns 0, or -1 with error: the window cannot go on, and the run
 * has not been stopped. */
int view_run(const View *view, Error *error);

#endif
