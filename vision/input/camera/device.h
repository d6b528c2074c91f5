/* An open video device: what it is, what it can do. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_DEVICE_H
#define LOOKOUT_VISION_INPUT_CAMERA_DEVICE_H

#include <linux/videodev2.h>

#include "base/error.h"
#include "vision/input/camera/calls.h"

typedef struct CameraDevice {
    const CameraCalls *calls;
    int fd;         /* -1: closed */
    char path[128]; /* as given, cut to fit; for messages */
    char name[40];  /* printable ASCII */
    char bus[40];
} CameraDevice;

/* Opens a device that captures pictures and can stream them. Returns 0, or a negative errno with error, and
 * the device closed. Name and bus are filled as soon as they are known, and empty before. ENOTSUP: it is
 * something else; error says what. */
int camera_device_open(CameraDevice *device, const CameraCalls *calls, const char *path, Error *error);
void camera_device_close(CameraDevice *device); /* does nothing if it is closed */

/* An ioctl on the device: 0 or a negative errno. */
int camera_device_control(const CameraDevice *device, unsigned long request, void *argument);

/* Fills error with "PATH: WHAT: why, and what to do" for a negative errno; what may be empty. Returns code.
 */
int camera_device_fail(Error *error, const char *path, const char *what, int code);

#endif
