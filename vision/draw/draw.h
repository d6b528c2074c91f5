/*
 * Drawing of boxes and labels into an I420 frame, for the window and for recordings alike. Line width
 * and font size follow the frame's size, so that it is readable at 320x240 and at 4K; a colour for each
 * class.
 */
#ifndef LOOKOUT_VISION_DRAW_DRAW_H
#define LOOKOUT_VISION_DRAW_DRAW_H

#include "base/error.h"
#include "vision/frame.h"

/* What drawing keeps from call to call. Each thread may have one of its own; one is for one thread at a time.
 */
typedef struct Drawing Drawing;

typedef struct DrawBox {
    float x, y, width, height; /* pixels of the frame; parts outside are clipped */
    int class_index;           /* chooses the colour */
    const char *label;         /* UTF-8; NULL or "": no label */
    float score;               /* 0..1, shown behind the label; negative: not shown */
} DrawBox;

/* Finds a font through fontconfig. Without one (or without SDL2_ttf in the build) boxes are drawn without
 * labels and *warning says so in one line; it is empty otherwise. Returns NULL only when out of memory. */
Drawing *drawing_create(Error *warning);
void drawing_destroy(Drawing *drawing);

/* Draws into an I420 frame (in its own matrix and range). Glyphs are cached: nothing is allocated for a glyph
 * and size seen before. The label stands above the box, or inside where the box touches the top. */
void drawing_boxes(Drawing *drawing, Frame *frame, const DrawBox *boxes, int count);
/* R, G, B of a class: the same everywhere, well apart for neighbouring indices. */
void drawing_colour(int class_index, uint8_t rgb[3]);

#endif
