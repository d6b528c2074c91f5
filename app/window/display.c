#include "app/window/display.h"

#include <poll.h>
#include <pthread.h>
#include <SDL_syswm.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct DisplayLink {
    pthread_t thread; /* the only one that calls SDL */
    jmp_buf *escape;  /* out of the call that is being made; NULL: none is */
    atomic_bool gone;
    char failure[128];

    int connection;           /* the descriptor of the X server's socket; -1: it is no X server */
    unsigned long window;     /* the number of the window there */
    int wake;                 /* an eventfd, for what waits for the connection */
    uint32_t wake_event;      /* of SDL, where there is no such descriptor */
    atomic_bool wake_pending; /* one event in SDL's queue is enough */
    void *xlib;               /* the library that SDL has loaded; NULL: it is no X server */
};

/* Xlib's handlers get no argument of ours. */
static DisplayLink *watched;

bool display_call(DisplayLink *display, void (*function)(void *), void *argument)
{
    jmp_buf here;
    if (atomic_load(&display->gone))
        return false;
    display->escape = &here;
    if (!setjmp(here))
        function(argument);
    display->escape = NULL;
    return !atomic_load(&display->gone);
}

const char *display_failure(const DisplayLink *display)
{
    return display->failure;
}

/* ---- X servers ---------------------------------------------------------------------------------- */

#ifdef SDL_VIDEO_DRIVER_X11

/* Not declared by Xlib before 1.7, which does not have it either. */
typedef void SetExitHandler(Display *display, void (*handler)(Display *, void *), void *argument);
typedef XErrorHandler SetErrorHandler(XErrorHandler handler);
typedef XIOErrorHandler SetIOErrorHandler(XIOErrorHandler handler);

/* Xlib would print a line. */
static int keep_silent(Display *connection)
{
    (void)connection;
    return 0;
}

/* The connection is broken. Xlib 1.7 and later can return from here, but not out of a function that waits for
 * an event: SDL would read one that does not exist, or wait for ever. */
static void leave_call(Display *connection, void *argument)
{
    DisplayLink *display = argument;
    (void)connection;
    if (!atomic_exchange(&display->gone, true))
        snprintf(display->failure, sizeof display->failure, "the display is gone");
    if (display->escape && pthread_equal(display->thread, pthread_self()))
        longjmp(*display->escape, 1);
}

/* The server has refused a request, some time ago. Windows of others may go while a request for one is on its
 * way: that is no reason to end. For anything else Xlib would call exit(). */
static int judge_error(Display *connection, XErrorEvent *event)
{
    const bool no_window = event->error_code == BadWindow || event->error_code == BadDrawable;
    (void)connection;
    if ((no_window && event->resourceid != watched->window) || atomic_load(&watched->gone))
        return 0;
    if (no_window)
        snprintf(watched->failure, sizeof watched->failure, "another program has destroyed the window");
    else
        snprintf(watched->failure, sizeof watched->failure,
                 "the display refuses a request (X error %d of request %d)", event->error_code,
                 event->request_code);
    atomic_store(&watched->gone, true);
    return 0;
}

static void set_handlers(DisplayLink *display, Display *connection)
{
    /* SDL loads the library itself, so that the program runs where there is none */
    display->xlib = SDL_LoadObject("libX11.so.6");
    if (!display->xlib)
        return;
    SetExitHandler *set_exit_handler =
        (SetExitHandler *)SDL_LoadFunction(display->xlib, "XSetIOErrorExitHandler");
    SetErrorHandler *set_error_handler =
        (SetErrorHandler *)SDL_LoadFunction(display->xlib, "XSetErrorHandler");
    SetIOErrorHandler *set_io_error_handler =
        (SetIOErrorHandler *)SDL_LoadFunction(display->xlib, "XSetIOErrorHandler");
    if (set_exit_handler && set_io_error_handler) {
        set_exit_handler(connection, leave_call, display);
        set_io_error_handler(keep_silent);
    }
    if (set_error_handler)
        set_error_handler(judge_error);
}

static void reset_handlers(const DisplayLink *display)
{
    SetErrorHandler *set_error_handler =
        (SetErrorHandler *)SDL_LoadFunction(display->xlib, "XSetErrorHandler");
    SetIOErrorHandler *set_io_error_handler =
        (SetIOErrorHandler *)SDL_LoadFunction(display->xlib, "XSetIOErrorHandler");
    if (set_io_error_handler)
        set_io_error_handler(NULL);
    if (set_error_handler)
        set_error_handler(NULL);
}

static void watch(DisplayLink *display, SDL_Window *window)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return;
    display->connection = ConnectionNumber(info.info.x11.display);
    display->window = info.info.x11.window;
    set_handlers(display, info.info.x11.display);
}

#else

static void reset_handlers(const DisplayLink *display)
{
    (void)display;
}

static void watch(DisplayLink *display, SDL_Window *window)
{
    (void)display, (void)window;
}

#endif

/* ---- life --------------------------------------------------------------------------------------- */

DisplayLink *display_create(SDL_Window *window)
{
    DisplayLink *display = calloc(1, sizeof *display);
    if (!display)
        return NULL;
    display->thread = pthread_self();
    display->connection = -1;
    display->wake_event = SDL_RegisterEvents(1);
    display->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (display->wake < 0) {
        free(display);
        return NULL;
    }
    watched = display;
    watch(display, window);
    return display;
}

void display_destroy(DisplayLink *display)
{
    /* once it has gone SDL is left as it is, and the handlers with it: they must find what they belong to */
    if (!display || atomic_load(&display->gone))
        return;
    if (display->xlib) {
        reset_handlers(display);
        SDL_UnloadObject(display->xlib);
    }
    watched = NULL;
    close(display->wake);
    free(display);
}

/* ---- waiting ------------------------------------------------------------------------------------ */

/* The events of the X server, which may have been read already. */
static bool wait_for_connection(DisplayLink *display, SDL_Event *event, int timeout_ms)
{
    if (SDL_PollEvent(event))
        return true;
    struct pollfd files[] = {{.fd = display->connection, .events = POLLIN},
                             {.fd = display->wake, .events = POLLIN}};
    uint64_t count;
    if (timeout_ms > 0 && poll(files, 2, timeout_ms) > 0 && files[1].revents)
        (void)!read(display->wake, &count, sizeof count);
    return SDL_PollEvent(event);
}

bool display_wait(DisplayLink *display, SDL_Event *event, int timeout_ms)
{
    if (display->connection >= 0)
        return wait_for_connection(display, event, timeout_ms);
    if (!SDL_WaitEventTimeout(event, timeout_ms))
        return false;
    if (event->type != display->wake_event)
        return true;
    atomic_store(&display->wake_pending, false);
    return false;
}

void display_wake(DisplayLink *display)
{
    if (display->connection >= 0) {
        const uint64_t one = 1;
        (void)!write(display->wake, &one, sizeof one);
    } else if (!atomic_exchange(&display->wake_pending, true)) {
        SDL_Event event = {.type = display->wake_event};
        if (SDL_PushEvent(&event) != 1)
            atomic_store(&display->wake_pending, false);
    }
}
