/* The pacing policies of a channel: how its frames are taken, and what follows the input's end. For its
 * thread. */
#ifndef LOOKOUT_APP_RUN_PACING_H
#define LOOKOUT_APP_RUN_PACING_H

#include "app/run/channel_state.h"

typedef struct Pacing {
    /* A frame was read, which stays as it is until the function returns. CHANNEL_DONE: go on. */
    ChannelEnd (*take)(Channel *channel, Frame *frame);
    /* The input has ended without damage. CHANNEL_DONE: *again says whether it goes on with another round. */
    ChannelEnd (*restart)(Channel *channel, bool *again);
} Pacing;

extern const Pacing pacing_every;  /* every frame, in order, and the reader waits: clips, pictures, pipes */
extern const Pacing pacing_newest; /* the newest frame wins: cameras */

/* The camera gives no frame now; CHANNEL_DONE: go on. */
ChannelEnd pacing_lose(Channel *channel, const Error *why);

/* After the end of an input that a window shows: holds its last picture, and has it looked at anew whenever
 * the network or the threshold has changed, as long as the input is a single picture or paused. held: a
 * reference to what is shown, which is taken over; NULL: nothing is. CHANNEL_DONE, or another end with the
 * channel's error. */
ChannelEnd pacing_hold(Channel *channel, Observation *held);

#endif
