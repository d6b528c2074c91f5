#include "vision/draw/font.h"

#include "base/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#if LOOKOUT_HAVE_LABELS

#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <SDL_ttf.h>

/* SDL_ttf does not promise to work in two threads, not even with a font each, so that one thread at a time
 * calls it. A glyph that is cached is drawn without it. */
static pthread_mutex_t sdl_ttf_lock = PTHREAD_MUTEX_INITIALIZER;

/* More characters than any list of class names has; when all are in use the cache is emptied. */
#define CACHE_GLYPHS 1024
#define CACHE_SLOTS (2 * CACHE_GLYPHS)

typedef struct Slot {
    uint32_t codepoint; /* 0: free */
    Glyph glyph;
} Slot;

struct Font {
    TTF_Font *ttf;
    bool initialised; /* TTF_Init() succeeded */
    int size, height;
    int glyph_count;
    Slot slots[CACHE_SLOTS]; /* open addressing, at most half full */
};

/* The path (to be freed) and face index of a bold font: DejaVu Sans, or the sans-serif that fontconfig
 * prefers; NULL without fonts. */
static char *find_font(int *face)
{
    char *path = NULL;
    FcPattern *match = NULL;
    FcConfig *config = FcInitLoadConfigAndFonts();
    FcPattern *pattern = FcPatternCreate();
    if (!config || !pattern)
        goto out;

    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)"DejaVu Sans");
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)"sans-serif");
    FcPatternAddInteger(pattern, FC_WEIGHT, FC_WEIGHT_BOLD);
    FcPatternAddBool(pattern, FC_OUTLINE, FcTrue);
    FcConfigSubstitute(config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    match = FcFontMatch(config, pattern, &result);
    FcChar8 *file;
    if (match && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch) {
        path = strdup((const char *)file);
        if (FcPatternGetInteger(match, FC_INDEX, 0, face) != FcResultMatch)
            *face = 0;
    }
out:
    if (match)
        FcPatternDestroy(match);
    if (pattern)
        FcPatternDestroy(pattern);
    if (config)
        FcConfigDestroy(config); /* and not FcFini(), which would take the configuration of others, too */
    return path;
}

Font *font_create(Error *warning)
{
    int face = 0;
    char *path = NULL;
    Font *font = calloc(1, sizeof *font);
    if (!font) {
        error_set(warning, "boxes are drawn without labels: out of memory");
        return NULL;
    }
    path = find_font(&face);
    if (!path) {
        error_set(warning,
                  "boxes are drawn without labels: no font found; install one, as fonts-dejavu-core");
        goto fail;
    }
    pthread_mutex_lock(&sdl_ttf_lock);
    font->initialised = TTF_Init() == 0;
    if (font->initialised)
        font->ttf = TTF_OpenFontIndex(path, 16, face);
    pthread_mutex_unlock(&sdl_ttf_lock);
    if (!font->ttf) {
        error_set(warning, "boxes are drawn without labels: font %s: %s", path, TTF_GetError());
        goto fail;
    }
    free(path);
    return font;

fail:
    free(path);
    font_destroy(font);
    return NULL;
}

static void empty_cache(Font *font)
{
    for (int i = 0; i < CACHE_SLOTS; i++)
        free(font->slots[i].glyph.alpha);
    memset(font->slots, 0, sizeof font->slots);
    font->glyph_count = 0;
}

void font_destroy(Font *font)
{
    if (!font)
        return;
    empty_cache(font);
    pthread_mutex_lock(&sdl_ttf_lock);
    if (font->ttf)
        TTF_CloseFont(font->ttf);
    if (font->initialised)
        TTF_Quit();
    pthread_mutex_unlock(&sdl_ttf_lock);
    free(font);
}

int font_set_size(Font *font, int pixels)
{
    if (pixels == font->size)
        return 0;
    empty_cache(font);
    font->size = font->height = 0;
    pthread_mutex_lock(&sdl_ttf_lock);
    /* a point is a pixel at SDL_ttf's 72 dots per inch */
    if (TTF_SetFontSize(font->ttf, pixels) == 0) {
        font->size = pixels;
        font->height = TTF_FontHeight(font->ttf);
    }
    pthread_mutex_unlock(&sdl_ttf_lock);
    return font->height > 0 ? 0 : -1;
}

