/* The picture of an input as a texture of SDL's renderer, in the colours that its matrix and range mean. */
#ifndef LOOKOUT_APP_WINDOW_PICTURE_TEXTURE_H
#define LOOKOUT_APP_WINDOW_PICTURE_TEXTURE_H

#include "base/error.h"
#include "vision/convert.h"
#include "vision/draw/draw.h"

#include <SDL.h>
#include <stdbool.h>

/* Zeroed at first. */
typedef struct PictureTexture {
    SDL_Texture *texture;         /* NULL: there is none yet */
    uint32_t format;              /* SDL's, of the texture */
    int width, height;            /* of the texture */
    double aspect;                /* width to height as it is to be seen; 0: there is no picture yet */
    SDL_YUV_CONVERSION_MODE mode; /* what the numbers of a YUV texture mean */
    /* for what SDL's YUV textures cannot mean */
    Converter *converter;
    Frame drawn, rgb;
} PictureTexture;

/* Copies an I420 frame into the texture, and draws the boxes into that copy. Returns 0, or -1 with error (one
 * line). */
int picture_texture_set(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame, Drawing *drawing,
                        const DrawBox *boxes, int count, Error *error);
/* Draws it, darker if dim, into this part of the window. Returns 0, or -1 with SDL_GetError(). */
int picture_texture_draw(const PictureTexture *picture, SDL_Renderer *renderer, const SDL_Rect *place,
                         bool dim);
void picture_texture_free(PictureTexture *picture); /* zeroes it; its texture goes with the renderer */

#endif
