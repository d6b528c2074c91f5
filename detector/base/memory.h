/* Large blocks of weights and maps, which are read again and again. */
#ifndef LOOKOUT_DETECTOR_BASE_MEMORY_H
#define LOOKOUT_DETECTOR_BASE_MEMORY_H

#include <stddef.h>

/* At least `bytes` bytes, 64-byte aligned, not cleared; NULL if there is no memory. Blocks from 256 KB on
 * are allocated in huge pages if there are any: the first access to each page costs a page fault, and weights
 * are read from end to end in every inference. Freed by free(). */
void *memory_alloc(size_t bytes);
/* The same, cleared. */
void *memory_alloc_zeroed(size_t bytes);

#endif
