/* What stands in the window: pictures, one or a mosaic of several, and texts over them. */
#ifndef LOOKOUT_APP_WINDOW_CANVAS_H
#define LOOKOUT_APP_WINDOW_CANVAS_H

#include "base/error.h"
#include "vision/draw/draw.h"
#include <stdbool.h>

#define CANVAS_MAX_PICTURES 64

/* Texts are in UTF-8, lines end in '\n', what stands before a '\t' is a name in a column of names (see
 * panel.h); NULL or
 * "": none. They are drawn at the window's own resolution, on a dark ground. */

/* What lies over the whole window. */
typedef struct Overlay {
    const char *status; /* upper left */
    const char *state;  /* upper right */
    const char *centre;
    const char *notice; /* bottom */
} Overlay;

/* One picture of those that are shown, in their order. */
typedef struct Tile {
    int picture;        /* its number, see canvas_set_picture() */
    const char *label;  /* upper left, within the picture */
    const char *centre; /* in its middle */
    bool dim;           /* the picture is not what is to be seen now: darker */
    const char *click;  /* the command of a click on it, valid until the next canvas_draw(); NULL: none */
} Tile;

typedef struct Canvas Canvas;
struct SDL_Renderer; /* the same at every call; it owns all textures */

/* NULL when out of memory. Without a font there are no texts. */
Canvas *canvas_create(void);
void canvas_destroy(Canvas *canvas); /* after the renderer; takes NULL */

/* Copies an I420 picture (any matrix and range) and draws the boxes into the copy, which is from now on the
 * picture of this number, 0 to CANVAS_MAX_PICTURES - 1. Returns 0, or -1 with error. */
int canvas_set_picture(Canvas *canvas, struct SDL_Renderer *renderer, int number, const Frame *picture,
                       const DrawBox *boxes, int count, Error *error);
/* Draws these pictures, each with its own aspect (of the samples too) and black around it, and the texts; a
 * picture that was not set yet is black. count: 1 to CANVAS_MAX_PICTURES. scale: pixels that a point of the
 * desktop has. Returns 0, or -1 with SDL_GetError(). */
int canvas_draw(Canvas *canvas, struct SDL_Renderer *renderer, const Tile *tiles, int count,
                const Overlay *overlay, double scale);
/* The command of a click on this pixel, as drawn last; NULL: none. */
const char *canvas_click(const Canvas *canvas, int x, int y);

#endif
