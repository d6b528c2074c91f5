#include "vision/input/camera/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int camera_device_control(const CameraDevice *device, unsigned long request, void *argument)
{
    return device->calls->control(device->calls->context, device->fd, request, argument);
}

static const char *explain(int code)
{
    switch (-code) {
    case EACCES:
    case EPERM:
        return "permission denied; add yourself to the group \"video\" (sudo usermod -aG video $USER) and "
               "log in "
               "again";
    case EBUSY:
        return "busy; close the program that uses the camera";
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return "no such camera, or it was unplugged; \"lookout devices\" lists those that are there";
    case EIO:
    case EPROTO:
    case ETIMEDOUT:
        return "the camera does not answer as it should; unplug it and plug it in again";
    case ENOSPC:
        return "not enough USB bandwidth; use another port, or a smaller --camera-size or --camera-fps";
    case EPIPE:
    case ENOLINK:
        return "the driver needs to be set up by other software; on a Raspberry Pi run this program with "
               "libcamerify";
    default:
        return strerror(-code);
    }
}

int camera_device_fail(Error *error, const char *path, const char *what, int code)
{
    error_set(error, "%s: %s%s%s", path, what, *what ? ": " : "", explain(code));
    return code;
}

/* These texts come from the USB device itself: only what is safe on every terminal is kept. */
static void copy_text(char *to, size_t room, const unsigned char *from, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length && from[i] && used + 1 < room; i++)
        to[used++] = from[i] >= 0x20 && from[i] < 0x7f ? (char)from[i] : '?';
    to[used] = '\0';
}

/* Why a device cannot be used, to follow its name; NULL if it can. */
static const char *obstacle(const struct v4l2_capability *about, unsigned int caps)
{
    const char *driver = (const char *)about->driver;
    if (caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE))
        return "converts pictures, it is not a camera";
    /* A converter of the Raspberry Pi that does not report itself as one. */
    if (!strncmp(driver, "bcm2835-isp", sizeof about->driver))
        return "converts pictures, it is not a camera";
    if (!(caps & V4L2_CAP_VIDEO_CAPTURE)) {
        if (caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
            return "delivers planes in several buffers (the multi-planar interface), which is not supported; "
                   "run this program with libcamerify, or use a USB camera";
        if (caps & (V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT))
            return "carries data about pictures, not pictures; the camera is another of its devices";
        if (caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE))
            return "is an output, not a camera";
        return "does not capture pictures";
    }
    if (caps & V4L2_CAP_IO_MC)
        return "is a bare sensor that other software has to drive; run this program with libcamerify";
    return caps & V4L2_CAP_STREAMING ? NULL : "cannot stream into memory";
}

int camera_device_open(CameraDevice *device, const CameraCalls *calls, const char *path, Error *error)
{
    *device = (CameraDevice){.calls = calls, .fd = -1};
    snprintf(device->path, sizeof device->path, "%s", path);
    int fd = calls->open(calls->context, path);
    if (fd < 0)
        return camera_device_fail(error, path, "", fd);
    device->fd = fd;
    struct v4l2_capability about = {0};
    int code = camera_device_control(device, VIDIOC_QUERYCAP, &about);
    if (code == -ENOTTY || code == -EINVAL) {
        error_set(error, "%s: not a camera; \"lookout devices\" lists those that are there", path);
        code = -ENOTSUP;
    } else if (code) {
        camera_device_fail(error, path, "asking what it is", code);
    } else {
        copy_text(device->name, sizeof device->name, about.card, sizeof about.card);
        copy_text(device->bus, sizeof device->bus, about.bus_info, sizeof about.bus_info);
        const char *problem = obstacle(
            &about, about.capabilities & V4L2_CAP_DEVICE_CAPS ? about.device_caps : about.capabilities);
        if (problem) {
            error_set(error, "%s: \"%s\" %s", path, device->name, problem);
            code = -ENOTSUP;
        }
    }
    if (code)
        camera_device_close(device);
    return code;
}

void camera_device_close(CameraDevice *device)
{
    if (device->fd >= 0)
        device->calls->close(device->calls->context, device->fd);
    device->fd = -1;
}
