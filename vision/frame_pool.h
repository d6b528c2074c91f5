/* Frames with a reference count, from a pool of bounded size: whoever keeps a frame takes a reference
 * instead of a copy. A frame that is shared is never written to. */
#ifndef LOOKOUT_VISION_FRAME_POOL_H
#define LOOKOUT_VISION_FRAME_POOL_H

#include "vision/frame.h"

typedef struct FramePool FramePool;

/* A pool of at most `limit` (>= 1) frames, which get their pixels when they are first used. NULL: out of
 * memory. */
FramePool *frame_pool_create(int limit);
/* Frees the pool and its pixels. Every reference must have been given back. Takes NULL. */
void frame_pool_destroy(FramePool *pool);

/* A frame with one reference, which the caller gives back with frame_unref(). It is to be filled, with
 * frame_alloc() and what else writes to a frame, before the reference is shared; it still has the buffer of
 * its last use, so that nothing is allocated once all frames have their size. NULL while all `limit` frames
 * are in use; never waits. Any thread. */
Frame *frame_pool_take(FramePool *pool);

/* One more reference to a frame of a pool, which the caller already has one to. Returns frame. Any thread. */
Frame *frame_ref(Frame *frame);
/* Gives a reference back; the last one returns the frame, with its buffer, to its pool. Takes NULL. Any
 * thread. */
void frame_unref(Frame *frame);

/* Bytes of all the pool's pixels: each frame as large as when it was last shared or returned. Any thread. */
size_t frame_pool_bytes(const FramePool *pool);

#endif
