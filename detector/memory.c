#include "detector/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE 64
#define HUGE_PAGE ((size_t)1 << 21)

void *memory_alloc(size_t bytes)
{
    size_t alignment = bytes < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
    if (bytes > SIZE_MAX - alignment)
        return NULL;
    /* C11's aligned_alloc() wants a multiple of the alignment, and some libraries insist. */
    size_t size = bytes ? (bytes + alignment - 1) / alignment * alignment : alignment;
    void *block = aligned_alloc(alignment, size);
    /* Only whole huge pages, or the last one would be paid for however little of it is used. */
    if (block && bytes >= HUGE_PAGE)
        madvise(block, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return block;
}

void *memory_alloc_zeroed(size_t bytes)
{
    void *block = memory_alloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;
}
