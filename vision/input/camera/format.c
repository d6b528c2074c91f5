#include "vision/input/camera/format.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "vision/input/camera/choice.h"
#include "vision/input/camera/enumerate.h"

static ColourMatrix matrix_of(const struct v4l2_pix_format *pix)
{
    unsigned int encoding = pix->ycbcr_enc;
    if (encoding == V4L2_YCBCR_ENC_DEFAULT)
        encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(pix->colorspace);
    switch (encoding) {
    case V4L2_YCBCR_ENC_709:
    case V4L2_YCBCR_ENC_XV709:
    case V4L2_YCBCR_ENC_SMPTE240M: /* within 0.01 of it */
        return MATRIX_BT709;
    case V4L2_YCBCR_ENC_BT2020:
    case V4L2_YCBCR_ENC_BT2020_CONST_LUM:
        return MATRIX_BT2020;
    default:
        return MATRIX_BT601;
    }
}

static ColourRange range_of(const struct v4l2_pix_format *pix, PixelFormat ours)
{
    unsigned int quantization = pix->quantization;
    /* Grey is not Y'CbCr: a sensor's values are not scaled to limited range. */
    bool is_rgb = ours == PIXEL_RGB24 || ours == PIXEL_BGR24 || ours == PIXEL_GREY;
    if (quantization == V4L2_QUANTIZATION_DEFAULT)
        quantization = V4L2_MAP_QUANTIZATION_DEFAULT(is_rgb, pix->colorspace, pix->ycbcr_enc);
    return quantization == V4L2_QUANTIZATION_FULL_RANGE ? RANGE_FULL : RANGE_LIMITED;
}

/* Planes as the driver lays them out: one behind the other, with rows of chroma in proportion to those of
 * luma. */
static int lay_out(CameraFormat *format, const struct v4l2_pix_format *pix, Error *error)
{
    unsigned int line = pix->bytesperline;
    if (line == 0)
        line = (unsigned int)frame_plane_width(format->pixel_format, 0, format->width);
    size_t end = 0;
    for (int i = 0; i < frame_plane_count(format->pixel_format); i++) {
        int rows = frame_plane_height(format->pixel_format, i, format->height);
        int bytes = frame_plane_width(format->pixel_format, i, format->width);
        unsigned int stride = i > 0 && format->pixel_format == PIXEL_I420 ? (line + 1) / 2 : line;
        /* A frame of 16384 pixels has rows of 48 KB at most; the rest is the driver's padding. */
        if (stride < (unsigned int)bytes || stride > 16 * FRAME_MAX_SIDE)
            return error_set(error, "says that a row of %d pixels has %u bytes, which cannot be",
                             format->width, pix->bytesperline);
        format->strides[i] = (int)stride;
        format->offsets[i] = end;
        format->needed = end + (size_t)stride * (size_t)(rows - 1) + (size_t)bytes;
        end += (size_t)stride * (size_t)rows;
    }
    return 0;
}

int camera_format_fill(CameraFormat *format, const struct v4l2_pix_format *pix, Error *error)
{
    memset(format, 0, sizeof *format);
    format->fourcc = pix->pixelformat;
    format->pixel_format = camera_pixel_format(pix->pixelformat);
    if (format->pixel_format == PIXEL_NONE)
        return error_set(error, "chose the format %s, which cannot be read",
                         camera_fourcc(pix->pixelformat).text);
    if (pix->width < 1 || pix->height < 1 || pix->width > FRAME_MAX_SIDE || pix->height > FRAME_MAX_SIDE)
        return error_set(error, "chose a size of %ux%u, which cannot be", pix->width, pix->height);
    if (pix->field == V4L2_FIELD_ALTERNATE || pix->field == V4L2_FIELD_SEQ_TB ||
        pix->field == V4L2_FIELD_SEQ_BT)
        return error_set(error, "delivers the fields of interlaced video apart, which is not supported");
    format->width = (int)pix->width;
    format->height = (int)pix->height;
    if (format->pixel_format == PIXEL_MJPEG) {
        format->matrix = MATRIX_BT601;
        format->range = RANGE_FULL;
        return 0;
    }
    format->matrix = matrix_of(pix);
    format->range = range_of(pix, format->pixel_format);
    return lay_out(format, pix, error);
}

