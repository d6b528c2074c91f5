#include "app/window/window.h"

#include "app/window/display.h"
#include "app/window/keys.h"
#include "base/clock.h"
#include <SDL.h>
#include <stdlib.h>

struct Window {
    DisplayLink *display; /* NULL: the window is not open yet */
    SDL_Window *window;
    SDL_Renderer *renderer;
    Canvas *canvas;
    bool stale, full_screen, hides_pointer, awake;
    SDL_Keysym key;   /* that was pressed last: its text comes next */
    bool key_repeats; /* it is held down */
};

/* ---- opening ------------------------------------------------------------------------------------ */

static void set_hints(void)
{
    SDL_SetHint(SDL_HINT_APP_NAME, "Lookout");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");      /* signals are the program's */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1"); /* window_keep_awake() decides */
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0"); /* a full screen stays on its monitor */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");     /* no OpenGL beneath the software renderer */
}

/* The picture's own size, doubled where it is tiny, shrunk where the screen is smaller. */
static SDL_Point first_size(int width, int height)
{
    enum { TINY = 320 };
    double scale = 1;
    while (width * scale < TINY && height * scale < TINY)
        scale *= 2;
    SDL_Rect screen;
    if (SDL_GetDisplayUsableBounds(0, &screen) == 0 && screen.w > 0 && screen.h > 0) {
        double most_wide = 0.95 * screen.w / width,
               most_high = 0.9 * screen.h / height; /* room for a frame */
        scale = SDL_min(scale, SDL_min(most_wide, most_high));
    }
    return (SDL_Point){SDL_max(1, (int)(width * scale)), SDL_max(1, (int)(height * scale))};
}

/* Where there is no graphics card, Mesa draws on all processor cores, which detection needs: the program took
 * 54 % of a core at 1280x800 and 25 pictures a second, and 18 % with SDL's own renderer. */
static bool is_emulated(void)
{
    enum { GL_RENDERER = 0x1F01 };
    typedef const char *(*GetString)(unsigned);
    GetString get_string = (GetString)SDL_GL_GetProcAddress("glGetString");
    const char *name = get_string ? get_string(GL_RENDERER) : NULL;
    return name &&
           (SDL_strstr(name, "llvmpipe") || SDL_strstr(name, "softpipe") || SDL_strstr(name, "swrast"));
}

