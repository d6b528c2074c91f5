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

int window_wait(Window *window, int timeout_ms, const char **command, Error *error)
{
    (void)window, (void)timeout_ms, (void)command;
    return error_set(error, "this build has no window");
}

void window_wake(void *window)
{
    (void)window;
}

bool window_is_stale(const Window *window)
{
    (void)window;
    return false;
}

int window_set_picture(Window *window, int number, const Frame *picture, const DrawBox *boxes, int count,
                       Error *error)
{
    (void)window, (void)number, (void)picture, (void)boxes, (void)count;
    return error_set(error, "this build has no window");
}

int window_show(Window *window, const Tile *tiles, int count, const Overlay *overlay, Error *error)
{
    (void)window, (void)tiles, (void)count, (void)overlay;
    return error_set(error, "this build has no window");
}

void window_set_title(Window *window, const char *title)
{
    (void)window, (void)title;
}

void window_set_full_screen(Window *window, bool full)
{
    (void)window, (void)full;
}

void window_keep_awake(Window *window, bool awake)
{
    (void)window, (void)awake;
}
