/*
 * Glyphs as alpha masks, from the first sans-serif font that fontconfig names, one pixel size at a time.
 * Every glyph is rendered once and kept, so that text costs no allocation after its first appearance.
 */
#ifndef LOOKOUT_TEXT_H
#define LOOKOUT_TEXT_H

#include "vision/error.h"

#include <stdint.h>

typedef struct Text Text;

typedef struct Glyph {
    uint8_t
        *alpha; /* [text_height()][width], 0 clear .. 255 opaque, top row first; NULL where nothing is seen */
    int width;  /* of the mask, pixels */
    int left;   /* from the pen to the mask's first column, 0 or less */
    int advance; /* from this pen to the next one */
} Glyph;

/* Returns NULL with a one-line warning where there is no font, or no SDL2_ttf in the build. */
Text *text_create(VisionError *warning);
void text_destroy(Text *text); /* takes NULL */

/* Chooses the size of an em in pixels; another size than before forgets the glyphs. Returns 0, or -1 when the
 * font cannot be had in that size. */
int text_set_size(Text *text, int pixels);
/* Rows of every mask: ascenders, descenders and accents. 0 before text_set_size(). */
int text_height(const Text *text);
/* The mask of a character, a hollow box where the font lacks it. Never NULL; valid until the next call of
 * text_glyph() or text_set_size(). */
const Glyph *text_glyph(Text *text, uint32_t codepoint);
/* Sum of the advances of UTF-8 text. */
int text_width(Text *text, const char *utf8);

/* Reads one character and moves on; U+FFFD for a byte that is not UTF-8, 0 (without moving) at the end. */
uint32_t text_next(const char **utf8);

#endif
