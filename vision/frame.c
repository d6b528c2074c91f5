#include "vision/frame.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_ALIGNMENT = 64 };

int frame_plane_count(PixelFormat format)
{
    switch (format) {
    case PIXEL_I420:
    case PIXEL_I422:
    case PIXEL_I444:
        return 3;
    case PIXEL_NV12:
    case PIXEL_NV21:
        return 2;
    case PIXEL_YUYV:
    case PIXEL_UYVY:
    case PIXEL_GREY:
    case PIXEL_RGB24:
    case PIXEL_BGR24:
    case PIXEL_MJPEG:
        return 1;
    case PIXEL_NONE:
    case PIXEL_FORMATS:
        break;
    }
    return 0;
}

int frame_plane_width(PixelFormat format, int plane, int width)
{
    int half = (width + 1) / 2;
    switch (format) {
    case PIXEL_I420:
    case PIXEL_I422:
        return plane == 0 ? width : half;
    case PIXEL_I444:
    case PIXEL_GREY:
        return width;
    case PIXEL_NV12:
    case PIXEL_NV21:
        return plane == 0 ? width : 2 * half;
    case PIXEL_YUYV:
    case PIXEL_UYVY:
        return 4 * half;
    case PIXEL_RGB24:
    case PIXEL_BGR24:
        return 3 * width;
    case PIXEL_NONE:
    case PIXEL_MJPEG:
    case PIXEL_FORMATS:
        break;
    }
    return 0;
}

int frame_plane_height(PixelFormat format, int plane, int height)
{
    bool vertically_halved = format == PIXEL_I420 || format == PIXEL_NV12 || format == PIXEL_NV21;
    return plane > 0 && vertically_halved ? (height + 1) / 2 : height;
}

int frame_alloc(Frame *frame, PixelFormat format, int width, int height)
{
    int planes = frame_plane_count(format);
    size_t offsets[3] = {0};
    size_t size = 0;
    if (planes == 0 || format == PIXEL_MJPEG || width < 1 || height < 1 || width > FRAME_MAX_SIDE ||
        height > FRAME_MAX_SIDE) {
        frame_free(frame);
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        int row = i < planes ? frame_plane_width(format, i, width) : 0;
        frame->strides[i] = (row + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        offsets[i] = size;
        if (i < planes)
            size += (size_t)frame->strides[i] * (size_t)frame_plane_height(format, i, height);
    }
    if (!frame->memory || frame->memory_size < size) {
        free(frame->memory);
        frame->memory = aligned_alloc(ROW_ALIGNMENT, size);
        frame->memory_size = size;
        if (!frame->memory) {
            frame_free(frame);
            return -1;
        }
    }
    for (int i = 0; i < 3; i++)
        frame->planes[i] = i < planes ? (uint8_t *)frame->memory + offsets[i] : NULL;
    frame->format = format;
    frame->width = width;
    frame->height = height;
    frame->bytes = 0;
    if (frame->sar_num < 1 || frame->sar_den < 1)
        frame->sar_num = frame->sar_den = 1;
    return 0;
}

void frame_free(Frame *frame)
{
    if (!frame)
        return;
    free(frame->memory);
    memset(frame, 0, sizeof *frame);
}

void frame_copy_properties(Frame *to, const Frame *from)
{
    to->matrix = from->matrix;
    to->range = from->range;
    to->sar_num = from->sar_num;
    to->sar_den = from->sar_den;
    to->time_ns = from->time_ns;
    to->sequence = from->sequence;
}

void frame_copy_pixels(Frame *to, const Frame *from)
{
    for (int i = 0; i < frame_plane_count(from->format); i++) {
        size_t row = (size_t)frame_plane_width(from->format, i, from->width);
        for (int y = 0; y < frame_plane_height(from->format, i, from->height); y++)
            memcpy(to->planes[i] + (ptrdiff_t)y * to->strides[i],
                   from->planes[i] + (ptrdiff_t)y * from->strides[i], row);
    }
}

int frame_copy(Frame *to, const Frame *from)
{
    if (frame_alloc(to, from->format, from->width, from->height))
        return -1;
    frame_copy_pixels(to, from);
    frame_copy_properties(to, from);
    return 0;
}
