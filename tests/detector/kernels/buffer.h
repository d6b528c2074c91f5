/* Floats with guards around them. */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_BUFFER_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* Floats between two inaccessible pages, so that a kernel that reads or writes beyond them crashes. */
typedef struct Buffer {
    float *data; /* 64-byte aligned as long as `count` is a multiple of 16 */
    size_t count;
    void *map;
    size_t map_bytes, canary_offset, canary_bytes;
} Buffer;

typedef enum BufferSide { BUFFER_AT_START, BUFFER_AT_END } BufferSide;

/* count floats that touch the inaccessible page before (BUFFER_AT_START) or behind them. Filled with NaN.
 * Ends the program when there is no memory. */
Buffer buffer_create(size_t count, BufferSide side);
void buffer_destroy(Buffer *buffer);
/* False if the rest of the buffer's pages was written to. */
bool buffer_intact(const Buffer *buffer);

/* A NaN with a pattern that no arithmetic makes: what was not written still holds it. */
float untouched_value(void);
bool is_untouched(float value);

#endif
