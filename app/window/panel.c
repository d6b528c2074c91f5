#include "app/window/panel.h"

#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SPANS = 128 };

/* Text on one row, all in one colour. */
typedef struct Span {
    const char *start, *end;
    int x, row;
    bool is_name;
} Span;

typedef struct Layout {
    Span spans[MAX_SPANS];
    int count, rows;
    int width; /* of the longest row, pixels */
} Layout;

typedef struct Colour {
    int red, green, blue;
} Colour;

static const Colour ground = {14, 17, 22}, ink = {255, 255, 255}, soft_ink = {158, 190, 222},
                    red_ink = {255, 72, 72};
static const int ground_alpha = 190;
static const uint32_t recording_light = 0x25CF; /* a black circle, which is red */

/* ---- layout ------------------------------------------------------------------------------------- */

static int width_of(Font *text, const char *start, const char *end)
{
    int width = 0;
    while (start < end)
        width += font_glyph(text, text_next(&start))->advance;
    return width;
}

/* The end of what fits into `width` pixels: after a space if there is one, at least one character. */
static const char *fit(Font *text, const char *start, const char *end, int width)
{
    const char *last_space = NULL;
    for (const char *here = start; here < end;) {
        const char *before = here;
        uint32_t character = text_next(&here);
        width -= font_glyph(text, character)->advance;
        if (width < 0 && before > start)
            return last_space ? last_space : before;
        if (character == ' ')
            last_space = here;
    }
    return end;
}

static void add_span(Layout *layout, Font *text, Span span)
{
    if (layout->count == MAX_SPANS)
        return;
    int right = span.x + width_of(text, span.start, span.end);
    if (right > layout->width)
        layout->width = right;
    layout->spans[layout->count++] = span;
}

/* Where the column of names ends and that of their values begins; 0 without names. */
static int column_of_values(Font *text, const char *string)
{
    int column = 0;
    for (const char *line = string; *line;) {
        const char *end = line + strcspn(line, "\n"), *tab = line + strcspn(line, "\t\n");
        int width = tab < end ? width_of(text, line, tab) + font_height(text) * 3 / 4 : 0;
        column = width > column ? width : column;
        line = end + (*end == '\n');
    }
    return column;
}

static void lay_out(Layout *layout, Font *text, const char *string, int width)
{
    layout->count = layout->rows = layout->width = 0;
    int column = column_of_values(text, string);
    for (const char *line = string; *line;) {
        const char *end = line + strcspn(line, "\n"), *tab = line + strcspn(line, "\t\n");
        int x = 0;
        if (tab < end) {
            add_span(layout, text, (Span){line, tab, 0, layout->rows, true});
            line = tab + 1;
            x = column;
        }
        do {
            const char *stop = fit(text, line, end, width - x);
            add_span(layout, text, (Span){line, stop, x, layout->rows++, false});
            line = stop;
        } while (line < end);
        line += *line == '\n';
    }
}

/* ---- pixels ------------------------------------------------------------------------------------- */

/* Room around the text. */
static int padding(const Font *text)
{
    return font_height(text) * 2 / 5;
}

/* 0..255: how much of the pixel lies within a rectangle with round corners. */
static int coverage(int x, int y, int width, int height, int radius)
{
    float dx = fmaxf(fmaxf((float)radius - ((float)x + 0.5f), (float)x + 0.5f - (float)(width - radius)), 0);
    float dy = fmaxf(fmaxf((float)radius - ((float)y + 0.5f), (float)y + 0.5f - (float)(height - radius)), 0);
    float inside = (float)radius + 0.5f - sqrtf(dx * dx + dy * dy);
    return (int)lrintf(255 * fmaxf(0, fminf(inside, 1)));
}

static uint32_t pack(int alpha, Colour colour)
{
    return (uint32_t)alpha << 24 | (uint32_t)colour.red << 16 | (uint32_t)colour.green << 8 |
           (uint32_t)colour.blue;
}

static void fill_ground(Panel *panel, int radius)
{
    for (int y = 0; y < panel->height; y++)
        for (int x = 0; x < panel->width; x++) {
            int alpha = ground_alpha * coverage(x, y, panel->width, panel->height, radius) / 255;
            panel->pixels[(size_t)y * (size_t)panel->width + (size_t)x] = pack(alpha, ground);
        }
}

