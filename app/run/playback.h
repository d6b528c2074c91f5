/* Pause and single steps of an input, from the thread with the keys to the one that reads frames. */
#ifndef LOOKOUT_APP_RUN_PLAYBACK_H
#define LOOKOUT_APP_RUN_PLAYBACK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Playback {
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    bool paused, released;
    int steps; /* that were asked for and not yet taken */
} Playback;

void playback_init(Playback *playback);
void playback_finish(Playback *playback);

void playback_set_paused(Playback *playback, bool paused);
bool playback_paused(Playback *playback);
void playback_step(Playback *playback); /* one frame; the first time it only pauses */

/* Waits while paused, until a step is asked for or playback_release() is called. */
void playback_wait_turn(Playback *playback);
/* Does not wait: true unless paused, and once for every step. */
bool playback_take_turn(Playback *playback);
/* Waits for a change, or until this time of CLOCK_MONOTONIC at most. False once playback_release() was
 * called. */
bool playback_wait_until(Playback *playback, int64_t time_ns);
/* Wakes whoever waits. */
void playback_wake(Playback *playback);
/* Nobody waits any more, now and from then on. */
void playback_release(Playback *playback);

#endif
