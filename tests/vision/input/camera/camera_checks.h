/* What the tests of cameras share. */
#ifndef LOOKOUT_TESTS_VISION_INPUT_CAMERA_CAMERA_CHECKS_H
#define LOOKOUT_TESTS_VISION_INPUT_CAMERA_CAMERA_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vision/input/camera/fake_camera.h"
#include "vision/input/camera/camera.h"

static const InputOptions any = {0};

static inline Input *open_or_fail(FakeCamera *fake, const char *path, const InputOptions *options)
{
    Error error = {0};
    Input *source = camera_open_with(&fake->calls, path, options, &error);
    if (!source)
        fail_msg("%s", error.message);
    return source;
}

static inline void expect_refused(FakeCamera *fake, const char *path, const InputOptions *options,
                                  const char *words)
{
    Error error = {0};
    Input *source = camera_open_with(&fake->calls, path, options, &error);
    if (source)
        fail_msg("opened, expected '%s'", words);
    if (!strstr(error.message, words) || strchr(error.message, '\n'))
        fail_msg("'%s', expected '%s'", error.message, words);
    fake_camera_finish(fake);
}

/* Reads a frame and checks that it is the one with the driver's number, whole and readable to its end. */
static inline void expect_frame(Input *source, Frame *frame, int64_t sequence, int pixel)
{
    Error error = {0};
    if (source->functions->read(source, frame, &error) != INPUT_FRAME)
        fail_msg("%s", error.message);
    assert_int_equal(frame->sequence, sequence);
    for (int i = 0; i < frame_plane_count(frame->format); i++) {
        const uint8_t *last_row =
            frame->planes[i] +
            (ptrdiff_t)(frame_plane_height(frame->format, i, frame->height) - 1) * frame->strides[i];
        assert_int_equal(frame->planes[i][0], pixel);
        assert_int_equal(last_row[frame_plane_width(frame->format, i, frame->width) - 1], pixel);
    }
}

static inline void expect_counts(const Input *source, int skipped, int dropped, int damaged, int lost)
{
    assert_int_equal(atomic_load(&source->counts.skipped), skipped);
    assert_int_equal(atomic_load(&source->counts.dropped), dropped);
    assert_int_equal(atomic_load(&source->counts.damaged), damaged);
    assert_int_equal(atomic_load(&source->counts.lost), lost);
}

/* Reads until the camera is lost, expects words in the reason, and returns how often a frame came before. */
static inline int frames_until_lost(Input *source, const char *words)
{
    Frame frame;
    Error error = {0};
    for (int count = 0; count < 1000; count++) {
        InputStatus status = source->functions->read(source, &frame, &error);
        if (status == INPUT_FRAME)
            continue;
        assert_int_equal(status, INPUT_LOST);
        /* whoever reports the reason puts "camera lost: " before it */
        if (!strstr(error.message, words) || strchr(error.message, '\n') ||
            strstr(error.message, "camera lost"))
            fail_msg("'%s', expected '%s'", error.message, words);
        return count;
    }
    fail_msg("not lost, expected '%s'", words);
    return -1;
}

#endif
