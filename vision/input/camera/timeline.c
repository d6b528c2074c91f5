#include "vision/input/camera/timeline.h"

#define SECOND_NS INT64_C(1000000000)
/* A stamp that is further from now is of another clock: no camera and no reader is a minute late. */
#define OLDEST_NS (60 * SECOND_NS)
/* Where the driver's time stands still or goes back: the finest step that a Matroska file records. */
#define LEAST_STEP_NS INT64_C(1000000)

void camera_timeline_start(CameraTimeline *timeline)
{
    *timeline = (CameraTimeline){.sequence = -1, .restarted = 1};
}

void camera_timeline_restart(CameraTimeline *timeline)
{
    timeline->restarted = 1;
}

int camera_timeline_number(CameraTimeline *timeline, uint32_t driver_sequence)
{
    uint32_t step = driver_sequence - timeline->driver_sequence;
    /* Drivers that do not count, or started again unasked, dropped nothing that could be told. */
    if (timeline->restarted || step == 0 || step > INT32_MAX)
        step = 1;
    timeline->restarted = 0;
    timeline->driver_sequence = driver_sequence;
    timeline->sequence += step;
    return (int)(step - 1);
}

int64_t camera_timeline_time(CameraTimeline *timeline, int64_t stamp_ns, int64_t now_ns)
{
    int64_t time = stamp_ns > now_ns || stamp_ns < now_ns - OLDEST_NS ? now_ns : stamp_ns;
    if (timeline->has_time && time <= timeline->time_ns)
        time = timeline->time_ns + LEAST_STEP_NS;
    timeline->time_ns = time;
    timeline->has_time = 1;
    return time;
}
