/* Asks a driver for the table of formats, sizes and rates that its device has. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_ENUMERATE_H
#define LOOKOUT_VISION_INPUT_CAMERA_ENUMERATE_H

#include "vision/input/camera/device.h"
#include "vision/input/camera/modes.h"

/* Fills modes, which the caller frees. What a driver does not report is missing in them. The rates of a range
 * of sizes are those of the size nearest to the given one. Returns 0, or -1 with error when out of memory. */
int camera_enumerate(const CameraDevice *device, int width, int height, CameraModes *modes, Error *error);

#endif
