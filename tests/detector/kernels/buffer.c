#include "tests/detector/kernels/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNTOUCHED_BITS 0x7fc0dea1u
#define CANARY 0xa5

Buffer buffer_create(size_t count, BufferSide side)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = count * sizeof(float);
    const size_t inside = (bytes + page - 1) / page * page;
    Buffer buffer = {.count = count, .map_bytes = inside + 2 * page};
    char *map = mmap(NULL, buffer.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map, page, PROT_NONE) ||
        mprotect(map + page + inside, page, PROT_NONE)) {
        perror("buffer_create: mmap");
        exit(EXIT_FAILURE);
    }
    buffer.map = map;
    buffer.canary_bytes = inside - bytes;
    if (side == BUFFER_AT_END) {
        buffer.data = (float *)(map + page + buffer.canary_bytes);
        buffer.canary_offset = page;
    } else {
        buffer.data = (float *)(map + page);
        buffer.canary_offset = page + bytes;
    }
    memset(map + buffer.canary_offset, CANARY, buffer.canary_bytes);
    for (size_t i = 0; i < count; i++)
        buffer.data[i] = untouched_value();
    return buffer;
}

void buffer_destroy(Buffer *buffer)
{
    if (buffer->map)
        munmap(buffer->map, buffer->map_bytes);
    *buffer = (Buffer){0};
}

bool buffer_intact(const Buffer *buffer)
{
    const unsigned char *canary = (const unsigned char *)buffer->map + buffer->canary_offset;
    for (size_t i = 0; i < buffer->canary_bytes; i++)
        if (canary[i] != CANARY)
            return false;
    return true;
}

float untouched_value(void)
{
    const uint32_t bits = UNTOUCHED_BITS;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool is_untouched(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == UNTOUCHED_BITS;
}
