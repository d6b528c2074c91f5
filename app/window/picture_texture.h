/* The picture as a texture of SDL's renderer, in the colours that its matrix and range mean. */
#ifndef LOOKOUT_APP_WINDOW_PICTURE_TEXTURE_H
#define LOOKOUT_APP_WINDOW_PICTURE_TEXTURE_H

#include "base/error.h"
#include "vision/convert.h"
#include "vision/frame.h"

#include <SDL.h>

/* Zeroed at first. */
typedef struct PictureTexture {
    SDL_Texture *texture; /* NULL: there is none yet */
    uint32_t format;      /* SDL's, of the texture */
    int width, height;    /* of the texture */
    double aspect;        /* width to height as it is to be seen */
    Converter *converter; /* for what SDL's YUV textures cannot mean */
    Frame rgb;
} PictureTexture;

/* Takes over an I420 frame. Returns 0, or -1 with error (one line). */
int picture_texture_set(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame, Error *error);
/* The largest place within width x height that has the picture's aspect, in the middle. */
SDL_Rect picture_texture_place(const PictureTexture *picture, int width, int height);
void picture_texture_free(PictureTexture *picture); /* before the renderer is destroyed; zeroes it */

#endif
