#include "app/window/window.h"

#include "app/window/panel.h"
#include "app/window/picture_texture.h"
#include <SDL.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A text over the picture and the texture it is drawn from, which grows as needed. */
typedef struct Layer {
    Panel panel;
    SDL_Texture *texture;
    int width, height; /* of the texture */
} Layer;

enum { STATUS, STATE, CENTRE, NOTICE, LAYERS };

struct Window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    PictureTexture picture;
    Font *text; /* NULL: no font, no texts */
    Layer layers[LAYERS];
    uint32_t wake_event;
    atomic_int wake_pending; /* one event in the queue is enough */
    int stale;
    SDL_Keysym key;  /* that was pressed last: its text comes next */
    int key_repeats; /* it is held down */
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
static int is_emulated(void)
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
static int is_unseen(void)
{
    static const char *const drivers[] = {"offscreen", "dummy", "evdev"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (!SDL_strcmp(SDL_GetCurrentVideoDriver(), drivers[i]))
            return !SDL_GetHint(SDL_HINT_VIDEODRIVER);
    return 0;
}

Window *window_create(int width, int height, Error *error)
{
    Window *window = calloc(1, sizeof *window);
    if (!window) {
        error_set(error, "out of memory");
        return NULL;
    }
    set_hints();
    if (SDL_InitSubSystem(SDL_INIT_VIDEO))
        goto fail;
    if (is_unseen()) {
        SDL_SetError("there is no display");
        goto fail;
    }
    window->wake_event = SDL_RegisterEvents(1);
    SDL_Point size = first_size(width, height);
    /* hidden, as a renderer with OpenGL makes SDL replace the window: a shown one would flash and lose the
     * keyboard */
    window->window =
        SDL_CreateWindow("Lookout", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, size.x, size.y,
                         SDL_WINDOW_HIDDEN | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!window->window)
        goto fail;
    SDL_SetWindowMinimumSize(window->window, 64, 48);
    window->renderer = make_renderer(window->window);
    if (!window->renderer)
        goto fail;
    SDL_ShowWindow(window->window);
    Error no_font; /* drawing_create() has said so */
    window->text = font_create(&no_font);
    window->layers[STATUS].panel.keeps_width = 1;
    window->stale = 1;
    SDL_EventState(SDL_MOUSEMOTION, SDL_IGNORE);
    SDL_StartTextInput();
    return window;

fail:
    error_set(error, "no window can be opened: %s; option --headless runs without one", SDL_GetError());
    window_destroy(window);
    return NULL;
}

void window_destroy(Window *window)
{
    if (!window)
        return;
    picture_texture_free(&window->picture);
    for (int i = 0; i < LAYERS; i++) {
        panel_free(&window->layers[i].panel);
        if (window->layers[i].texture)
            SDL_DestroyTexture(window->layers[i].texture);
    }
    font_destroy(window->text);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    SDL_Quit();
    free(window);
}

/* ---- events ------------------------------------------------------------------------------------- */

static void toggle_full_screen(Window *window)
{
    int full = (SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
    if (SDL_SetWindowFullscreen(window->window, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP) == 0)
        SDL_ShowCursor(full ? SDL_ENABLE : SDL_DISABLE);
    window->stale = 1;
}

/* text NULL: the Escape key. */
static Action press(Window *window, const char *text)
{
    /* shortcuts of the desktop; the right Alt key types brackets on many keyboards */
    const Key *key = window->key.mod & (KMOD_CTRL | KMOD_LALT | KMOD_GUI) ? NULL : key_find(text);
    if (!key || (window->key_repeats && !key->repeats))
        return ACTION_NONE;
    if (key->action == ACTION_FULLSCREEN)
        toggle_full_screen(window);
    return key->action;
}

static Action take_event(Window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        return ACTION_QUIT;
    case SDL_KEYDOWN:
        window->key = event->key.keysym;
        window->key_repeats = event->key.repeat;
        return window->key.sym == SDLK_ESCAPE ? press(window, NULL) : ACTION_NONE;
    case SDL_TEXTINPUT:
        return press(window, event->text.text);
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
            event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
            window->stale = 1;
        return ACTION_NONE;
    default:
        if (event->type == window->wake_event)
            atomic_store(&window->wake_pending, 0);
        return ACTION_NONE;
    }
}

Action window_wait(Window *window, int timeout_ms)
{
    SDL_Event event;
    if (!SDL_WaitEventTimeout(&event, timeout_ms))
        return ACTION_NONE;
    do {
        Action action = take_event(window, &event);
        if (action != ACTION_NONE)
            return action;
    } while (SDL_PollEvent(&event));
    return ACTION_NONE;
}

void window_wake(void *argument)
{
    Window *window = argument;
    if (atomic_exchange(&window->wake_pending, 1))
        return;
    SDL_Event event = {.type = window->wake_event};
    if (SDL_PushEvent(&event) != 1)
        atomic_store(&window->wake_pending, 0);
}

int window_is_stale(const Window *window)
{
    return window->stale;
}

/* ---- showing ------------------------------------------------------------------------------------ */

static int upload_panel(Window *window, Layer *layer)
{
    const Panel *panel = &layer->panel;
    if (!layer->texture || layer->width < panel->width || layer->height < panel->height) {
        if (layer->texture)
            SDL_DestroyTexture(layer->texture);
        layer->width = SDL_max(layer->width, panel->width);
        layer->height = SDL_max(layer->height, panel->height);
        layer->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
                                           SDL_TEXTUREACCESS_STREAMING, layer->width, layer->height);
        if (!layer->texture)
            return -1;
        SDL_SetTextureBlendMode(layer->texture, SDL_BLENDMODE_BLEND);
    }
    const SDL_Rect area = {0, 0, panel->width, panel->height};
    return SDL_UpdateTexture(layer->texture, &area, panel->pixels, panel->width * (int)sizeof *panel->pixels);
}

