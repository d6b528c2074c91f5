/* The format that a camera streams in, as negotiated with its driver. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_FORMAT_H
#define LOOKOUT_VISION_INPUT_CAMERA_FORMAT_H

#include "vision/input/camera/device.h"
#include "vision/input/camera/modes.h"

typedef struct CameraFormat {
    uint32_t fourcc;
    PixelFormat pixel_format;
    int width, height;
    int strides[3];
    size_t offsets[3]; /* of the planes in a buffer */
    size_t needed;     /* bytes of a whole picture; 0 for MJPEG */
    ColourMatrix matrix;
    ColourRange range;
    double rate; /* frames a second, 0 where the driver does not report it */
} CameraFormat;

/* Sets the format that fulfils the request best, and its rate. Returns 0, or a negative errno with error
 * (EINVAL: the camera cannot do what is requested). */
int camera_format_negotiate(const CameraDevice *device, const CameraRequest *request, CameraFormat *format,
                            Error *error);

/* Works out planes, colour and what else follows from the driver's format. Returns 0, or -1 with error (which
 * names no camera) where it makes no sense. */
int camera_format_fill(CameraFormat *format, const struct v4l2_pix_format *pix, Error *error);

#endif
