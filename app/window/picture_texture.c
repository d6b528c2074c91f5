#include "app/window/picture_texture.h"

#include <math.h>

/* What an SDL 2.26 texture of I420 can mean: BT.601 of both ranges, BT.709 of limited range. */
static int sdl_knows(const Frame *frame, SDL_YUV_CONVERSION_MODE *mode)
{
    if (frame->matrix == MATRIX_BT601)
        *mode = frame->range == RANGE_FULL ? SDL_YUV_CONVERSION_JPEG : SDL_YUV_CONVERSION_BT601;
    else
        *mode = SDL_YUV_CONVERSION_BT709;
    return frame->matrix == MATRIX_BT601 || (frame->matrix == MATRIX_BT709 && frame->range == RANGE_LIMITED);
}

static int make_texture(PictureTexture *picture, SDL_Renderer *renderer, uint32_t format, const Frame *frame)
{
    if (picture->texture && picture->format == format && picture->width == frame->width &&
        picture->height == frame->height)
        return 0;
    if (picture->texture)
        SDL_DestroyTexture(picture->texture);
    picture->texture =
        SDL_CreateTexture(renderer, format, SDL_TEXTUREACCESS_STREAMING, frame->width, frame->height);
    if (!picture->texture)
        return -1;
    picture->format = format;
    picture->width = frame->width;
    picture->height = frame->height;
    SDL_SetTextureScaleMode(picture->texture, SDL_ScaleModeLinear);
    SDL_SetTextureBlendMode(picture->texture, SDL_BLENDMODE_NONE);
    return 0;
}

static int upload_yuv(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame)
{
    if (make_texture(picture, renderer, SDL_PIXELFORMAT_IYUV, frame))
        return -1;
    return SDL_UpdateYUVTexture(picture->texture, NULL, frame->planes[0], frame->strides[0], frame->planes[1],
                                frame->strides[1], frame->planes[2], frame->strides[2]);
}

static int upload_rgb(PictureTexture *picture, SDL_Renderer *renderer)
{
    const Frame *rgb = &picture->rgb;
    if (make_texture(picture, renderer, SDL_PIXELFORMAT_RGB24, rgb))
        return -1;
    return SDL_UpdateTexture(picture->texture, NULL, rgb->planes[0], rgb->strides[0]);
}

int picture_texture_set(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame, Error *error)
{
    SDL_YUV_CONVERSION_MODE mode;
    int failed;
    if (sdl_knows(frame, &mode)) {
        SDL_SetYUVConversionMode(
            mode); /* counts when pixels are converted, which may be when they are drawn */
        failed = upload_yuv(picture, renderer, frame);
    } else {
        Error why;
        if (!picture->converter && !(picture->converter = converter_create()))
            return error_set(error, "out of memory");
        if (converter_to_rgb(picture->converter, frame, &picture->rgb, &why))
            return error_set(error, "%s", why.message);
        failed = upload_rgb(picture, renderer);
    }
    if (failed)
        return error_set(error, "the window cannot show a picture of %dx%d: %s", frame->width, frame->height,
                         SDL_GetError());
    picture->aspect = (double)frame->width * frame->sar_num / ((double)frame->height * frame->sar_den);
    return 0;
}

SDL_Rect picture_texture_place(const PictureTexture *picture, int width, int height)
{
    SDL_Rect place = {0, 0, width, height};
    if (width > height * picture->aspect)
        place.w = (int)lrint(fmax(1, height * picture->aspect));
    else
        place.h = (int)lrint(fmax(1, width / picture->aspect));
    place.x = (width - place.w) / 2;
    place.y = (height - place.h) / 2;
    return place;
}

void picture_texture_free(PictureTexture *picture)
{
    if (picture->texture)
        SDL_DestroyTexture(picture->texture);
    converter_destroy(picture->converter);
    frame_free(&picture->rgb);
    *picture = (PictureTexture){0};
}
