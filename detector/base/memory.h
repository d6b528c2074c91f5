/* Large blocks of floats that are read again and again. */
#ifndef LOOKOUT_DETECTOR_BASE_MEMORY_H
#define LOOKOUT_DETECTOR_BASE_MEMORY_H

#include <stddef.h>

/* At least `bytes` bytes, 64-byte aligned, not cleared; NULL if there is no memory. Blocks from 256 KB on
 * are asked for in huge pages: to touch them a first time costs a page fault each, and weights are read end
 * to end in every inference. free() takes them. */
void *memory_alloc(size_t bytes);
/* The same, cleared. */
void *memory_alloc_zeroed(size_t bytes);

#endif
