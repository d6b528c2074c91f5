/* Cameras that halve their rate in the dark, to expose for longer, and the control that makes them. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_LOW_LIGHT_H
#define LOOKOUT_VISION_INPUT_CAMERA_LOW_LIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "vision/input/camera/stream.h"

/* Zeroed at first. */
typedef struct CameraLowLight {
    bool measuring;
    int64_t first_time_ns, first_sequence;
    char advice[384]; /* empty until there is one, which then stays */
} CameraLowLight;

/* Counts a frame. The rate is measured over two seconds each; only when it is far below the negotiated one is
 * the driver asked about the control. */
void camera_low_light_update(CameraLowLight *low_light, const CameraStream *stream, const Frame *frame);
/* The frames that follow have nothing to do with those before. */
void camera_low_light_restart(CameraLowLight *low_light);

#endif
