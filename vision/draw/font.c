#include "vision/draw/font.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#include "config.h"

#if LOOKOUT_HAVE_LABELS

#include <fontconfig/fontconfig.h>
#include <SDL_ttf.h>

/* More characters than any list of class names has; when they are all in use the cache starts again. */
#define CACHE_GLYPHS 1024
#define CACHE_SLOTS (2 * CACHE_GLYPHS)

typedef struct Slot {
    uint32_t codepoint; /* 0: free */
    Glyph glyph;
} Slot;

struct Font {
    TTF_Font *font;
    int initialised; /* TTF_Init() succeeded */
    int size, height;
    int glyph_count;
    Slot slots[CACHE_SLOTS]; /* open addressing, at most half full */
};

/* Path (to be freed) and face index of the bold sans-serif font that this system prefers; NULL without fonts.
 */
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
        FcConfigDestroy(config);
    FcFini();
    return path;
}

Font *font_create(Error *warning)
{
    int face = 0;
    char *path = NULL;
    Font *text = calloc(1, sizeof *text);
    if (!text) {
        error_set(warning, "boxes are drawn without labels: out of memory");
        return NULL;
    }
    path = find_font(&face);
    if (!path) {
        error_set(warning,
                  "boxes are drawn without labels: no font found; install one, as fonts-dejavu-core");
        goto fail;
    }
    if (TTF_Init() != 0) {
        error_set(warning, "boxes are drawn without labels: SDL_ttf: %s", TTF_GetError());
        goto fail;
    }
    text->initialised = 1;
    text->font = TTF_OpenFontIndex(path, 16, face);
    if (!text->font) {
        error_set(warning, "boxes are drawn without labels: font %s: %s", path, TTF_GetError());
        goto fail;
    }
    free(path);
    return text;

fail:
    free(path);
    font_destroy(text);
    return NULL;
}

static void forget_glyphs(Font *text)
{
    for (int i = 0; i < CACHE_SLOTS; i++)
        free(text->slots[i].glyph.alpha);
    memset(text->slots, 0, sizeof text->slots);
    text->glyph_count = 0;
}

void font_destroy(Font *text)
{
    if (!text)
        return;
    forget_glyphs(text);
    if (text->font)
        TTF_CloseFont(text->font);
    if (text->initialised)
        TTF_Quit();
    free(text);
}

int font_set_size(Font *text, int pixels)
{
    if (pixels == text->size)
        return 0;
    forget_glyphs(text);
    text->size = text->height = 0;
    /* a point is a pixel at SDL_ttf's 72 dots per inch */
    if (TTF_SetFontSize(text->font, pixels) != 0)
        return -1;
    text->size = pixels;
    text->height = TTF_FontHeight(text->font);
    return text->height > 0 ? 0 : -1;
}

int font_height(const Font *text)
{
    return text->height;
}

/* A hollow box between the base line and the height of a capital letter. */
static void render_missing(const Font *text, Glyph *glyph)
{
    int line = text->size / 12 > 1 ? text->size / 12 : 1;
    int bottom = TTF_FontAscent(text->font), top = bottom - text->size * 7 / 10;
    glyph->width = text->size / 2 + 1;
    glyph->advance = glyph->width + line;
    glyph->alpha = calloc((size_t)text->height, (size_t)glyph->width);
    if (!glyph->alpha)
        return;
    for (int y = top > 0 ? top : 0; y < bottom && y < text->height; y++) {
        for (int x = line; x < glyph->width; x++) {
            int edge = y < top + line || y >= bottom - line || x < 2 * line || x >= glyph->width - line;
            glyph->alpha[y * glyph->width + x] = edge ? 255 : 0;
        }
    }
}

static void render(Font *text, uint32_t codepoint, Glyph *glyph)
{
    int left, advance;
    if (codepoint < 0x20 || codepoint == 0x7F || !TTF_GlyphIsProvided32(text->font, codepoint) ||
        TTF_GlyphMetrics32(text->font, codepoint, &left, NULL, NULL, NULL, &advance) != 0) {
        render_missing(text, glyph);
        return;
    }
    glyph->advance = advance;
    glyph->left =
        left < 0 ? left : 0; /* SDL_ttf starts the surface at the pen, or at ink to the left of it */

    SDL_Surface *surface = TTF_RenderGlyph32_Blended(text->font, codepoint, (SDL_Color){255, 255, 255, 255});
    if (!surface)
        return; /* a space, or a mark without width */
    int rows = surface->h < text->height ? surface->h : text->height;
    glyph->width = surface->w;
    glyph->alpha = calloc((size_t)text->height, (size_t)glyph->width);
    for (int y = 0; glyph->alpha && y < rows; y++) {
        const uint32_t *pixels =
            (const uint32_t *)((const uint8_t *)surface->pixels + (size_t)y * surface->pitch);
        for (int x = 0; x < glyph->width; x++)
            glyph->alpha[y * glyph->width + x] =
                (uint8_t)((pixels[x] & surface->format->Amask) >> surface->format->Ashift);
    }
    SDL_FreeSurface(surface);
}

const Glyph *font_glyph(Font *text, uint32_t codepoint)
{
    uint32_t place = codepoint * 2654435761u % CACHE_SLOTS;
    while (text->slots[place].codepoint != 0 && text->slots[place].codepoint != codepoint)
        place = (place + 1) % CACHE_SLOTS;
    Slot *slot = &text->slots[place];
    if (slot->codepoint == 0) {
        if (text->glyph_count == CACHE_GLYPHS) {
            forget_glyphs(text);
            slot = &text->slots[codepoint * 2654435761u % CACHE_SLOTS];
        }
        slot->codepoint = codepoint;
        text->glyph_count++;
        render(text, codepoint, &slot->glyph);
    }
    return &slot->glyph;
}

int font_width(Font *text, const char *utf8)
{
    int width = 0;
    uint32_t codepoint;
    while ((codepoint = text_next(&utf8)) != 0 && width < 1 << 20)
        width += font_glyph(text, codepoint)->advance;
    return width;
}

#else

Font *font_create(Error *warning)
{
    error_set(warning, "boxes are drawn without labels: this build has no SDL2_ttf or fontconfig; install "
                       "libsdl2-ttf-dev and libfontconfig-dev and build again");
    return NULL;
}

void font_destroy(Font *text)
{
    (void)text;
}

/* Nobody has a Text to call these with. */
int font_set_size(Font *text, int pixels)
{
    (void)text, (void)pixels;
    return -1;
}

int font_height(const Font *text)
{
    (void)text;
    return 0;
}

const Glyph *font_glyph(Font *text, uint32_t codepoint)
{
    static const Glyph none;
    (void)text, (void)codepoint;
    return &none;
}

int font_width(Font *text, const char *utf8)
{
    (void)text, (void)utf8;
    return 0;
}

#endif
