/* The choice of a format, a size and a rate among those that a camera has. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_CHOICE_H
#define LOOKOUT_VISION_INPUT_CAMERA_CHOICE_H

#include "vision/input/camera/modes.h"

/* What to set. The interval from frame to frame, in seconds, is 0/0 where the driver's own is to stay. */
typedef struct CameraChoice {
    uint32_t fourcc;
    int width, height;
    uint32_t numerator, denominator;
} CameraChoice;

/* The size that is taken where none is asked for. */
#define CAMERA_USUAL_WIDTH 640
#define CAMERA_USUAL_HEIGHT 480

/* Chooses the mode that fulfils the request best: what was given is kept to; otherwise a size near the usual
 * one where about 30 frames a second are reached, uncompressed if that is fast enough, in colour. Returns 0,
 * or -1 with error, which says what there is instead and does not name the camera. */
int camera_choose(const CameraModes *modes, const CameraRequest *request, CameraChoice *choice, Error *error);

#endif
