/* Times and numbers of a camera's frames: the driver's, made to go on through wraps, jumps and restarts. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_TIMELINE_H
#define LOOKOUT_VISION_INPUT_CAMERA_TIMELINE_H

#include <stdint.h>

typedef struct CameraTimeline {
    int64_t sequence; /* of the last frame, -1 before the first */
    int64_t time_ns;  /* of the last frame that was delivered */
    int has_time;
    uint32_t driver_sequence; /* of the last frame since the restart */
    int restarted;            /* no frame since */
} CameraTimeline;

void camera_timeline_start(CameraTimeline *timeline);
/* The driver starts to count anew. */
void camera_timeline_restart(CameraTimeline *timeline);
/* Moves on to a frame by the driver's number. Returns how many the driver dropped before it. */
int camera_timeline_number(CameraTimeline *timeline, uint32_t driver_sequence);
/* The time of the frame: the driver's stamp where it can be believed, otherwise now; always later than the
 * last. */
int64_t camera_timeline_time(CameraTimeline *timeline, int64_t stamp_ns, int64_t now_ns);

#endif