static int choose(const CameraDevice *device, const CameraRequest *request, CameraChoice *choice,
                  Error *error)
{
    CameraModes modes;
    Error problem;
    if (camera_enumerate(device, request->width ? request->width : CAMERA_USUAL_WIDTH,
                         request->height ? request->height : CAMERA_USUAL_HEIGHT, &modes, error))
        return -ENOMEM;
    int failed = camera_choose(&modes, request, choice, &problem);
    camera_modes_free(&modes);
    if (!failed)
        return 0;
    error_set(error, "%s: \"%s\" %.300s", device->path, device->name, problem.message);
    return -EINVAL;
}

static int set_format(const CameraDevice *device, const CameraRequest *request, const CameraChoice *choice,
                      CameraFormat *format, Error *error)
{
    struct v4l2_format set = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    Error problem;
    set.fmt.pix.width = (unsigned int)choice->width;
    set.fmt.pix.height = (unsigned int)choice->height;
    set.fmt.pix.pixelformat = choice->fourcc;
    set.fmt.pix.field = V4L2_FIELD_NONE;
    int code = camera_device_control(device, VIDIOC_S_FMT, &set);
    if (code)
        return camera_device_fail(error, device->path, "setting the format", code);
    if (camera_format_fill(format, &set.fmt.pix, &problem)) {
        error_set(error, "%s: \"%s\" %.300s", device->path, device->name, problem.message);
        return -EINVAL;
    }
    /* A driver that lacks what is asked for sets something else instead of failing. */
    if ((request->fourcc && format->pixel_format != camera_pixel_format(request->fourcc)) ||
        (request->width && (format->width != request->width || format->height != request->height))) {
        error_set(error, "%s: \"%s\" does not do %dx%d %s; it offers %dx%d %s instead", device->path,
                  device->name, choice->width, choice->height, camera_fourcc(choice->fourcc).text,
                  format->width, format->height, camera_fourcc(format->fourcc).text);
        return -EINVAL;
    }
    return 0;
}

/* Drivers that cannot set a rate refuse one of the two calls, or lack the capability. */
static int set_rate(const CameraDevice *device, const CameraChoice *choice, CameraFormat *format,
                    Error *error)
{
    struct v4l2_streamparm parameters = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    int code = camera_device_control(device, VIDIOC_G_PARM, &parameters);
    if (!code && choice->denominator && parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) {
        parameters.parm.capture.timeperframe.numerator = choice->numerator;
        parameters.parm.capture.timeperframe.denominator = choice->denominator;
        code = camera_device_control(device, VIDIOC_S_PARM, &parameters);
    }
    if (code == -ENOTTY || code == -EINVAL)
        return 0;
    if (code)
        return camera_device_fail(error, device->path, "setting the frame rate", code);
    if (parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME)
        format->rate = camera_rate(parameters.parm.capture.timeperframe.numerator,
                                   parameters.parm.capture.timeperframe.denominator);
    return 0;
}

int camera_format_negotiate(const CameraDevice *device, const CameraRequest *request, CameraFormat *format,
                            Error *error)
{
    CameraChoice choice;
    int code = choose(device, request, &choice, error);
    if (!code)
        code = set_format(device, request, &choice, format, error);
    if (!code)
        code = set_rate(device, &choice, format, error);
    if (!code && request->rate > 0 && format->rate > 0 && format->rate < 0.99 * request->rate) {
        error_set(error, "%s: \"%s\" gives %.4g frames a second at %dx%d %s, not %.4g", device->path,
                  device->name, format->rate, format->width, format->height,
                  camera_fourcc(format->fourcc).text, request->rate);
        code = -EINVAL;
    }
    return code;
}
