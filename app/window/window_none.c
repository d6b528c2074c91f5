/* A build without SDL2. */
#include "app/window/window.h"

Window *window_create(int width, int height, Error *error)
{
    (void)width, (void)height;
    error_set(error, "this build has no window (install libsdl2-dev and build again); option --headless runs "
                     "without one");
    return NULL;
}

/* Nobody has a Window to call these with. */
void window_destroy(Window *window)
{
    (void)window;
}

Action window_wait(Window *window, int timeout_ms)
{
    (void)window, (void)timeout_ms;
    return ACTION_QUIT;
}

void window_wake(void *window)
{
    (void)window;
}

int window_is_stale(const Window *window)
{
    (void)window;
    return 0;
}

int window_show(Window *window, const Frame *picture, const Overlay *overlay, Error *error)
{
    (void)window, (void)picture, (void)overlay;
    return error_set(error, "this build has no window");
}

void window_set_title(Window *window, const char *title)
{
    (void)window, (void)title;
}

void window_keep_awake(Window *window, int awake)
{
    (void)window, (void)awake;
}
