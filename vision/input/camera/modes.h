/* What a camera can do, as plain data: formats, their sizes, and the rates of each. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_MODES_H
#define LOOKOUT_VISION_INPUT_CAMERA_MODES_H

#include <stdint.h>

#include "base/error.h"
#include "vision/frame.h"

/* Seconds from frame to frame as fractions: one rate, or all from the fastest to the slowest. */
typedef struct CameraRate {
    uint32_t numerator, denominator;           /* of the fastest */
    uint32_t slow_numerator, slow_denominator; /* of the slowest; the same where there is one rate only */
} CameraRate;

/* A format at one size (least and most are the same), or at all sizes from least to most in steps. All sizes
 * are 0 where the driver does not report them. */
typedef struct CameraMode {
    uint32_t fourcc;
    int least_width, most_width, width_step;
    int least_height, most_height, height_step;
    int first_rate, rate_count; /* in CameraModes.rates; none where the driver does not report them */
} CameraMode;

typedef struct CameraModes {
    CameraMode *modes;
    int count;
    CameraRate *rates;
    int rate_count;
} CameraModes;

void camera_modes_free(CameraModes *modes);

/* Frames a second of an interval, 0 where it is not one (a zero in it). */
double camera_rate(uint32_t numerator, uint32_t denominator);

/* The size of a mode that is nearest to the requested one. */
void camera_mode_size(const CameraMode *mode, int requested_width, int requested_height, int *width,
                      int *height);

/* A FOURCC as text, unprintable characters as '.'. Returns text. */
typedef struct CameraFourcc {
    char text[5];
} CameraFourcc;
CameraFourcc camera_fourcc(uint32_t fourcc);

/* Our format of a FOURCC, PIXEL_NONE for those that cannot be read. */
PixelFormat camera_pixel_format(uint32_t fourcc);
/* The FOURCC that a name means ("YUYV", "mjpeg", "RGB24", ...), 0 for names of formats that cannot be read.
 */
uint32_t camera_fourcc_named(const char *name);
/* The names that camera_fourcc_named() knows, for messages. */
#define CAMERA_FORMAT_NAMES "YUYV, UYVY, NV12, NV21, YU12, RGB3, BGR3, GREY or MJPG"

/* What is requested of a camera; 0 where the choice is free. */
typedef struct CameraRequest {
    uint32_t fourcc;
    int width, height;
    double rate; /* frames a second */
} CameraRequest;

#endif
