#include "vision/frame_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct PooledFrame {
    Frame frame; /* first, because callers hold a pointer to it */
    FramePool *pool;
    atomic_int references;
    atomic_size_t
        bytes; /* of frame's buffer; apart from it because other threads read it while frame is filled */
} PooledFrame;

struct FramePool {
    pthread_mutex_t lock; /* over the stack of unused frames */
    PooledFrame **unused; /* the one used last on top: its buffer is likely to be in a cache */
    int unused_count;
    int limit;
    PooledFrame frames[];
};

FramePool *frame_pool_create(int limit)
{
    FramePool *pool = calloc(1, sizeof *pool + (size_t)limit * sizeof *pool->frames);
    PooledFrame **unused = calloc((size_t)limit, sizeof *unused);
    if (!pool || !unused) {
        free(pool);
        free(unused);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pool->limit = pool->unused_count = limit;
    pool->unused = unused;
    for (int i = 0; i < limit; i++) {
        pool->frames[i].pool = pool;
        unused[i] = &pool->frames[i];
    }
    return pool;
}

void frame_pool_destroy(FramePool *pool)
{
    if (!pool)
        return;
    assert(pool->unused_count == pool->limit);
    for (int i = 0; i < pool->limit; i++)
        frame_free(&pool->frames[i].frame);
    pthread_mutex_destroy(&pool->lock);
    free(pool->unused);
    free(pool);
}

Frame *frame_pool_take(FramePool *pool)
{
    PooledFrame *pooled = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->unused_count > 0)
        pooled = pool->unused[--pool->unused_count];
    pthread_mutex_unlock(&pool->lock);
    if (!pooled)
        return NULL;
    atomic_store(&pooled->references, 1);
    return &pooled->frame;
}

Frame *frame_ref(Frame *frame)
{
    PooledFrame *pooled = (PooledFrame *)frame;
    atomic_store(&pooled->bytes, frame->memory_size);
    atomic_fetch_add(&pooled->references, 1);
    return frame;
}

void frame_unref(Frame *frame)
{
    PooledFrame *pooled = (PooledFrame *)frame;
    if (!frame || atomic_fetch_sub(&pooled->references, 1) > 1)
        return;
    FramePool *pool = pooled->pool;
    atomic_store(&pooled->bytes, frame->memory_size);
    pthread_mutex_lock(&pool->lock);
    pool->unused[pool->unused_count++] = pooled;
    pthread_mutex_unlock(&pool->lock);
}

size_t frame_pool_bytes(const FramePool *pool)
{
    size_t bytes = 0;
    for (int i = 0; i < pool->limit; i++)
        bytes += atomic_load(&pool->frames[i].bytes);
    return bytes;
}
