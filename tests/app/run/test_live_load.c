/*
 * What a camera of 640x480 YUYV at 30 frames a second costs besides inference: the pipeline runs on one that
 * is played in real time through the table of system calls. CPU time is told, not judged; our own code
 * allocates nothing once it is running.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/pipeline.h"
#include "base/exit_code.h"
#include "tests/support/count_allocations.h"
#include "tests/vision/input/camera/fake_camera.h"
#include "vision/input/camera/camera.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 150, WARM_FRAMES = 30, LAST_FRAME = 140 };

static double cpu_ms(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* The linker sends the pipeline's detections through here. */
static double inference_ms;
static int detections;

LookoutStatus __real_lookout_detect(LookoutDetector *, const LookoutImage *, const LookoutSettings *,
                                    LookoutResult *, LookoutError *);
LookoutStatus __wrap_lookout_detect(LookoutDetector *, const LookoutImage *, const LookoutSettings *,
                                    LookoutResult *, LookoutError *);

LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error)
{
    detections++;
    count_allocations(detections > WARM_FRAMES && detections <= LAST_FRAME);
    double start = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
    LookoutStatus status = __real_lookout_detect(detector, image, settings, result, error);
    inference_ms += cpu_ms(CLOCK_THREAD_CPUTIME_ID) - start - result->resize_ms;
    return status;
}

static void load_of_a_camera(void **state)
{
    (void)state;
    static FakeCamera fake;
    static char models[4096];
    fake_camera_init(&fake);
    fake.real_time = 1;
    atomic_int stop = 0;
    Error error;
    Error why;
    snprintf(models, sizeof models, "%s/models", getenv("LOOKOUT_SOURCE"));
    ModelOptions options = {.size = LOOKOUT_FULL_SIZE};
    options.path = models;
    options.alpha = 0.25;
    options.size = 128;
    options.threads = 1;
    const InputOptions wish = {
        .camera = {.width = 640, .height = 480, .frame_rate = 30, .format = V4L2_PIX_FMT_YUYV}};

    Pipeline pipeline = {.frames = FRAMES, .steady = 1};
    pipeline.control = control_create(&stop, 0.3);
    assert_int_equal(switcher_create(&options, &pipeline.switcher, &error), EXIT_DONE);
    pipeline.source = camera_open_with(&fake.calls, "/dev/video0", &wish, &why);
    assert_non_null(pipeline.source);
    pipeline.settings = lookout_default_settings();
    pipeline.classes = switcher_model(pipeline.switcher)->classes;
    pipeline.drawing = drawing_create(&why);
    pipeline.window = mailbox_create();

    double process = cpu_ms(CLOCK_PROCESS_CPUTIME_ID), capture = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
    double wall = cpu_ms(CLOCK_MONOTONIC);
    assert_int_equal(pipeline_run(&pipeline, &error), PIPELINE_DONE);
    process = cpu_ms(CLOCK_PROCESS_CPUTIME_ID) - process;
    capture = cpu_ms(CLOCK_THREAD_CPUTIME_ID) - capture;
    wall = cpu_ms(CLOCK_MONOTONIC) - wall;
    double detection = process - capture - inference_ms;
    printf("%.1f frames a second; of one core: capture, conversion, drawing %.2f %%; RGB, resizing, tracking "
           "%.2f "
           "%%; together %.2f %%; inference %.2f %%\n",
           FRAMES / wall * 1e3, 100 * capture / wall, 100 * detection / wall,
           100 * (capture + detection) / wall, 100 * inference_ms / wall);
    assert_int_equal(atomic_load(&pipeline.done), FRAMES);
    assert_int_equal(allocations_counted(), 0);
    assert_true(wall > FRAMES * 33.0 - 100); /* it was played in real time */

    mailbox_destroy(pipeline.window);
    drawing_destroy(pipeline.drawing);
    input_destroy(pipeline.source);
    switcher_destroy(pipeline.switcher);
    control_destroy(pipeline.control);
    fake_camera_finish(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(load_of_a_camera)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
