/*
 * Cameras: V4L2 capture devices, streamed through memory-mapped buffers.
 *
 * A camera that is lost (unplugged, an I/O error, no frame for too long) stays an input: read() says
 * INPUT_LOST until the same device, known by its name and bus, is back. Every copy of a frame is made before
 * the next read(), so the driver's buffers never leave the thread that reads.
 */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_CAMERA_H
#define LOOKOUT_VISION_INPUT_CAMERA_CAMERA_H

#include "vision/input.h"
#include "vision/input/camera/calls.h"

/* Takes character devices, as cameras are, names of video devices that do not exist, and NULL: the first
 * capture device. Opening fails where there is no such device, it is not a capture device (the error says
 * what it is), it lacks a size, rate or format, is busy, may not be opened (the error names the group), ...
 * No control of the device (exposure, focus, ...) is touched.
 *
 * The first call of read() waits for the first frame, which many cameras take a second for. Frames are whole;
 * MJPEG pictures have an end, but only decoding them shows whether they are damaged inside: whoever finds one
 * counts it in `damaged`. advice() names the control that lets the camera halve its rate in the dark, when it
 * does. */
extern const InputDriver camera_driver;

/* The driver's open() with other system calls, which outlive the input. */
Input *camera_open_with(const CameraCalls *calls, const char *path, const InputOptions *options,
                        Error *error);

#endif
