/* Cameras that halve their rate in the dark, to expose for longer, and the control that makes them. */
#ifndef LOOKOUT_CAMERA_DIMNESS_H
#define LOOKOUT_CAMERA_DIMNESS_H

#include <stdint.h>

#include "vision/camera_stream.h"

/* Zeroed: nothing seen yet. */
typedef struct CameraDimness {
    int measuring;
    int64_t first_time_ns, first_sequence;
    char advice[384]; /* empty until there is one; it stays */
} CameraDimness;

/* Looks at a frame. Measures over two seconds; the driver is asked about the control only when the rate is
 * far below the agreed one. */
void camera_dimness_watch(CameraDimness *dimness, const CameraStream *stream, const Frame *frame);
/* The frames that follow have nothing to do with those before. */
void camera_dimness_restart(CameraDimness *dimness);

#endif
