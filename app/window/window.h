/*
 * The window: SDL2. It shows one picture, or several as a mosaic, and texts over them. Every function belongs
 * to the main thread, but window_wake(). When the display goes away (an X server that ends), the functions
 * that can fail say so from then on, and the others do nothing.
 */
#ifndef LOOKOUT_APP_WINDOW_WINDOW_H
#define LOOKOUT_APP_WINDOW_WINDOW_H

#include "app/window/canvas.h"

typedef struct Window Window;

/* Opens a window for a picture of this size (smaller where the screen is), resizable. NULL with error: no
 * display, a build without a window, ...; the error names --headless. Boxes have no labels where there is no
 * font. */
Window *window_create(int width, int height, Error *error);
void window_destroy(Window *window); /* nobody calls window_wake() any more; takes NULL */

/* Waits up to timeout_ms for something to do. *command becomes what the user asks for (see app/run/command.h;
 * valid until the next window_show()), or NULL: the time is over, window_wake() was called, or the window
 * must be drawn again: see window_is_stale(). Returns 0, or -1 with error when the display is gone. */
int window_wait(Window *window, int timeout_ms, const char **command, Error *error);
/* Makes window_wait() return. Any thread may call it; window is a Window. */
void window_wake(void *window);
/* Whether the window was resized or uncovered since it was drawn. */
bool window_is_stale(const Window *window);

/* See canvas_set_picture(). Returns 0, or -1 with error. */
int window_set_picture(Window *window, int number, const Frame *picture, const DrawBox *boxes, int count,
                       Error *error);
/* See canvas_draw(). Returns 0, or -1 with error. */
int window_show(Window *window, const Tile *tiles, int count, const Overlay *overlay, Error *error);

void window_set_title(Window *window, const char *title);
void window_set_full_screen(Window *window, bool full);
/* Whether the screen saver is kept away: while something moves. */
void window_keep_awake(Window *window, bool awake);

#endif