static SDL_Renderer *make_renderer(SDL_Window *window)
{
    SDL_Renderer *renderer =
        SDL_CreateRenderer(window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    if (renderer && !SDL_GetHint(SDL_HINT_RENDER_DRIVER) && SDL_GL_GetCurrentContext() && is_emulated()) {
        SDL_DestroyRenderer(renderer);
        renderer = NULL;
    }
    return renderer ? renderer : SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
}

/* SDL falls back to drivers that show nothing; whoever wants one of them says so. */
static bool is_unseen(void)
{
    static const char *const drivers[] = {"offscreen", "dummy", "evdev"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (!SDL_strcmp(SDL_GetCurrentVideoDriver(), drivers[i]))
            return !SDL_GetHint(SDL_HINT_VIDEODRIVER);
    return false;
}

static int open_window(Window *window, int width, int height)
{
    set_hints();
    if (SDL_InitSubSystem(SDL_INIT_VIDEO))
        return -1;
    if (is_unseen())
        return SDL_SetError("there is no display");
    SDL_Point size = first_size(width, height);
    /* hidden, as a renderer with OpenGL makes SDL replace the window: a shown one would flash and lose the
     * keyboard */
    window->window =
        SDL_CreateWindow("Lookout", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, size.x, size.y,
                         SDL_WINDOW_HIDDEN | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!window->window)
        return -1;
    SDL_SetWindowMinimumSize(window->window, 64, 48);
    window->renderer = make_renderer(window->window);
    if (!window->renderer)
        return -1;
    SDL_ShowWindow(window->window);
    SDL_EventState(SDL_MOUSEMOTION, SDL_IGNORE);
    SDL_StartTextInput();
    window->display = display_create(window->window);
    return window->display ? 0 : SDL_OutOfMemory();
}

Window *window_create(int width, int height, Error *error)
{
    Window *window = calloc(1, sizeof *window);
    if (!window) {
        error_set(error, "out of memory");
        return NULL;
    }
    window->canvas = canvas_create();
    window->stale = true;
    if (!window->canvas)
        error_set(error, "out of memory");
    else if (open_window(window, width, height))
        error_set(error, "no window can be opened: %s; option --headless runs without one", SDL_GetError());
    else
        return window;
    window_destroy(window);
    return NULL;
}

/* Textures go with their renderer. */
static void close_window(void *argument)
{
    Window *window = argument;
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    SDL_Quit();
}

void window_destroy(Window *window)
{
    if (!window)
        return;
    if (window->display)
        display_call(window->display, close_window, window);
    else
        close_window(window);
    display_destroy(window->display);
    canvas_destroy(window->canvas);
    free(window);
}

/* ---- events ------------------------------------------------------------------------------------- */

static const char *press(const Window *window, const char *text)
{
    /* shortcuts of the desktop; the right Alt key types brackets on many keyboards */
    const Key *key = window->key.mod & (KMOD_CTRL | KMOD_LALT | KMOD_GUI) ? NULL : key_find(text);
    return key && (key->repeats || !window->key_repeats) ? key->command : NULL;
}

/* Keys without a text; that of the others comes with the next event. */
static const char *press_code(Window *window, const SDL_KeyboardEvent *event)
{
    window->key = event->keysym;
    window->key_repeats = event->repeat;
    switch (event->keysym.sym) {
    case SDLK_ESCAPE:
        return press(window, KEY_ESCAPE);
    case SDLK_RETURN:
    case SDLK_RETURN2:
    case SDLK_KP_ENTER:
        return press(window, KEY_ENTER);
    default:
        return NULL;
    }
}

/* Pixels of a point of the desktop. */
static double point_size(const Window *window)
{
    int points = 0, pixels = 0;
    SDL_GetWindowSize(window->window, &points, NULL);
    SDL_GetWindowSizeInPixels(window->window, &pixels, NULL);
    return points > 0 ? (double)pixels / points : 1;
}

static const char *click(const Window *window, const SDL_MouseButtonEvent *event)
{
    const double scale = point_size(window);
    if (event->button != SDL_BUTTON_LEFT)
        return NULL;
    return canvas_click(window->canvas, (int)(event->x * scale), (int)(event->y * scale));
}

static const char *take_event(Window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        return "quit";
    case SDL_KEYDOWN:
        return press_code(window, &event->key);
    case SDL_TEXTINPUT:
        return press(window, event->text.text);
    case SDL_MOUSEBUTTONDOWN:
        return click(window, &event->button);
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
            event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
            window->stale = true;
        return NULL;
    default:
        return NULL;
    }
}

typedef struct WaitCall {
    Window *window;
    int timeout_ms;
    const char *command;
} WaitCall;

static void wait_for_command(void *argument)
{
    WaitCall *call = argument;
    SDL_Event event;
    const int64_t started_ns = clock_now_ns();
    /* what asks for nothing, as a mouse that moves, does not end the time */
    for (int left_ms = call->timeout_ms; display_wait(call->window->display, &event, left_ms);) {
        call->command = take_event(call->window, &event);
        if (call->command)
            return;
        left_ms = call->window->stale ? 0 : call->timeout_ms - (int)clock_ms_since(started_ns);
        left_ms = left_ms > 0 ? left_ms : 0;
    }
}

/* What every function says that cannot go on. */
static int fail(const Window *window, Error *error)
{
    return error_set(error, "%s; the run ends, and its files are completed",
                     display_failure(window->display));
}

int window_wait(Window *window, int timeout_ms, const char **command, Error *error)
{
    WaitCall call = {.window = window, .timeout_ms = timeout_ms};
    const bool there = display_call(window->display, wait_for_command, &call);
    *command = call.command;
    return there ? 0 : fail(window, error);
}

void window_wake(void *argument)
{
    const Window *window = argument;
    display_wake(window->display);
}

bool window_is_stale(const Window *window)
{
    return window->stale;
}

/* ---- showing ------------------------------------------------------------------------------------ */

typedef struct PictureCall {
    Window *window;
    int number;
    const Frame *picture;
    const DrawBox *boxes;
    int count;
    Error *error;
    int result;
} PictureCall;

static void set_picture(void *argument)
{
    PictureCall *call = argument;
    Window *window = call->window;
    call->result = canvas_set_picture(window->canvas, window->renderer, call->number, call->picture,
                                      call->boxes, call->count, call->error);
}

int window_set_picture(Window *window, int number, const Frame *picture, const DrawBox *boxes, int count,
                       Error *error)
{
    PictureCall call = {window, number, picture, boxes, count, error, -1};
    return display_call(window->display, set_picture, &call) ? call.result : fail(window, error);
}

/* In a full screen the pointer is in the way, unless there is something to click on. */
static void update_pointer(Window *window, bool has_targets)
{
    const bool hides = window->full_screen && !has_targets;
    if (hides != window->hides_pointer)
        SDL_ShowCursor(hides ? SDL_DISABLE : SDL_ENABLE);
    window->hides_pointer = hides;
}

typedef struct ShowCall {
    Window *window;
    const Tile *tiles;
    int count;
    const Overlay *overlay;
    Error *error;
    int result;
} ShowCall;

static void show(void *argument)
{
    ShowCall *call = argument;
    Window *window = call->window;
    if (canvas_draw(window->canvas, window->renderer, call->tiles, call->count, call->overlay,
                    point_size(window))) {
        call->result = error_set(
            call->error, "cannot draw in the window: %s; option --headless runs without one", SDL_GetError());
        return;
    }
    SDL_RenderPresent(window->renderer);
    update_pointer(window, call->tiles[0].click != NULL);
    window->stale = false;
    call->result = 0;
}

int window_show(Window *window, const Tile *tiles, int count, const Overlay *overlay, Error *error)
{
    ShowCall call = {window, tiles, count, overlay, error, -1};
    return display_call(window->display, show, &call) ? call.result : fail(window, error);
}

typedef struct SetCall {
    Window *window;
    const char *title;
    bool on;
} SetCall;

static void set_title(void *argument)
{
    const SetCall *call = argument;
    SDL_SetWindowTitle(call->window->window, call->title);
}

void window_set_title(Window *window, const char *title)
{
    SetCall call = {.window = window, .title = title};
    display_call(window->display, set_title, &call);
}

static void set_full_screen(void *argument)
{
    const SetCall *call = argument;
    Window *window = call->window;
    if (SDL_SetWindowFullscreen(window->window, call->on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) == 0)
        window->full_screen = call->on;
    window->stale = true;
}

void window_set_full_screen(Window *window, bool full)
{
    SetCall call = {.window = window, .on = full};
    if (full != window->full_screen)
        display_call(window->display, set_full_screen, &call);
}

static void keep_awake(void *argument)
{
    const SetCall *call = argument;
    call->window->awake = call->on;
    if (call->on)
        SDL_DisableScreenSaver();
    else
        SDL_EnableScreenSaver();
}

void window_keep_awake(Window *window, bool awake)
{
    SetCall call = {.window = window, .on = awake};
    if (awake != window->awake)
        display_call(window->display, keep_awake, &call);
}
