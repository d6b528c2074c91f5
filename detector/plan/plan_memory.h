/*
 * Where each buffer of a plan lies in the working memory. A buffer lives from the phase that writes it to the
 * last phase that reads it; two buffers may share addresses if no phase needs both of them. Buffers are
 * placed greedily, the largest first, each at the lowest address where it fits (Pisarchyk and Lee 2020,
 * "greedy by size").
 */
#ifndef LOOKOUT_DETECTOR_PLAN_PLAN_MEMORY_H
#define LOOKOUT_DETECTOR_PLAN_PLAN_MEMORY_H

#include <stddef.h>

#define PLAN_MEMORY_FOREVER 0x7fffffff /* last phase of a buffer that is read after the run */

typedef struct PlanBuffer {
    size_t bytes;    /* 0: not needed */
    int first, last; /* phases that need it, both ends included */
    size_t offset;   /* result: a multiple of alignment */
} PlanBuffer;

/* Fills the offsets and returns the bytes of all, a multiple of alignment (a power of two). */
size_t plan_memory_place(PlanBuffer *buffers, int count, size_t alignment);

#endif