/* Letters that are readable in a window of 320x180 (10 pixels an em) and in proportion, but not as large, on
 * a 4K screen (38); twice as large where a point of the desktop is two pixels. */
static int letter_size(Window *window, int width, int height)
{
    int points = 0;
    SDL_GetWindowSize(window->window, &points, NULL);
    double scale = points > 0 ? (double)width / points : 1;
    return (int)(8 * scale + SDL_min(width, height) / 72.0);
}

static int draw_texts(Window *window, const Overlay *overlay, int width, int height)
{
    const char *const strings[LAYERS] = {overlay->status, overlay->state, overlay->centre, overlay->notice};
    int em = letter_size(window, width, height), margin = em * 3 / 4;
    int failed = 0;
    for (int i = 0; window->text && i < LAYERS; i++) {
        Layer *layer = &window->layers[i];
        Panel *panel = &layer->panel;
        int changed = panel_set(panel, window->text, strings[i], em, width - 2 * margin, height - 2 * margin);
        if (!panel->width)
            continue;
        if (changed)
            failed |= upload_panel(window, layer);
        int right = width - margin - panel->width, bottom = height - margin - panel->height;
        int middle = (width - panel->width) / 2;
        const SDL_Point corners[LAYERS] = {
            [STATUS] = {margin, margin},
            [STATE] = {right, margin},
            [CENTRE] = {middle, (height - panel->height) / 2},
            [NOTICE] = {middle, bottom},
        };
        const SDL_Rect from = {0, 0, panel->width, panel->height},
                       to = {corners[i].x, corners[i].y, panel->width, panel->height};
        failed |= SDL_RenderCopy(window->renderer, layer->texture, &from, &to);
    }
    return failed;
}

int window_show(Window *window, const Frame *picture, const Overlay *overlay, Error *error)
{
    SDL_Renderer *renderer = window->renderer;
    int width = 0, height = 0, failed;
    if (picture && picture_texture_set(&window->picture, renderer, picture, error))
        return -1;
    failed = SDL_GetRendererOutputSize(renderer, &width, &height);
    failed |= SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255);
    failed |= SDL_RenderClear(renderer);
    if (window->picture.texture) {
        uint8_t light = overlay->dim ? 90 : 255;
        SDL_Rect place = picture_texture_place(&window->picture, width, height);
        failed |= SDL_SetTextureColorMod(window->picture.texture, light, light, light);
        failed |= SDL_RenderCopy(renderer, window->picture.texture, NULL, &place);
    }
    failed |= draw_texts(window, overlay, width, height);
    if (failed)
        return error_set(error, "cannot draw in the window: %s; option --headless runs without one",
                         SDL_GetError());
    SDL_RenderPresent(renderer);
    window->stale = 0;
    return 0;
}

void window_set_title(Window *window, const char *title)
{
    SDL_SetWindowTitle(window->window, title);
}

void window_keep_awake(Window *window, int awake)
{
    (void)window; /* SDL knows one screen saver */
    if (awake)
        SDL_DisableScreenSaver();
    else
        SDL_EnableScreenSaver();
}
