#include "app/window/picture_texture.h"

/* What an SDL 2.26 texture of I420 can mean: BT.601 of both ranges, BT.709 of limited range. */
static bool sdl_knows(const Frame *frame, SDL_YUV_CONVERSION_MODE *mode)
{
    if (frame->matrix == MATRIX_BT601)
        *mode = frame->range == RANGE_FULL ? SDL_YUV_CONVERSION_JPEG : SDL_YUV_CONVERSION_BT601;
    else
        *mode = SDL_YUV_CONVERSION_BT709;
    return frame->matrix == MATRIX_BT601 || (frame->matrix == MATRIX_BT709 && frame->range == RANGE_LIMITED);
}

/* SDL has one conversion mode for all textures. It counts when pixels are converted, which may be when they
 * are copied into the texture or when what was drawn is carried out. */
static int set_mode(SDL_Renderer *renderer, SDL_YUV_CONVERSION_MODE mode)
{
    if (SDL_GetYUVConversionMode() == mode)
        return 0;
    const int failed = SDL_RenderFlush(renderer);
    SDL_SetYUVConversionMode(mode);
    return failed;
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

/* The memory of a locked texture, whose planes follow each other without a gap, as a frame. */
static Frame frame_in_texture(const Frame *frame, uint8_t *pixels, int pitch)
{
    const int chroma_pitch = (pitch + 1) / 2, chroma_height = (frame->height + 1) / 2;
    uint8_t *chroma = pixels + (ptrdiff_t)pitch * frame->height;
    Frame view = {
        .format = PIXEL_I420,
        .width = frame->width,
        .height = frame->height,
        .planes = {pixels, chroma, chroma + (ptrdiff_t)chroma_pitch * chroma_height},
        .strides = {pitch, chroma_pitch, chroma_pitch},
    };
    frame_copy_properties(&view, frame);
    return view;
}

static int upload_yuv(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame, Drawing *drawing,
                      const DrawBox *boxes, int count)
{
    void *pixels;
    int pitch;
    if (make_texture(picture, renderer, SDL_PIXELFORMAT_IYUV, frame) || set_mode(renderer, picture->mode) ||
        SDL_LockTexture(picture->texture, NULL, &pixels, &pitch))
        return -1;
    Frame view = frame_in_texture(frame, pixels, pitch);
    frame_copy_pixels(&view, frame);
    drawing_boxes(drawing, &view, boxes, count);
    SDL_UnlockTexture(picture->texture);
    return 0;
}

static int upload_rgb(PictureTexture *picture, SDL_Renderer *renderer)
{
    const Frame *rgb = &picture->rgb;
    if (make_texture(picture, renderer, SDL_PIXELFORMAT_RGB24, rgb))
        return -1;
    return SDL_UpdateTexture(picture->texture, NULL, rgb->planes[0], rgb->strides[0]);
}

static int convert(PictureTexture *picture, const Frame *frame, Drawing *drawing, const DrawBox *boxes,
                   int count, Error *error)
{
    if (!picture->converter && !(picture->converter = converter_create()))
        return error_set(error, "out of memory");
    if (frame_copy(&picture->drawn, frame))
        return error_set(error, "out of memory");
    drawing_boxes(drawing, &picture->drawn, boxes, count);
    return converter_to_rgb(picture->converter, &picture->drawn, &picture->rgb, error);
}

int picture_texture_set(PictureTexture *picture, SDL_Renderer *renderer, const Frame *frame, Drawing *drawing,
                        const DrawBox *boxes, int count, Error *error)
{
    int failed;
    if (sdl_knows(frame, &picture->mode)) {
        failed = upload_yuv(picture, renderer, frame, drawing, boxes, count);
    } else {
        if (convert(picture, frame, drawing, boxes, count, error))
            return -1;
        failed = upload_rgb(picture, renderer);
    }
    if (failed)
        return error_set(error, "the window cannot show a picture of %dx%d: %s", frame->width, frame->height,
                         SDL_GetError());
    picture->aspect = (double)frame->width * frame->sar_num / ((double)frame->height * frame->sar_den);
    return 0;
}

int picture_texture_draw(const PictureTexture *picture, SDL_Renderer *renderer, const SDL_Rect *place,
                         bool dim)
{
    const uint8_t light = dim ? 90 : 255;
    if (picture->format == SDL_PIXELFORMAT_IYUV && set_mode(renderer, picture->mode))
        return -1;
    return SDL_SetTextureColorMod(picture->texture, light, light, light) ||
                   SDL_RenderCopy(renderer, picture->texture, NULL, place)
               ? -1
               : 0;
}

void picture_texture_free(PictureTexture *picture)
{
    converter_destroy(picture->converter);
    frame_free(&picture->drawn);
    frame_free(&picture->rgb);
    *picture = (PictureTexture){0};
}
