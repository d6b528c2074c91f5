/* A text over the picture: a panel, and the texture that it is drawn from, which grows as needed. */
#ifndef LOOKOUT_APP_WINDOW_TEXT_LAYER_H
#define LOOKOUT_APP_WINDOW_TEXT_LAYER_H

#include "app/window/panel.h"
#include <SDL.h>
#include <stdbool.h>

/* Zeroed at first. */
typedef struct TextLayer {
    Panel panel; /* its width is 0 where there is nothing to see */
    SDL_Texture *texture;
    int width, height; /* of the texture */
} TextLayer;

/* Gives the layer its text, as panel_set() does. Returns 0, or -1 with SDL_GetError(). */
int text_layer_set(TextLayer *layer, SDL_Renderer *renderer, Font *font, const char *string, int em,
                   int widest, int highest);
/* Draws it with its upper left corner there. Returns 0, or -1 with SDL_GetError(). */
int text_layer_draw(const TextLayer *layer, SDL_Renderer *renderer, int x, int y);

void text_layer_free(TextLayer *layer); /* zeroes it; its texture goes with the renderer */

#endif
