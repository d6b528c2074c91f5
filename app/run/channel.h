/*
 * An input of a run: the thread that reads its frames, its pacing, its tracker, and the way of its
 * observations to the sinks. One loop serves three pacing policies: of a camera the newest frame is looked at
 * and the others are only shown and recorded; of a clip every frame is, and the reader waits; the last
 * picture, of a photo or of a clip that has ended while it was paused, is held in the window and looked at
 * anew when the network or the threshold changes.
 */
#ifndef LOOKOUT_APP_RUN_CHANNEL_H
#define LOOKOUT_APP_RUN_CHANNEL_H

#include "app/run/channel_setup.h"
#include "app/run/sink_queue.h"
#include "app/run/status.h"

/* NULL when out of memory. */
Channel *channel_create(const ChannelSetup *setup);
void channel_destroy(Channel *channel); /* stopped and joined, or never started; takes NULL */

/* Before the start; the queue outlives the channel and may belong to several. CHANNEL_MAX_SINKS at most. */
void channel_add_sink(Channel *channel, SinkQueue *queue);
/* Starts the thread: 0, or -1 with error. The inference runs. */
int channel_start(Channel *channel, Error *error);
/* Ends the run of the channel in the middle of whatever waits. Any thread. */
void channel_stop(Channel *channel);
/* Waits for the thread; how it ended, with error where that has one. */
ChannelEnd channel_join(Channel *channel, Error *error);

/* ---- for any thread, while it runs --------------------------------------------------------------- */

const ChannelSetup *channel_setup(const Channel *channel);
Status *channel_status(Channel *channel);
void channel_set_paused(Channel *channel, bool paused);
bool channel_paused(Channel *channel);
void channel_step(Channel *channel); /* one frame; pauses first */
/* Moves the threshold by hundredths, within 0.01 .. 0.99; returns the new one. */
double channel_move_threshold(Channel *channel, int hundredths);
double channel_threshold(const Channel *channel);
/* Passes a command on to the sinks that follow it. */
void channel_command(Channel *channel, SinkCommand command);

/* What the window shows: a reference of the caller's, if it is another one than that with *number, which is
 * then updated; else NULL. *number is 0 at first. */
Observation *channel_take_shown(Channel *channel, int64_t *number);
/* Bytes of pictures and observations that are kept for it. */
size_t channel_memory(Channel *channel);

#endif
