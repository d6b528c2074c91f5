/*
 * The working memory of an engine, which all its detectors use in turn: only one of them runs at a time, and
 * nothing in it outlives a run.
 *
 * It grows when a detector that needs more is created, which may be while another one runs in it. The running
 * one keeps its memory; the larger memory waits until the next run takes it, and only then is the old one
 * freed. So a run neither waits for a lock nor runs out of memory.
 */
#ifndef LOOKOUT_DETECTOR_ENGINE_ARENA_H
#define LOOKOUT_DETECTOR_ENGINE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

typedef struct ArenaMemory {
    char *work;        /* 64-byte aligned; what an earlier run left in it is undefined */
    const void *zeros; /* 64-byte aligned; never written to */
} ArenaMemory;

/* Empty. NULL if there is no memory. */
Arena *arena_create(void);
void arena_destroy(Arena *arena);

/* From now on arena_take() returns at least so many bytes. False, and nothing changes, if there is no memory.
 * Any thread may call it at any time. */
bool arena_reserve(Arena *arena, size_t work_bytes, size_t zero_bytes);

/* The memory for a run, valid until the next call. Something has been reserved; calls must not overlap. */
ArenaMemory arena_take(Arena *arena);

/* Bytes reserved in all. */
size_t arena_bytes(Arena *arena);

#endif
