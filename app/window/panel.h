/* A few lines of text on a dark, translucent ground, as pixels: what the window lays over the picture. */
#ifndef LOOKOUT_APP_WINDOW_PANEL_H
#define LOOKOUT_APP_WINDOW_PANEL_H

#include "vision/draw/font.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANEL_TEXT 2048
#define PANEL_SMALLEST 8 /* pixels an em */

/* Zeroed at first; the pixels belong to it. */
typedef struct Panel {
    uint32_t *pixels; /* [height][width], 0xAARRGGBB, not premultiplied; 0 x 0: there is nothing to see */
    int width, height;
    bool keeps_width; /* set by the owner: no narrower than before, where numbers change all the time */

    /* what the pixels were made from */
    char string[PANEL_TEXT];
    int em, widest, highest;
    size_t capacity;
} Panel;

/* Draws string (UTF-8, cut to PANEL_TEXT - 1 bytes; NULL or "": nothing) within widest x highest pixels, with
 * letters of `em` pixels, or smaller ones where it would be too high. Lines end in '\n' and are wrapped where
 * they are too long. What stands before a '\t' is a column of names, in a softer colour. Nothing is done when
 * nothing has changed. Returns whether there are new pixels. */
bool panel_set(Panel *panel, Font *text, const char *string, int em, int widest, int highest);
void panel_free(Panel *panel); /* frees the pixels and zeroes the rest */

#endif
