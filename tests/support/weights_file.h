/* Makes small weights files in memory, from the specification and not with the code under test. */
#ifndef LOOKOUT_TESTS_SUPPORT_WEIGHTS_FILE_H
#define LOOKOUT_TESTS_SUPPORT_WEIGHTS_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLASSES "[\\\"cat\\\",\\\"dog\\\"]"
#define METADATA                                                                                             \
    "\"__metadata__\":{\"format\":\"lookout-ssd-2\",\"alpha\":\"0.05\",\"classes\":\"" CLASSES "\","         \
    "\"features\":\"[{\\\"from\\\":\\\"block5\\\",\\\"stride\\\":8,\\\"anchors\\\":[[14,15.5]]},"            \
    "{\\\"from\\\":\\\"block11\\\",\\\"stride\\\":16,\\\"anchors\\\":[[30,30],[42,21]]},"                    \
    "{\\\"from\\\":\\\"block13\\\",\\\"stride\\\":32,\\\"anchors\\\":[[60,60],[85,42],[42,85]]},"            \
    "{\\\"from\\\":\\\"extra1\\\",\\\"stride\\\":64,\\\"anchors\\\":[[150,150]]},"                           \
    "{\\\"from\\\":\\\"extra2\\\",\\\"stride\\\":128,\\\"anchors\\\":[[195,195],[4096,0.25]]}]\","           \
    "\"padding\":\"{\\\"conv0\\\":0,\\\"block2\\\":1,\\\"block4\\\":1,\\\"block6\\\":0,"                     \
    "\\\"block12\\\":1,\\\"extra1\\\":0,\\\"extra2\\\":1}\","                                                \
    "\"box_coding\":\"{\\\"center\\\":0.1,\\\"size\\\":0.2}\",\"score_activation\":\"sigmoid\","             \
    "\"input\":\"{\\\"channels\\\":\\\"RGB\\\",\\\"mean\\\":127.5,\\\"std\\\":127.5,"                        \
    "\\\"resize\\\":\\\"stretch\\\"}\",\"activation\":\"relu6\",\"licence\":\"free\","                       \
    "\"measured\":\"{\\\"set\\\":\\\"ten photos\\\",\\\"224\\\":{\\\"ap\\\":0.2,\\\"ap50\\\":0.4},"          \
    "\\\"128\\\":{\\\"ap\\\":0.1}}\"}"

#define HEADER_ROOM (1 << 17)

typedef struct File {
    char *header; /* text, HEADER_ROOM bytes */
    uint8_t *data;
    size_t data_size;
} File;

/* Any finite half, each different from its neighbours, subnormal ones among them. */
static inline uint16_t half_at(size_t i)
{
    return (uint16_t)((i * 7919 % 0x7c00) | (i % 3 == 0 ? 0x8000 : 0));
}

static inline void add_tensor(File *file, const char *prefix, const char *kind, const char *shape,
                              size_t elements)
{
    size_t used = strlen(file->header);
    snprintf(file->header + used, HEADER_ROOM - used,
             ",\"%s.%s\":{\"dtype\":\"F16\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}", prefix, kind, shape,
             file->data_size, file->data_size + 2 * elements);
    file->data = realloc(file->data, file->data_size + 2 * elements);
    assert_non_null(file->data);
    for (size_t i = 0; i < elements; i++) {
        uint16_t half = half_at(file->data_size / 2 + i);
        file->data[file->data_size + 2 * i] = (uint8_t)half;
        file->data[file->data_size + 2 * i + 1] = (uint8_t)(half >> 8);
    }
    file->data_size += 2 * elements;
}

static inline void add_layer(File *file, const char *prefix, int out, int in, int kernel)
{
    char shape[64];
    snprintf(shape, sizeof shape, "[%d,%d,%d,%d]", out, in, kernel, kernel);
    add_tensor(file, prefix, "weight", shape, (size_t)(out * in * kernel * kernel));
    snprintf(shape, sizeof shape, "[%d]", out);
    add_tensor(file, prefix, "bias", shape, (size_t)out);
}

static inline int add_pair(File *file, const char *prefix, int in, int out)
{
    char name[64];
    snprintf(name, sizeof name, "%s.depthwise", prefix);
    add_layer(file, name, in, 1, 3);
    snprintf(name, sizeof name, "%s.pointwise", prefix);
    add_layer(file, name, out, in, 1);
    return out;
}

/* alpha 0.05, two classes, other anchors and paddings than ours: widths 8 (32 to 128), 13 (256), 26 (512) and
 * 51 (1024) */
static inline File make_file(void)
{
    File file = {.header = calloc(1, HEADER_ROOM)};
    assert_non_null(file.header);
    strcpy(file.header, "{" METADATA);
    static const int blocks[13] = {8, 8, 8, 13, 13, 26, 26, 26, 26, 26, 26, 51, 51};
    char name[32];
    int channels = 8;
    add_layer(&file, "conv0", 8, 3, 3);
    for (int i = 0; i < 13; i++) {
        snprintf(name, sizeof name, "block%d", i + 1);
        channels = add_pair(&file, name, channels, blocks[i]);
    }
    add_layer(&file, "extra1.squeeze", 13, 51, 1);
    add_layer(&file, "extra1.expand", 26, 13, 3);
    add_layer(&file, "extra2.squeeze", 8, 26, 1);
    add_layer(&file, "extra2.expand", 13, 8, 3);
    static const int maps[5] = {13, 26, 51, 26, 13}, anchors[5] = {1, 2, 3, 1, 2};
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "head%d", i + 1);
        add_pair(&file, name, maps[i], anchors[i] * (2 + 4));
    }
    strcat(file.header, "}");
    return file;
}

static inline void free_file(File *file)
{
    free(file->header);
    free(file->data);
}

/* The file as bytes in a block of exactly their size, so that a sanitizer sees a read past its end. */
static inline uint8_t *file_of(const char *header, const uint8_t *data, size_t data_size, size_t *size)
{
    size_t length = strlen(header);
    *size = 8 + length + data_size;
    uint8_t *bytes = malloc(*size);
    assert_non_null(bytes);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    memcpy(bytes + 8, header, length);
    if (data_size)
        memcpy(bytes + 8 + length, data, data_size);
    return bytes;
}

/* Replaces the first `from` in a text that has room. */
static inline void replace(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    assert_non_null(at);
    if (at) { /* gcc does not know that the line above ends the test */
        memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
        memcpy(at, to, strlen(to));
    }
}

#endif
