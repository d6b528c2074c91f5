#include "vision/input/camera/modes.h"

#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    uint32_t fourcc;
    PixelFormat format;
    const char *other_names[2];
} formats[] = {
    {V4L2_PIX_FMT_YUYV, PIXEL_YUYV, {"YUY2"}},
    {V4L2_PIX_FMT_UYVY, PIXEL_UYVY, {NULL}},
    {V4L2_PIX_FMT_NV12, PIXEL_NV12, {NULL}},
    {V4L2_PIX_FMT_NV21, PIXEL_NV21, {NULL}},
    {V4L2_PIX_FMT_YUV420, PIXEL_I420, {"I420", "YUV420"}},
    {V4L2_PIX_FMT_RGB24, PIXEL_RGB24, {"RGB24"}},
    {V4L2_PIX_FMT_BGR24, PIXEL_BGR24, {"BGR24"}},
    {V4L2_PIX_FMT_GREY, PIXEL_GREY, {"GRAY", "Y8"}},
    {V4L2_PIX_FMT_MJPEG, PIXEL_MJPEG, {"MJPEG"}},
    {V4L2_PIX_FMT_JPEG, PIXEL_MJPEG, {NULL}},
};
enum { FORMATS = sizeof formats / sizeof *formats };

void camera_modes_free(CameraModes *modes)
{
    free(modes->modes);
    free(modes->rates);
    memset(modes, 0, sizeof *modes);
}

double camera_rate(uint32_t numerator, uint32_t denominator)
{
    return numerator && denominator ? (double)denominator / numerator : 0;
}

CameraFourcc camera_fourcc(uint32_t fourcc)
{
    CameraFourcc name = {""};
    for (int i = 0; i < 4; i++) {
        char c = (char)(fourcc >> 8 * i & 0x7f);
        name.text[i] = c > ' ' && c < 0x7f ? c : c == ' ' ? '\0' : '.';
    }
    return name;
}

PixelFormat camera_pixel_format(uint32_t fourcc)
{
    for (int i = 0; i < FORMATS; i++)
        if (formats[i].fourcc == fourcc)
            return formats[i].format;
    return PIXEL_NONE;
}

uint32_t camera_fourcc_named(const char *name)
{
    for (int i = 0; i < FORMATS; i++) {
        if (!strcasecmp(name, camera_fourcc(formats[i].fourcc).text))
            return formats[i].fourcc;
        for (int j = 0; j < 2; j++)
            if (formats[i].other_names[j] && !strcasecmp(name, formats[i].other_names[j]))
                return formats[i].fourcc;
    }
    return 0;
}

static int nearest_on_grid(int requested, int least, int most, int step)
{
    if (requested <= least)
        return least;
    if (requested >= most)
        return most;
    return step > 1 ? least + (requested - least + step / 2) / step * step : requested;
}

void camera_mode_size(const CameraMode *mode, int requested_width, int requested_height, int *width,
                      int *height)
{
    *width = requested_width;
    *height = requested_height;
    if (mode->most_width == 0)
        return;
    *width = nearest_on_grid(requested_width, mode->least_width, mode->most_width, mode->width_step);
    *height = nearest_on_grid(requested_height, mode->least_height, mode->most_height, mode->height_step);
    /* where the largest size is not a whole number of steps from the least */
    if (*width > mode->most_width)
        *width -= mode->width_step;
    if (*height > mode->most_height)
        *height -= mode->height_step;
}
