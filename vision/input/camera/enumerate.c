#include "vision/input/camera/enumerate.h"

#include <stdbool.h>
#include <stdlib.h>

/* No device has more; a broken driver must not make the enumeration endless. */
enum { MAX_FORMATS = 128, MAX_SIZES = 256, MAX_RATES = 128 };

/* Grows an array to hold one more at powers of two; NULL when out of memory. */
static void *grown(void *array, int count, size_t size)
{
    if (count & (count - 1))
        return array;
    return realloc(array, (count ? 2 * (size_t)count : 1) * size);
}

static int add_rate(CameraModes *modes, const struct v4l2_fract *fast, const struct v4l2_fract *slow)
{
    CameraRate *rates = grown(modes->rates, modes->rate_count, sizeof *rates);
    if (!rates)
        return -1;
    modes->rates = rates;
    rates[modes->rate_count++] =
        (CameraRate){fast->numerator, fast->denominator, slow->numerator, slow->denominator};
    modes->modes[modes->count - 1].rate_count++;
    return 0;
}

static int add_rates(const CameraDevice *device, int width, int height, CameraModes *modes)
{
    const CameraMode *mode = &modes->modes[modes->count - 1];
    struct v4l2_frmivalenum interval = {.pixel_format = mode->fourcc};
    int shown_width, shown_height;
    camera_mode_size(mode, width, height, &shown_width, &shown_height);
    interval.width = (unsigned int)shown_width;
    interval.height = (unsigned int)shown_height;
    for (interval.index = 0; interval.index < MAX_RATES; interval.index++) {
        if (camera_device_control(device, VIDIOC_ENUM_FRAMEINTERVALS, &interval))
            return 0;
        if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE)
            return add_rate(modes, &interval.stepwise.min, &interval.stepwise.max);
        if (add_rate(modes, &interval.discrete, &interval.discrete))
            return -1;
    }
    return 0;
}

static int add_mode(CameraModes *modes, const CameraMode *mode)
{
    CameraMode *larger = grown(modes->modes, modes->count, sizeof *larger);
    if (!larger)
        return -1;
    modes->modes = larger;
    larger[modes->count] = *mode;
    larger[modes->count++].first_rate = modes->rate_count;
    return 0;
}

static bool is_side(unsigned int value)
{
    return value >= 1 && value <= FRAME_MAX_SIDE;
}

/* Ranges are cut to the sizes that a frame can have. Returns -1 for a size that no frame can have. */
static int size_of(const struct v4l2_frmsizeenum *size, CameraMode *mode)
{
    if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE) {
        if (!is_side(size->discrete.width) || !is_side(size->discrete.height))
            return -1;
        mode->least_width = mode->most_width = (int)size->discrete.width;
        mode->least_height = mode->most_height = (int)size->discrete.height;
        mode->width_step = mode->height_step = 1;
        return 0;
    }
    const struct v4l2_frmsize_stepwise *range = &size->stepwise;
    bool continuous = size->type == V4L2_FRMSIZE_TYPE_CONTINUOUS;
    unsigned int most_width = range->max_width < FRAME_MAX_SIDE ? range->max_width : FRAME_MAX_SIDE;
    unsigned int most_height = range->max_height < FRAME_MAX_SIDE ? range->max_height : FRAME_MAX_SIDE;
    if (range->min_width > most_width || range->min_height > most_height || most_width < 1 || most_height < 1)
        return -1;
    mode->least_width = range->min_width ? (int)range->min_width : 1;
    mode->least_height = range->min_height ? (int)range->min_height : 1;
    mode->most_width = (int)most_width;
    mode->most_height = (int)most_height;
    mode->width_step = continuous || !is_side(range->step_width) ? 1 : (int)range->step_width;
    mode->height_step = continuous || !is_side(range->step_height) ? 1 : (int)range->step_height;
    return 0;
}

static int add_sizes(const CameraDevice *device, uint32_t fourcc, int width, int height, CameraModes *modes)
{
    struct v4l2_frmsizeenum size = {.pixel_format = fourcc};
    for (size.index = 0; size.index < MAX_SIZES; size.index++) {
        CameraMode mode = {.fourcc = fourcc};
        if (camera_device_control(device, VIDIOC_ENUM_FRAMESIZES, &size)) {
            /* Without a list of sizes, any may be requested: the driver answers when the format is set. */
            return size.index == 0 ? add_mode(modes, &mode) : 0;
        }
        if (size_of(&size, &mode))
            continue;
        if (add_mode(modes, &mode) || add_rates(device, width, height, modes))
            return -1;
        if (size.type != V4L2_FRMSIZE_TYPE_DISCRETE)
            return 0;
    }
    return 0;
}

int camera_enumerate(const CameraDevice *device, int width, int height, CameraModes *modes, Error *error)
{
    *modes = (CameraModes){0};
    struct v4l2_fmtdesc format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    for (format.index = 0; format.index < MAX_FORMATS; format.index++) {
        /* formats that libv4l converts to are left out: the conversion is ours */
        if (camera_device_control(device, VIDIOC_ENUM_FMT, &format))
            break;
        if (!(format.flags & V4L2_FMT_FLAG_EMULATED) &&
            add_sizes(device, format.pixelformat, width, height, modes))
            goto out_of_memory;
    }
    if (modes->count > 0)
        return 0;
    /* A driver without a list of formats has at least the one that is set now. */
    struct v4l2_format now = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    CameraMode mode = {.fourcc = V4L2_PIX_FMT_YUYV};
    if (!camera_device_control(device, VIDIOC_G_FMT, &now) && now.fmt.pix.pixelformat)
        mode.fourcc = now.fmt.pix.pixelformat;
    if (add_mode(modes, &mode))
        goto out_of_memory;
    return 0;
out_of_memory:
    camera_modes_free(modes);
    return error_set(error, "%s: out of memory", device->path);
}
