/*
 * Glyphs as alpha masks, from DejaVu Sans or the first sans-serif font that fontconfig names, one pixel size
 * at a time. Every glyph is rendered once and kept, so that text costs no allocation after its first
 * appearance. Each thread may have a Font of its own; one Font is for one thread at a time.
 */
#ifndef LOOKOUT_VISION_DRAW_FONT_H
#define LOOKOUT_VISION_DRAW_FONT_H

#include "base/error.h"

#include <stdint.h>

typedef struct Font Font;

typedef struct Glyph {
    /* [font_height()][width], 0 clear .. 255 opaque, top row first; NULL where nothing is seen */
    uint8_t *alpha;
    int width;   /* of the mask, pixels */
    int left;    /* from the pen to the mask's first column, 0 or less */
    int advance; /* from this pen to the next one */
} Glyph;

/* Returns NULL with a one-line warning where there is no font, or no SDL2_ttf in the build. */
Font *font_create(Error *warning);
void font_destroy(Font *font); /* takes NULL */

/* Chooses the size of an em in pixels; another size than before empties the cache of glyphs. Returns 0, or -1
 * when the font cannot be had in that size. */
int font_set_size(Font *font, int pixels);
/* Rows of every mask: ascenders, descenders and accents. 0 before font_set_size(). */
int font_height(const Font *font);
/* The mask of a character, a hollow box where the font lacks it. Never NULL; valid until the next call of
 * font_glyph() or font_set_size(). */
const Glyph *font_glyph(Font *font, uint32_t codepoint);
/* Sum of the advances of UTF-8 text. */
int font_width(Font *font, const char *utf8);

#endif
