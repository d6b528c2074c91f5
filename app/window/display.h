/*
 * The connection between the program and the display. An X server may go away at any time, and Xlib then
 * calls exit(): here that becomes an error like any other. SDL's functions are called through display_call()
 * once a window is open; when the display has gone, the call is abandoned where it stands and none is made
 * after it.
 *
 * SDL wakes a thread that waits for events with a request to the X server from whichever thread has something
 * new. That is avoided here: no thread but the main one talks to an X server.
 */
#ifndef LOOKOUT_APP_WINDOW_DISPLAY_H
#define LOOKOUT_APP_WINDOW_DISPLAY_H

#include <SDL.h>
#include <stdbool.h>

typedef struct DisplayLink DisplayLink;

/* The link of a window that has just been opened, for the calling thread: one at a time, as the handlers of
 * Xlib belong to the whole process. NULL when out of memory or file descriptors. */
DisplayLink *display_create(SDL_Window *window);
/* After SDL_Quit(), or without it if the display has gone. Takes NULL. */
void display_destroy(DisplayLink *display);

/* Calls function(argument), which may call SDL. False: the display has gone, before or meanwhile; nothing
 * that the function would have done after that is done, and it has released nothing. Calls are not nested. */
bool display_call(DisplayLink *display, void (*function)(void *), void *argument);
/* One line that says why, once display_call() has returned false. */
const char *display_failure(const DisplayLink *display);

/* Waits up to timeout_ms for SDL's next event; false: none came, or display_wake() was called. Within
 * display_call(). */
bool display_wait(DisplayLink *display, SDL_Event *event, int timeout_ms);
/* Makes display_wait() return. Any thread. */
void display_wake(DisplayLink *display);

#endif
