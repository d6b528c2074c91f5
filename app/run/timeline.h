/* The time line of a run over a clip: the rounds of a looped one follow each other, and frames are due in
 * real time. */
#ifndef LOOKOUT_APP_RUN_TIMELINE_H
#define LOOKOUT_APP_RUN_TIMELINE_H

#include "vision/frame.h"
#include <stdbool.h>

/* Zeroed: nothing has come yet. */
typedef struct Timeline {
    /* where the frames of this round stand on the whole run's time line */
    int64_t time_offset, sequence_offset;
    int64_t frames; /* of this round */
    int64_t first_time, last_time, last_sequence;
    /* real time */
    bool started;
    int64_t start_time, start_ns; /* of the first frame: its time, and when it was shown */
} Timeline;

/* Moves a frame from its clip's time line to the run's. */
void timeline_place(Timeline *timeline, Frame *frame);
/* The clip starts again. Its last frame lasts as long as the others do, or as frame_rate says (0: unknown).
 */
void timeline_next_round(Timeline *timeline, double frame_rate);

/* When a frame of this time is due, by the clock; the first one is at once. */
int64_t timeline_due_ns(Timeline *timeline, int64_t time_ns, int64_t now_ns);
/* Everything is due that much later: the run was paused. */
void timeline_delay(Timeline *timeline, int64_t ns);

#endif
