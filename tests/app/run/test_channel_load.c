/*
 * What a camera of 640x480 YUYV at 30 frames a second costs besides inference: a run with a window's
 * pictures, a recording and JSON lines is given one that is played in real time through the table of system
 * calls. CPU time is told, not judged; our own code allocates nothing once it is running, and copies no
 * picture but those that it draws into for the recording.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/run.h"
#include "app/sinks/marked_picture.h"
#include "app/sinks/recorder.h"
#include "app/sinks/results.h"
#include "app/sinks/statistics.h"
#include "tests/support/count_allocations.h"
#include "tests/support/folder.h"
#include "tests/vision/input/camera/fake_camera.h"
#include "vision/input/camera/camera.h"
#include "vision/record/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 150, SLOW_FRAME = 10, SLOW_MS = 400, WARM_FRAMES = 40, LAST_FRAME = 140 };

static double cpu_ms(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* ---- what is counted: the linker sends the calls here ------------------------------------------------ */

static _Atomic double inference_ms;
static atomic_int detections;

LookoutStatus __real_lookout_detect(LookoutDetector *, const LookoutImage *, const LookoutSettings *,
                                    LookoutResult *, LookoutError *);
LookoutStatus __wrap_lookout_detect(LookoutDetector *, const LookoutImage *, const LookoutSettings *,
                                    LookoutResult *, LookoutError *);

/* Once it is slow, as is the recording: then as many frames are in use as ever can be, and have their memory.
 */
LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error)
{
    const int number = atomic_fetch_add(&detections, 1) + 1;
    if (number == SLOW_FRAME)
        sleep_ms(SLOW_MS);
    count_allocations(number > WARM_FRAMES && number <= LAST_FRAME);
    const double start = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
    LookoutStatus status = __real_lookout_detect(detector, image, settings, result, error);
    inference_ms = inference_ms + cpu_ms(CLOCK_THREAD_CPUTIME_ID) - start - result->resize_ms;
    return status;
}

static atomic_int written;

int __real_writer_write(Writer *writer, const Frame *picture, Error *error);
int __wrap_writer_write(Writer *writer, const Frame *picture, Error *error);
int __wrap_writer_write(Writer *writer, const Frame *picture, Error *error)
{
    if (atomic_fetch_add(&written, 1) + 1 == SLOW_FRAME)
        sleep_ms(SLOW_MS);
    return __real_writer_write(writer, picture, error);
}

static _Thread_local bool draws;
static atomic_int with_boxes, copies, other_copies;

bool __real_marked_picture_draw(MarkedPicture *marked, const Observation *observation, Frame *picture);
bool __wrap_marked_picture_draw(MarkedPicture *marked, const Observation *observation, Frame *picture);
bool __wrap_marked_picture_draw(MarkedPicture *marked, const Observation *observation, Frame *picture)
{
    atomic_fetch_add(&with_boxes, observation->count > 0);
    draws = true;
    const bool drawn = __real_marked_picture_draw(marked, observation, picture);
    draws = false;
    return drawn;
}

static void count_copy(void)
{
    atomic_fetch_add(draws ? &copies : &other_copies, 1);
}

int __real_frame_copy(Frame *to, const Frame *from);
int __wrap_frame_copy(Frame *to, const Frame *from);
int __wrap_frame_copy(Frame *to, const Frame *from)
{
    count_copy();
    return __real_frame_copy(to, from);
}

void __real_frame_copy_pixels(Frame *to, const Frame *from);
void __wrap_frame_copy_pixels(Frame *to, const Frame *from);
void __wrap_frame_copy_pixels(Frame *to, const Frame *from)
{
    count_copy();
    __real_frame_copy_pixels(to, from);
}

/* ---- the run -------------------------------------------------------------------------------------- */

/* Moving stripes, in which there are boxes, that come again, so that no label has a character that was not
 * there before. */
static size_t draw_stripes(const FakeNode *node, uint32_t sequence, uint8_t *memory, size_t length)
{
    (void)node;
    for (size_t i = 0; i < length; i++) {
        const size_t x = i / 2 % 640, y = i / 1280;
        memory[i] =
            (uint8_t)(i % 2 ? 128 + sequence % 10 : (x * (1 + y / 120) / 2 + 3 * (sequence % 10)) % 220 + 16);
    }
    return length;
}

