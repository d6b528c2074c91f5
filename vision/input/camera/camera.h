/*
 * Cameras: V4L2 capture devices, streamed through memory-mapped buffers.
 *
 * A camera that is lost (unplugged, an I/O error, no frame for too long) stays a source: read() says
 * INPUT_LOST until the same device, known by its name and bus, is back. Every copy of a frame is made before
 * the next read(), so the driver's buffers never leave the thread that reads.
 */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_CAMERA_H
#define LOOKOUT_VISION_INPUT_CAMERA_CAMERA_H

#include "vision/input/input.h"

typedef struct CameraOptions {
    int width, height;      /* both 0: chosen: a size near 640x480 */
    double frame_rate;      /* frames a second; 0: chosen: about 30, or what the device gets nearest to it */
    uint32_t format;        /* FOURCC, see camera_fourcc_named(); 0: the one that reaches the rate */
    const atomic_int *stop; /* as in input_open(); may be NULL */
} CameraOptions;

/* Opens /dev/videoN, or the first capture device where path is NULL. Returns NULL with error: no such device,
 * not a capture device (the error says what it is), a size, rate or format it does not have, busy, no
 * permission (the error names the group), ... No control of the device (exposure, focus, ...) is touched.
 *
 * The first call of read() waits for the first frame, which many cameras take a second for. Frames are whole;
 * MJPEG pictures have an end, but only decoding them shows whether they are damaged inside: whoever finds one
 * counts it in `damaged`. */
Input *camera_open(const char *path, const CameraOptions *options, Error *error);

/* What was agreed with the driver, one line: "HD Webcam: 640x480 YUYV at 30 fps". Valid until the next
 * read(); to be called by the thread that reads. */
const char *camera_description(const Input *source);

/* One line of advice on the camera's settings, or NULL: the control that lets the camera halve its rate in
 * the dark, when it does. It comes once, and then stays for the life of the source. For the thread that
 * reads. */
const char *camera_advice(const Input *source);

/* Nonzero if path is a character device, as cameras are, or nothing that exists is but called /dev/videoN. */
int camera_is_device(const char *path);

#endif
