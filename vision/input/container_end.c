#include "vision/input/container_end.h"

#include <libavutil/avstring.h>
#include <libavutil/intreadwrite.h>
#include <string.h>
#include <unistd.h>

/* So that a hostile file of empty boxes does not take long. */
enum { MAX_ELEMENTS = 1 << 20 };

/* Reads exactly count bytes; 0 when the file has them. */
static int read_at(int fd, int64_t position, uint8_t *buffer, int count)
{
    return pread(fd, buffer, (size_t)count, position) == count ? 0 : -1;
}

/* Boxes of ISO base media files (mp4, mov): 32-bit size and type, a size of 1 means that 64 bits follow, 0
 * that the box reaches to the end of the file. */
static bool iso_boxes_are_cut(int fd, int64_t size)
{
    int64_t position = 0;
    for (int i = 0; i < MAX_ELEMENTS && position < size; i++) {
        uint8_t head[16];
        if (read_at(fd, position, head, 8))
            return false;
        uint64_t length = AV_RB32(head);
        uint64_t least = 8;
        if (length == 1) {
            if (read_at(fd, position + 8, head + 8, 8))
                return false;
            length = AV_RB64(head + 8);
            least = 16;
        }
        if (length < least)
            return false;
        if (length > (uint64_t)(size - position)) {
            /* Other bytes behind the last box would look like a box of any length: only these types count as
             * one. */
            static const char types[][5] = {"mdat", "moov", "moof", "mfra"};
            for (int t = 0; t < 4; t++)
                if (!memcmp(head + 4, types[t], 4))
                    return true;
            return false;
        }
        position += (int64_t)length;
    }
    return false;
}

/* A number of EBML (Matroska): the number of leading zero bits of the first byte is that of the bytes that
 * follow. Returns the number of bytes taken, 0 when there is none. */
static int ebml_number(const uint8_t *bytes, int most, int keep_marker, uint64_t *value, int *unknown)
{
    int length = 1;
    while (length <= most && !(bytes[0] & (0x80 >> (length - 1))))
        length++;
    if (length > most)
        return 0;
    *value = keep_marker ? bytes[0] : bytes[0] & (0xff >> length);
    int ones = (bytes[0] | (0xff << (8 - length) & 0xff)) == 0xff;
    for (int i = 1; i < length; i++) {
        *value = *value << 8 | bytes[i];
        ones &= bytes[i] == 0xff;
    }
    *unknown = ones;
    return length;
}

static bool ebml_elements_are_cut(int fd, int64_t size)
{
    const uint64_t segment = 0x18538067, cluster = 0x1F43B675;
    int64_t position = 0;
    for (int i = 0; i < MAX_ELEMENTS && position < size; i++) {
        uint8_t head[12] = {0};
        uint64_t id, length;
        int unknown;
        if (pread(fd, head, sizeof head, position) < 2)
            return false;
        int taken = ebml_number(head, 4, 1, &id, &unknown);
        int more = taken ? ebml_number(head + taken, 8, 0, &length, &unknown) : 0;
        if (!more)
            return false;
        position += taken + more;
        if (unknown) { /* written live, of unknown length: go on with the elements inside */
            if (id != segment && id != cluster)
                return false;
            continue;
        }
        if (position > size || length > (uint64_t)(size - position))
            return true;
        position += (int64_t)length;
        if (id == segment)
            return false;
    }
    return false;
}

static bool riff_chunks_are_cut(int fd, int64_t size)
{
    /* Old writers disagree on whether the length includes the 8 bytes of the chunk's head, or a padding byte.
     */
    const int64_t slack = 16;
    int64_t position = 0;
    for (int i = 0; i < MAX_ELEMENTS && position < size; i++) {
        uint8_t head[8];
        if (read_at(fd, position, head, 8) || memcmp(head, "RIFF", 4))
            return false;
        int64_t length = AV_RL32(head + 4);
        if (length == 0 || length == UINT32_MAX) /* written to a pipe or never finished */
            return false;
        position += 8 + length + (length & 1);
    }
    return position - slack > size;
}

/* The last byte of a GIF that is not padding is its trailer. */
static bool gif_is_cut(int fd, int64_t size)
{
    uint8_t tail[256];
    int count = size < (int64_t)sizeof tail ? (int)size : (int)sizeof tail;
    if (read_at(fd, size - count, tail, count))
        return false;
    while (count > 0 && tail[count - 1] == 0)
        count--;
    return count > 0 && tail[count - 1] != 0x3B;
}

typedef struct Cursor {
    int fd;
    int64_t position; /* of the first byte behind the buffer */
    int used, filled;
    uint8_t buffer[4096];
} Cursor;

static int next_byte(Cursor *cursor)
{
    if (cursor->used == cursor->filled) {
        ssize_t count = pread(cursor->fd, cursor->buffer, sizeof cursor->buffer, cursor->position);
        if (count <= 0)
            return -1;
        cursor->position += count;
        cursor->filled = (int)count;
        cursor->used = 0;
    }
    return cursor->buffer[cursor->used++];
}

static void skip_bytes(Cursor *cursor, int count)
{
    int buffered = cursor->filled - cursor->used;
    if (count <= buffered) {
        cursor->used += count;
        return;
    }
    cursor->position += count - buffered;
    cursor->used = cursor->filled = 0;
}

/* Goes from marker to marker up to the end-of-image marker. Embedded thumbnails lie inside segments and are
 * skipped with them. */
static bool jpeg_is_cut(int fd)
{
    Cursor cursor = {.fd = fd};
    bool in_scan = false;
    for (;;) {
        int byte = next_byte(&cursor);
        if (byte < 0)
            return true;
        if (byte != 0xFF)
            continue;
        int marker;
        do {
            marker = next_byte(&cursor);
        } while (marker == 0xFF);
        if (marker < 0)
            return true;
        if (marker == 0xD9)
            return false;
        bool has_no_segment = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
        if (has_no_segment || (in_scan && marker < 0xC0))
            continue;
        int high = next_byte(&cursor);
        int low = next_byte(&cursor);
        if (high < 0 || low < 0)
            return true;
        int length = high << 8 | low;
        skip_bytes(&cursor, length > 2 ? length - 2 : 0);
        in_scan = marker == 0xDA;
    }
}

bool container_is_cut(int fd, int64_t size, const char *format_names)
{
    if (av_match_name("mp4", format_names))
        return iso_boxes_are_cut(fd, size);
    if (av_match_name("matroska", format_names))
        return ebml_elements_are_cut(fd, size);
    if (av_match_name("avi", format_names) || av_match_name("webp_pipe", format_names))
        return riff_chunks_are_cut(fd, size);
    if (av_match_name("gif", format_names))
        return gif_is_cut(fd, size);
    if (av_match_name("jpeg_pipe", format_names))
        return jpeg_is_cut(fd);
    return false;
}
