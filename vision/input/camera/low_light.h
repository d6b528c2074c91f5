/* Cameras that halve their rate in the dark, to expose for longer, and the control that makes them. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_LOW_LIGHT_H
#define LOOKOUT_VISION_INPUT_CAMERA_LOW_LIGHT_H

#include <stdint.h>

#include "vision/input/camera/stream.h"

/* Zeroed: nothing seen yet. */
typedef struct CameraLowLight {
    int measuring;
    int64_t first_time_ns, first_sequence;
    char advice[384]; /* empty until there is one; it stays */
} CameraLowLight;

/* Looks at a frame. Measures over two seconds; the driver is asked about the control only when the rate is
 * far below the agreed one. */
void camera_low_light_watch(CameraLowLight *dimness, const CameraStream *stream, const Frame *frame);
/* The frames that follow have nothing to do with those before. */
void camera_low_light_restart(CameraLowLight *dimness);

#endif