int font_height(const Font *font)
{
    return font->height;
}

/* A hollow box between the base line and the height of a capital letter. */
static void render_missing(const Font *font, Glyph *glyph)
{
    int line = font->size / 12 > 1 ? font->size / 12 : 1;
    int bottom = TTF_FontAscent(font->ttf), top = bottom - font->size * 7 / 10;
    glyph->width = font->size / 2 + 1;
    glyph->advance = glyph->width + line;
    glyph->alpha = calloc((size_t)font->height, (size_t)glyph->width);
    if (!glyph->alpha)
        return;
    for (int y = top > 0 ? top : 0; y < bottom && y < font->height; y++) {
        for (int x = line; x < glyph->width; x++) {
            bool edge = y < top + line || y >= bottom - line || x < 2 * line || x >= glyph->width - line;
            glyph->alpha[y * glyph->width + x] = edge ? 255 : 0;
        }
    }
}

/* With the lock held. */
static void render(Font *font, uint32_t codepoint, Glyph *glyph)
{
    int left, advance;
    if (codepoint < 0x20 || codepoint == 0x7F || !TTF_GlyphIsProvided32(font->ttf, codepoint) ||
        TTF_GlyphMetrics32(font->ttf, codepoint, &left, NULL, NULL, NULL, &advance) != 0) {
        render_missing(font, glyph);
        return;
    }
    glyph->advance = advance;
    glyph->left =
        left < 0 ? left : 0; /* SDL_ttf starts the surface at the pen, or at ink to the left of it */

    SDL_Surface *surface = TTF_RenderGlyph32_Blended(font->ttf, codepoint, (SDL_Color){255, 255, 255, 255});
    if (!surface)
        return; /* a space, or a mark without width */
    int rows = surface->h < font->height ? surface->h : font->height;
    glyph->width = surface->w;
    glyph->alpha = calloc((size_t)font->height, (size_t)glyph->width);
    for (int y = 0; glyph->alpha && y < rows; y++) {
        const uint32_t *pixels =
            (const uint32_t *)((const uint8_t *)surface->pixels + (size_t)y * surface->pitch);
        for (int x = 0; x < glyph->width; x++)
            glyph->alpha[y * glyph->width + x] =
                (uint8_t)((pixels[x] & surface->format->Amask) >> surface->format->Ashift);
    }
    SDL_FreeSurface(surface);
}

const Glyph *font_glyph(Font *font, uint32_t codepoint)
{
    uint32_t place = codepoint * 2654435761u % CACHE_SLOTS;
    while (font->slots[place].codepoint != 0 && font->slots[place].codepoint != codepoint)
        place = (place + 1) % CACHE_SLOTS;
    Slot *slot = &font->slots[place];
    if (slot->codepoint == 0) {
        if (font->glyph_count == CACHE_GLYPHS) {
            empty_cache(font);
            slot = &font->slots[codepoint * 2654435761u % CACHE_SLOTS];
        }
        slot->codepoint = codepoint;
        font->glyph_count++;
        pthread_mutex_lock(&sdl_ttf_lock);
        render(font, codepoint, &slot->glyph);
        pthread_mutex_unlock(&sdl_ttf_lock);
    }
    return &slot->glyph;
}

int font_width(Font *font, const char *utf8)
{
    int width = 0;
    uint32_t codepoint;
    while ((codepoint = text_next(&utf8)) != 0 && width < 1 << 20)
        width += font_glyph(font, codepoint)->advance;
    return width;
}

#else

Font *font_create(Error *warning)
{
    error_set(warning, "boxes are drawn without labels: this build has no SDL2_ttf or fontconfig; install "
                       "libsdl2-ttf-dev and libfontconfig-dev and build again");
    return NULL;
}

void font_destroy(Font *font)
{
    (void)font;
}

/* Never called, as there is no Font in this build. */
int font_set_size(Font *font, int pixels)
{
    (void)font, (void)pixels;
    return -1;
}

int font_height(const Font *font)
{
    (void)font;
    return 0;
}

const Glyph *font_glyph(Font *font, uint32_t codepoint)
{
    static const Glyph none;
    (void)font, (void)codepoint;
    return &none;
}

int font_width(Font *font, const char *utf8)
{
    (void)font, (void)utf8;
    return 0;
}

#endif