static Run run;
static Error error;
static const Sink *statistics;

static void add_sink(Channel *channel, Sink *sink)
{
    assert_non_null(sink);
    assert_int_equal(run_add_sink(&run, channel, sink, &error), 0);
}

/* The camera is shown, recorded and written about, its objects are tracked. There are some whatever the
 * weights are: every box is above the threshold. */
static Channel *add_channel(Input *input)
{
    ChannelSetup setup = {.input = input,
                          .options.frames = FRAMES,
                          .settings = lookout_default_settings(),
                          .threshold = 0,
                          .track = true,
                          .shows = true};
    setup.settings.max_detections = 5;
    Channel *channel = run_add_channel(&run, &setup);
    assert_non_null(channel);
    const LookoutModelInfo *model = model_choice_model(run.choice);
    const RecorderSetup recorder = {.path = in_folder("seen.mkv"),
                                    .classes = model->classes,
                                    .frame_rate = 30,
                                    .live = true,
                                    .notices = &run.notices,
                                    .status = channel_status(channel)};
    add_sink(channel, recorder_create(&recorder, &error));
    const ResultSetup json = {.path = in_folder("seen.jsonl"),
                              .model = model,
                              .max_objects = setup.settings.max_detections,
                              .source_count = 1};
    add_sink(channel, json_create(&json, &error));
    Sink *counted = statistics_create(model->class_count);
    statistics = counted;
    add_sink(channel, counted);
    return channel;
}

/* As the window does: it keeps what it shows. */
static int show(Channel *channel)
{
    int64_t number = 0;
    int pictures = 0;
    Observation *shown = NULL;
    while (!run_is_over(&run)) {
        Observation *next = channel_take_shown(channel, &number);
        if (next) {
            observation_unref(shown);
            shown = next;
            pictures++;
        }
        sleep_ms(2);
    }
    observation_unref(shown);
    return pictures;
}

static void load_of_a_camera(void **state)
{
    (void)state;
    static FakeCamera fake;
    static char models[4096];
    fake_camera_init(&fake);
    fake.real_time = 1;
    fake.nodes[0].draw = draw_stripes;
    atomic_int stop = 0;
    snprintf(models, sizeof models, "%s/models", getenv("LOOKOUT_SOURCE"));
    const ModelOptions options = {.path = models, .alpha = 0.25, .size = 128, .threads = 1};
    const InputOptions asked = {
        .camera = {.width = 640, .height = 480, .frame_rate = 30, .format = V4L2_PIX_FMT_YUYV}};
    assert_int_equal(run_init(&run, &stop, &options, &error), 0);
    run.has_window = true;
    Input *input = camera_open_with(&fake.calls, "/dev/video0", &asked, &error);
    assert_non_null(input);
    Channel *channel = add_channel(input);

    double process = cpu_ms(CLOCK_PROCESS_CPUTIME_ID), wall = cpu_ms(CLOCK_MONOTONIC);
    assert_int_equal(run_start(&run, &error), 0);
    const int shown = show(channel);
    run_join(&run);
    assert_int_equal(channel_join(channel, &error), CHANNEL_DONE);
    process = cpu_ms(CLOCK_PROCESS_CPUTIME_ID) - process;
    wall = cpu_ms(CLOCK_MONOTONIC) - wall;
    printf("%.1f frames a second; of one core: capture, conversion, tracking, drawing, encoding %.2f %%, "
           "inference "
           "%.2f %%; %d pictures shown, %d recorded, %d of them with boxes\n",
           FRAMES / wall * 1e3, 100 * (process - inference_ms) / wall, 100 * inference_ms / wall, shown,
           atomic_load(&written), atomic_load(&with_boxes));
    assert_int_equal(statistics_totals(statistics)->frames, FRAMES);
    assert_int_equal(allocations_counted(), 0);
    assert_true(wall > FRAMES * 33.0 - 100); /* it was played in real time */
    assert_true(shown > 0);
    assert_true(atomic_load(&with_boxes) > 0);
    assert_int_equal(atomic_load(&copies), atomic_load(&with_boxes));
    assert_int_equal(atomic_load(&other_copies), 0);
    assert_false(run.has_failed);

    run_finish(&run);
    input_destroy(input);
    fake_camera_finish(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(load_of_a_camera, make_folder, remove_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