/* A colour over a translucent one ("over" of Porter and Duff), not premultiplied. */
static uint32_t over(uint32_t below, Colour colour, int alpha)
{
    int below_share = (int)(below >> 24) * (255 - alpha) / 255, total = alpha + below_share;
    if (!total)
        return below;
    return pack(total, (Colour){(colour.red * alpha + (int)(below >> 16 & 0xFF) * below_share) / total,
                                (colour.green * alpha + (int)(below >> 8 & 0xFF) * below_share) / total,
                                (colour.blue * alpha + (int)(below & 0xFF) * below_share) / total});
}

static void draw_glyph(Panel *panel, const Glyph *glyph, int rows, int left, int top, Colour colour)
{
    for (int y = 0; glyph->alpha && y < rows; y++)
        for (int x = 0; x < glyph->width; x++) {
            int to_x = left + x, to_y = top + y, alpha = glyph->alpha[y * glyph->width + x];
            if (!alpha || to_x < 0 || to_x >= panel->width || to_y < 0 || to_y >= panel->height)
                continue;
            uint32_t *pixel = &panel->pixels[(size_t)to_y * (size_t)panel->width + (size_t)to_x];
            *pixel = over(*pixel, colour, alpha);
        }
}

static void draw_spans(Panel *panel, Font *text, const Layout *layout)
{
    int rows = font_height(text), pad = padding(text);
    for (int i = 0; i < layout->count; i++) {
        const Span *span = &layout->spans[i];
        int pen = 2 * pad + span->x, top = pad + span->row * rows;
        for (const char *here = span->start; here < span->end;) {
            uint32_t character = text_next(&here);
            const Glyph *glyph = font_glyph(text, character);
            Colour colour = character == recording_light ? red_ink : span->is_name ? soft_ink : ink;
            draw_glyph(panel, glyph, rows, pen + glyph->left, top, colour);
            pen += glyph->advance;
        }
    }
}

/* Keeps the buffer where it is large enough. */
static int allocate(Panel *panel, int width, int height)
{
    size_t needed = (size_t)width * (size_t)height;
    if (needed > panel->capacity) {
        free(panel->pixels);
        panel->pixels = malloc(needed * sizeof *panel->pixels);
        panel->capacity = panel->pixels ? needed : 0;
    }
    panel->width = panel->pixels ? width : 0;
    panel->height = panel->pixels ? height : 0;
    return panel->pixels ? 0 : -1;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static void render(Panel *panel, Font *text)
{
    int kept = panel->keeps_width ? panel->width : 0;
    panel->width = panel->height = 0;
    if (!panel->string[0])
        return;
    Layout layout;
    int height = 0;
    for (int em = panel->em; em >= PANEL_SMALLEST; em--) {
        if (font_set_size(text, em))
            return;
        lay_out(&layout, text, panel->string, panel->widest - 4 * padding(text));
        height = layout.rows * font_height(text) + 2 * padding(text);
        if (height <= panel->highest)
            break;
    }
    int width = layout.width + 4 * padding(text);
    width = smaller(width > kept ? width : kept, panel->widest);
    height = smaller(height, panel->highest);
    if (width < 1 || height < 1 || allocate(panel, width, height))
        return;
    fill_ground(panel, smaller(padding(text), smaller(width, height) / 2));
    draw_spans(panel, text, &layout);
}

bool panel_set(Panel *panel, Font *text, const char *string, int em, int widest, int highest)
{
    if (!string)
        string = "";
    if (em < PANEL_SMALLEST)
        em = PANEL_SMALLEST;
    size_t length = strnlen(string, PANEL_TEXT - 1);
    const bool same_place = em == panel->em && widest == panel->widest && highest == panel->highest;
    if (same_place && !memcmp(panel->string, string, length) && !panel->string[length])
        return false;
    if (!same_place)
        panel->width = 0; /* there is no width to keep */
    memcpy(panel->string, string, length);
    panel->string[length] = '\0';
    panel->em = em;
    panel->widest = widest;
    panel->highest = highest;
    render(panel, text);
    return true;
}

void panel_free(Panel *panel)
{
    free(panel->pixels);
    *panel = (Panel){0};
}
