#include "detector/engine/arena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "detector/base/memory.h"

typedef struct Block {
    char *work, *zeros;
} Block;

struct Arena {
    pthread_mutex_t reserving;
    size_t work_bytes, zero_bytes; /* of the newest block; guarded by `reserving` */
    _Atomic(Block *) waiting;      /* newer than `current`, for the next run to take; NULL: none */
    Block *current;                /* belongs to whoever calls arena_take() */
};

static void block_destroy(Block *block)
{
    if (!block)
        return;
    free(block->work);
    free(block->zeros);
    free(block);
}

static Block *block_create(size_t work_bytes, size_t zero_bytes)
{
    Block *block = calloc(1, sizeof *block);
    if (!block)
        return NULL;
    block->work = memory_alloc_zeroed(work_bytes);
    block->zeros = memory_alloc_zeroed(zero_bytes);
    if (!block->work || !block->zeros) {
        block_destroy(block);
        return NULL;
    }
    return block;
}

Arena *arena_create(void)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (arena)
        pthread_mutex_init(&arena->reserving, NULL);
    return arena;
}

void arena_destroy(Arena *arena)
{
    if (!arena)
        return;
    block_destroy(atomic_load(&arena->waiting));
    block_destroy(arena->current);
    pthread_mutex_destroy(&arena->reserving);
    free(arena);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool arena_reserve(Arena *arena, size_t work_bytes, size_t zero_bytes)
{
    bool reserved = true;
    pthread_mutex_lock(&arena->reserving);
    if (work_bytes > arena->work_bytes || zero_bytes > arena->zero_bytes) {
        work_bytes = larger(work_bytes, arena->work_bytes);
        zero_bytes = larger(zero_bytes, arena->zero_bytes);
        Block *block = block_create(work_bytes, zero_bytes);
        reserved = block != NULL;
        if (block) {
            arena->work_bytes = work_bytes;
            arena->zero_bytes = zero_bytes;
            /* A block that no run has taken yet is not in use. */
            block_destroy(atomic_exchange_explicit(&arena->waiting, block, memory_order_acq_rel));
        }
    }
    pthread_mutex_unlock(&arena->reserving);
    return reserved;
}

ArenaMemory arena_take(Arena *arena)
{
    if (atomic_load_explicit(&arena->waiting, memory_order_relaxed)) {
        Block *newer = atomic_exchange_explicit(&arena->waiting, NULL, memory_order_acq_rel);
        block_destroy(arena->current);
        arena->current = newer;
    }
    return (ArenaMemory){arena->current->work, arena->current->zeros};
}

size_t arena_bytes(Arena *arena)
{
    pthread_mutex_lock(&arena->reserving);
    const size_t bytes = arena->work_bytes + arena->zero_bytes;
    pthread_mutex_unlock(&arena->reserving);
    return bytes;
}
