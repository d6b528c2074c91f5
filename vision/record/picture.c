#include "vision/record/picture.h"

#include <libavutil/error.h>
#include <libyuv.h>
#include <stdbool.h>
#include <string.h>

int picture_init(Picture *picture, enum AVPixelFormat format, const Frame *like, ColourMatrix matrix,
                 ColourRange range, bool even)
{
    picture->width = like->width;
    picture->height = like->height;
    picture->matrix = matrix;
    picture->range = range;
    picture->frame = av_frame_alloc();
    if (!picture->frame)
        return AVERROR(ENOMEM);
    picture->frame->format = format;
    picture->frame->width = even ? (like->width + 1) & ~1 : like->width;
    picture->frame->height = even ? (like->height + 1) & ~1 : like->height;
    return av_frame_get_buffer(picture->frame, 0);
}

void picture_free(Picture *picture)
{
    av_frame_free(&picture->frame);
    sws_freeContext(picture->scaler);
    picture->scaler = NULL;
}

static bool same_geometry(const Frame *a, int width, int height, ColourMatrix matrix, ColourRange range)
{
    return a->width == width && a->height == height && a->matrix == matrix && a->range == range;
}

static const int *coefficients(ColourMatrix matrix)
{
    static const int names[MATRIX_COUNT] = {SWS_CS_ITU601, SWS_CS_ITU709, SWS_CS_BT2020};
    return sws_getCoefficients(names[matrix]);
}

/* Makes the scaler fit frames like `from`; 0, or a negative AVERROR. */
static int prepare_scaler(Picture *picture, const Frame *from)
{
    if (picture->scaler &&
        same_geometry(&picture->scaled, from->width, from->height, from->matrix, from->range))
        return 0;
    sws_freeContext(picture->scaler);
    picture->scaler =
        sws_getContext(from->width, from->height, AV_PIX_FMT_YUV420P, picture->width, picture->height,
                       picture->frame->format,
                       SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT, NULL, NULL, NULL);
    if (!picture->scaler)
        return AVERROR(ENOMEM);
    bool to_full = picture->range == RANGE_FULL;
    if (sws_setColorspaceDetails(picture->scaler, coefficients(from->matrix), from->range == RANGE_FULL,
                                 coefficients(picture->matrix), to_full, 0, 1 << 16, 1 << 16) < 0)
        return AVERROR(ENOSYS);
    picture->scaled = (Frame){.width = from->width, .height = from->height, .matrix = from->matrix};
    picture->scaled.range = from->range;
    return 0;
}

/* Chroma needs no padding: half of an odd size is rounded up already. */
static void repeat_last(AVFrame *frame, int width, int height)
{
    if (frame->width > width) {
        for (int y = 0; y < height; y++) {
            uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
            row[width] = row[width - 1];
        }
    }
    if (frame->height > height) {
        uint8_t *row = frame->data[0] + (ptrdiff_t)height * frame->linesize[0];
        memcpy(row, row - frame->linesize[0], (size_t)frame->width);
    }
}

int picture_fill(Picture *picture, const Frame *from)
{
    AVFrame *to = picture->frame;
    int status = av_frame_make_writable(to); /* an encoder may still hold the last one */
    if (status < 0)
        return status;
    if (to->format != AV_PIX_FMT_RGB24 &&
        same_geometry(from, picture->width, picture->height, picture->matrix, picture->range)) {
        I420Copy(from->planes[0], from->strides[0], from->planes[1], from->strides[1], from->planes[2],
                 from->strides[2], to->data[0], to->linesize[0], to->data[1], to->linesize[1], to->data[2],
                 to->linesize[2], from->width, from->height);
    } else {
        status = prepare_scaler(picture, from);
        if (status < 0)
            return status;
        status = sws_scale(picture->scaler, (const uint8_t *const *)from->planes, from->strides, 0,
                           from->height, to->data, to->linesize);
        if (status < 0)
            return status;
    }
    repeat_last(to, picture->width, picture->height);
    return 0;
}
