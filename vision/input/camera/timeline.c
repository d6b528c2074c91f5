#include "vision/input/camera/timeline.h"

#include "vision/frame.h"

#define SECOND_NS INT64_C(1000000000)
/* A stamp that is older is of another clock: no camera and no reader is a minute late. */
#define OLDEST_NS (60 * SECOND_NS)

void camera_timeline_start(CameraTimeline *timeline)
{
    *timeline = (CameraTimeline){.sequence = -1, .restarted = true};
}

void camera_timeline_restart(CameraTimeline *timeline)
{
    timeline->restarted = true;
}

int camera_timeline_number(CameraTimeline *timeline, uint32_t driver_sequence)
{
    uint32_t step = driver_sequence - timeline->driver_sequence;
    /* Of drivers that do not count, or that start again by themselves, it is unknown what they dropped. */
    if (timeline->restarted || step == 0 || step > INT32_MAX)
        step = 1;
    timeline->restarted = false;
    timeline->driver_sequence = driver_sequence;
    timeline->sequence += step;
    return (int)(step - 1);
}

int64_t camera_timeline_time(CameraTimeline *timeline, int64_t stamp_ns, int64_t now_ns)
{
    int64_t time = stamp_ns > now_ns || stamp_ns < now_ns - OLDEST_NS ? now_ns : stamp_ns;
    if (timeline->has_time && time <= timeline->time_ns)
        time = timeline->time_ns + FRAME_MIN_STEP_NS;
    timeline->time_ns = time;
    timeline->has_time = true;
    return time;
}
