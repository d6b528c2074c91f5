/* Times and numbers of a camera's frames: the driver's, continued across wraps, jumps and restarts. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_TIMELINE_H
#define LOOKOUT_VISION_INPUT_CAMERA_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct CameraTimeline {
    int64_t sequence;         /* of the last frame, -1 before the first */
    int64_t time_ns;          /* of the last frame that was delivered */
    bool has_time;            /* time_ns is one */
    uint32_t driver_sequence; /* of the last frame since the restart */
    bool restarted;           /* no frame since */
} CameraTimeline;

void camera_timeline_start(CameraTimeline *timeline);
/* The driver starts to count again. */
void camera_timeline_restart(CameraTimeline *timeline);
/* Moves on to the frame with this number of the driver. Returns how many the driver dropped before it. */
int camera_timeline_number(CameraTimeline *timeline, uint32_t driver_sequence);
/* The time of the frame: the driver's stamp where it is plausible, otherwise now; always later than the last.
 */
int64_t camera_timeline_time(CameraTimeline *timeline, int64_t stamp_ns, int64_t now_ns);

#endif
