/* What the tests of recordings share: a folder, moving pictures to record, ffprobe to read them back. */
#ifndef LOOKOUT_TESTS_SUPPORT_RECORDING_H
#define LOOKOUT_TESTS_SUPPORT_RECORDING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/folder.h"
#include "vision/record/writer.h"

#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MILLISECOND INT64_C(1000000)
#define LONGEST_ANSWER (1 << 20)

static inline int exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* The standard output of a shell command, to be freed; *bytes its length. The command must succeed. */
static inline char *output_of(const char *command, size_t *bytes)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char *text = malloc(LONGEST_ANSWER + 1);
    size_t length = fread(text, 1, LONGEST_ANSWER, pipe);
    assert_true(length < LONGEST_ANSWER);
    text[length] = '\0';
    if (bytes)
        *bytes = length;
    if (pclose(pipe) != 0)
        fail_msg("failed: %s", command);
    return text;
}

static inline char *probe(const char *path, const char *entries)
{
    char command[1024];
    snprintf(
        command, sizeof command,
        "ffprobe -v error -count_frames -select_streams v -show_entries %s -of default=nk=1:nw=1 'file:%s'",
        entries, path);
    return output_of(command, NULL);
}

static inline void assert_probe(const char *path, const char *entries, const char *expected)
{
    char *found = probe(path, entries);
    assert_string_equal(found, expected);
    free(found);
}

/* Fills in the timestamps of the frames in milliseconds and returns their number. */
static inline int probe_times(const char *path, double *times, int capacity)
{
    char *found = probe(path, "frame=pts_time");
    int count = 0;
    for (char *line = strtok(found, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(count < capacity);
        times[count++] = 1000 * atof(line);
    }
    free(found);
    return count;
}

static inline void fill_plane(Frame *frame, int plane, int value)
{
    for (int y = 0; y < frame_plane_height(PIXEL_I420, plane, frame->height); y++)
        memset(frame->planes[plane] + (size_t)y * frame->strides[plane], value,
               (size_t)frame_plane_width(PIXEL_I420, plane, frame->width));
}

/* A ramp with a bright square that moves with the frame's number. */
static inline void draw_scene(Frame *frame, int width, int height, int number, int64_t time_ns)
{
    assert_int_equal(frame_alloc(frame, PIXEL_I420, width, height), 0);
    frame->matrix = MATRIX_BT601;
    frame->range = RANGE_LIMITED;
    frame->sar_num = frame->sar_den = 1;
    frame->time_ns = time_ns;
    frame->sequence = number;
    int side = height / 4 > 0 ? height / 4 : 1, left = width > side ? number * 3 % (width - side) : 0;
    for (int y = 0; y < height; y++) {
        uint8_t *row = frame->planes[0] + (size_t)y * frame->strides[0];
        for (int x = 0; x < width; x++)
            row[x] = (uint8_t)(x >= left && x < left + side && y < side ? 220 : 40 + 100 * x / width);
    }
    fill_plane(frame, 1, 110);
    fill_plane(frame, 2, 150);
}

static inline Writer *create(const char *path, double rate, int still)
{
    Error error;
    WriterOptions options = {.frame_rate = rate, .still = still};
    Writer *writer = writer_create(path, &options, &error);
    if (!writer)
        fail_msg("%s", error.message);
    return writer;
}

static inline void write_frame(Writer *writer, const Frame *frame)
{
    Error error;
    if (writer_write(writer, frame, &error) != 0)
        fail_msg("%s", error.message);
}

static inline void finish(Writer *writer)
{
    Error error;
    if (writer_finish(writer, &error) != 0)
        fail_msg("%s", error.message);
    writer_destroy(writer);
}

static inline void write_clip(const char *path, int width, int height, const int64_t *times_ns, int count,
                              double rate)
{
    Frame frame = {0};
    Writer *writer = create(path, rate, 0);
    for (int i = 0; i < count; i++) {
        draw_scene(&frame, width, height, i, times_ns[i]);
        write_frame(writer, &frame);
    }
    finish(writer);
    frame_free(&frame);
}

/* Prints the reason where it is false. */
static inline int can_read_back(void)
{
    if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null 2>&1") == 0)
        return 1;
    printf("skipped: reading recordings back needs ffmpeg and ffprobe, which are not installed\n");
    return 0;
}

#endif
