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

/* The open() of camera_driver (vision/input/drivers.h) with other system calls, which outlive the input. */
Input *camera_open_with(const CameraCalls *calls, const char *path, const InputOptions *options,
                        Error *error);

#endif
