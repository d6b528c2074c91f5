/* What the tests of inputs share. */
#ifndef LOOKOUT_TESTS_VISION_INPUT_INPUT_CHECKS_H
#define LOOKOUT_TESTS_VISION_INPUT_INPUT_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/media.h"
#include "vision/input/open.h"

enum { MAX_FRAMES = 4096 };

static Input *open_media(const char *name)
{
    Error error = {0};
    Input *source = input_open(in_folder(name), NULL, &error);
    if (!source)
        fail_msg("%s", error.message);
    return source;
}

/* Reads to the end. Times, where not NULL, take up to MAX_FRAMES. Checks what holds for every input. */
static int read_all(Input *source, int64_t *times, InputStatus *end, Error *error)
{
    Frame frame;
    int count = 0;
    int64_t last = INT64_MIN;
    error->message[0] = 0;
    for (;; count++) {
        *end = source->functions->read(source, &frame, error);
        if (*end != INPUT_FRAME)
            break;
        assert_true(frame.time_ns > last);
        assert_int_equal(frame.sequence, count);
        assert_true(frame.width > 0 && frame.height > 0 && frame.sar_num > 0 && frame.sar_den > 0);
        for (int i = 0; i < frame_plane_count(frame.format); i++)
            assert_true(frame.planes[i] &&
                        frame.strides[i] >= frame_plane_width(frame.format, i, frame.width));
        last = frame.time_ns;
        if (times && count < MAX_FRAMES)
            times[count] = frame.time_ns;
    }
    Frame again;
    Error same;
    assert_int_equal(source->functions->read(source, &again, &same), *end);
    if (*end == INPUT_DAMAGED)
        assert_string_equal(same.message, error->message);
    return count;
}

static void expect_refused(const char *path, const char *words)
{
    Error error = {0};
    Input *source = input_open(path, NULL, &error);
    if (source)
        fail_msg("%s was opened", path);
    if (!strstr(error.message, words) || strchr(error.message, '\n'))
        fail_msg("%s: '%s', expected '%s'", path, error.message, words);
}

/* Keeps a share of a file's bytes, from its start. */
static void cut_file(const char *from, const char *to, double share)
{
    size_t size;
    uint8_t *bytes = media_load(from, &size);
    assert_non_null(bytes);
    assert_int_equal(media_save(to, bytes, (size_t)((double)size * share)), 0);
    free(bytes);
}

#endif
