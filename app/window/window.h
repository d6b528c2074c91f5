/*
 * The window: SDL2. Every function belongs to the main thread, but window_wake().
 */
#ifndef LOOKOUT_APP_WINDOW_WINDOW_H
#define LOOKOUT_APP_WINDOW_WINDOW_H

#include "app/window/keys.h"
#include "base/error.h"
#include "vision/frame.h"

typedef struct Window Window;

/* What is laid over the picture: texts in UTF-8, lines end in '\n', what stands before a '\t' is a name in a
 * column of names (see panel.h); NULL or "": none. They are drawn at the window's own resolution, on a dark
 * ground. */
typedef struct Overlay {
    const char *status; /* upper left */
    const char *state;  /* upper right */
    const char *centre;
    const char *notice; /* bottom */
    int dim;            /* the picture is not what is to be seen now: darker */
} Overlay;

/* Opens a window for pictures of this size (smaller where the screen is), resizable. NULL with error: no
 * display, a build without a window, ...; the error names --headless. */
Window *window_create(int width, int height, Error *error);
void window_destroy(Window *window); /* nobody calls window_wake() any more; takes NULL */

/* Waits up to timeout_ms for something to do and returns the next action of the user, or ACTION_NONE (the
 * time is over, window_wake() was called, or the window must be drawn again: see window_is_stale()). Actions
 * that are the window's own business (full screen) are done before it returns them. */
Action window_wait(Window *window, int timeout_ms);
/* Makes window_wait() return. Any thread may call it; window is a Window. */
void window_wake(void *window);
/* Nonzero if the window was resized or uncovered since it was drawn. */
int window_is_stale(const Window *window);

/* Shows an I420 picture (any matrix and range, its sample aspect ratio honoured, black bars around it) and
 * the texts. picture NULL: the last one again; black before the first. Returns 0, or -1 with error. */
int window_show(Window *window, const Frame *picture, const Overlay *overlay, Error *error);
void window_set_title(Window *window, const char *title);
/* Whether the screen saver is kept away: while something moves. */
void window_keep_awake(Window *window, int awake);

#endif
