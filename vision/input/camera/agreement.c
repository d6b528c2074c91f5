/* From the wish to what the driver does. */
#include <errno.h>
#include <string.h>

#include "vision/input/camera/stream.h"

static ColourMatrix matrix_of(const struct v4l2_pix_format *format)
{
    unsigned int encoding = format->ycbcr_enc;
    if (encoding == V4L2_YCBCR_ENC_DEFAULT)
        encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(format->colorspace);
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

static ColourRange range_of(const struct v4l2_pix_format *format, PixelFormat ours)
{
    unsigned int quantization = format->quantization;
    /* Grey is not Y'CbCr: the numbers of a sensor are not squeezed into limited range. */
    int is_rgb = ours == PIXEL_RGB24 || ours == PIXEL_BGR24 || ours == PIXEL_GREY;
    if (quantization == V4L2_QUANTIZATION_DEFAULT)
        quantization = V4L2_MAP_QUANTIZATION_DEFAULT(is_rgb, format->colorspace, format->ycbcr_enc);
    return quantization == V4L2_QUANTIZATION_FULL_RANGE ? RANGE_FULL : RANGE_LIMITED;
}

/* Rows as the driver lays them out: planes follow each other, those of chroma with rows in proportion. */
static int lay_out(CameraAgreement *agreement, const struct v4l2_pix_format *format, Error *error)
{
    unsigned int line = format->bytesperline;
    if (line == 0)
        line = (unsigned int)frame_plane_width(agreement->format, 0, agreement->width);
    size_t end = 0;
    for (int i = 0; i < frame_plane_count(agreement->format); i++) {
        int rows = frame_plane_height(agreement->format, i, agreement->height);
        int bytes = frame_plane_width(agreement->format, i, agreement->width);
        unsigned int stride = i > 0 && agreement->format == PIXEL_I420 ? (line + 1) / 2 : line;
        /* A frame of 16384 pixels has rows of 48 KB at most; the rest is the driver's padding. */
        if (stride < (unsigned int)bytes || stride > 16 * FRAME_MAX_SIDE)
            return error_set(error, "says that a row of %d pixels has %u bytes, which cannot be",
                             agreement->width, format->bytesperline);
        agreement->strides[i] = (int)stride;
        agreement->offsets[i] = end;
        agreement->needed = end + (size_t)stride * (size_t)(rows - 1) + (size_t)bytes;
        end += (size_t)stride * (size_t)rows;
    }
    return 0;
}

int camera_agreement_fill(CameraAgreement *agreement, const struct v4l2_pix_format *format, Error *error)
{
    memset(agreement, 0, sizeof *agreement);
    agreement->fourcc = format->pixelformat;
    agreement->format = camera_pixel_format(format->pixelformat);
    if (agreement->format == PIXEL_NONE)
        return error_set(error, "chose the format %s, which cannot be read",
                         camera_fourcc(format->pixelformat).text);
    if (format->width < 1 || format->height < 1 || format->width > FRAME_MAX_SIDE ||
        format->height > FRAME_MAX_SIDE)
        return error_set(error, "chose a size of %ux%u, which cannot be", format->width, format->height);
    if (format->field == V4L2_FIELD_ALTERNATE || format->field == V4L2_FIELD_SEQ_TB ||
        format->field == V4L2_FIELD_SEQ_BT)
        return error_set(error, "delivers the fields of interlaced video apart, which is not supported");
    agreement->width = (int)format->width;
    agreement->height = (int)format->height;
    if (agreement->format == PIXEL_MJPEG) {
        agreement->matrix = MATRIX_BT601;
        agreement->range = RANGE_FULL;
        return 0;
    }
    agreement->matrix = matrix_of(format);
    agreement->range = range_of(format, agreement->format);
    return lay_out(agreement, format, error);
}

static int choose(const CameraDevice *device, const CameraWish *wish, CameraChoice *choice, Error *error)
{
    CameraModes modes;
    Error problem;
    if (camera_device_modes(device, wish->width ? wish->width : 640, wish->height ? wish->height : 480,
                            &modes, error))
        return -ENOMEM;
    int failed = camera_choose(&modes, wish, choice, &problem);
    camera_modes_free(&modes);
    if (!failed)
        return 0;
    error_set(error, "%s: \"%s\" %.300s", device->path, device->name, problem.message);
    return -EINVAL;
}

static int set_format(const CameraDevice *device, const CameraWish *wish, const CameraChoice *choice,
                      CameraAgreement *agreement, Error *error)
{
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    Error problem;
    format.fmt.pix.width = (unsigned int)choice->width;
    format.fmt.pix.height = (unsigned int)choice->height;
    format.fmt.pix.pixelformat = choice->fourcc;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    int code = camera_device_control(device, VIDIOC_S_FMT, &format);
    if (code)
        return camera_device_fail(error, device->path, "setting the format", code);
    if (camera_agreement_fill(agreement, &format.fmt.pix, &problem)) {
        error_set(error, "%s: \"%s\" %.300s", device->path, device->name, problem.message);
        return -EINVAL;
    }
    /* Drivers put what they like better in place of what they do not have. */
    if ((wish->fourcc && agreement->format != camera_pixel_format(wish->fourcc)) ||
        (wish->width && (agreement->width != wish->width || agreement->height != wish->height))) {
        error_set(error, "%s: \"%s\" does not do %dx%d %s; it offers %dx%d %s instead", device->path,
                  device->name, choice->width, choice->height, camera_fourcc(choice->fourcc).text,
                  agreement->width, agreement->height, camera_fourcc(agreement->fourcc).text);
        return -EINVAL;
    }
    return 0;
}

/* Drivers without rates refuse one of the two calls, or say that they have none. */
static int set_rate(const CameraDevice *device, const CameraChoice *choice, CameraAgreement *agreement,
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
        agreement->rate = camera_rate(parameters.parm.capture.timeperframe.numerator,
                                      parameters.parm.capture.timeperframe.denominator);
    return 0;
}

int camera_agree(const CameraDevice *device, const CameraWish *wish, CameraAgreement *agreement, Error *error)
{
    CameraChoice choice;
    int code = choose(device, wish, &choice, error);
    if (!code)
        code = set_format(device, wish, &choice, agreement, error);
    if (!code)
        code = set_rate(device, &choice, agreement, error);
    if (!code && wish->rate > 0 && agreement->rate > 0 && agreement->rate < 0.99 * wish->rate) {
        error_set(error, "%s: \"%s\" gives %.4g frames a second at %dx%d %s, not %.4g", device->path,
                  device->name, agreement->rate, agreement->width, agreement->height,
                  camera_fourcc(agreement->fourcc).text, wish->rate);
        code = -EINVAL;
    }
    return code;
}
