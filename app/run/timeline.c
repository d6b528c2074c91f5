#include "app/run/timeline.h"

#define PICTURE_INTERVAL_NS (1000000000 / 25)

void timeline_place(Timeline *timeline, Frame *frame)
{
    if (!timeline->frames++)
        timeline->first_time = frame->time_ns;
    timeline->last_time = frame->time_ns;
    timeline->last_sequence = frame->sequence;
    frame->time_ns += timeline->time_offset;
    frame->sequence += timeline->sequence_offset;
}

void timeline_next_round(Timeline *timeline, double frame_rate)
{
    const int64_t span = timeline->last_time - timeline->first_time;
    int64_t interval = PICTURE_INTERVAL_NS;
    if (timeline->frames > 1)
        interval = span / (timeline->frames - 1);
    else if (frame_rate > 0)
        interval = (int64_t)(1e9 / frame_rate);
    timeline->time_offset += span + interval;
    timeline->sequence_offset += timeline->last_sequence + 1;
    timeline->frames = 0;
}

int64_t timeline_due_ns(Timeline *timeline, int64_t time_ns, int64_t now_ns)
{
    if (!timeline->started) {
        timeline->started = true;
        timeline->start_time = time_ns;
        timeline->start_ns = now_ns;
    }
    return timeline->start_ns + (time_ns - timeline->start_time);
}

void timeline_delay(Timeline *timeline, int64_t ns)
{
    timeline->start_ns += ns;
}
