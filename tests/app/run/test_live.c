/* The pipeline of a camera, with a source that plays one. */
#include "base/exit_code.h"
#include "tests/support/recording.h"

#include "app/run/pipeline.h"
#include "vision/convert.h"
#include "vision/input/open.h"
#include <sched.h>

/* Some are frames with something done right before. */
typedef enum Event {
    FRAME,
    WAIT_FOR_DETECTION,
    PAUSE,
    STEP,
    GO_ON,
    SNAPSHOT,
    CLEAN_SNAPSHOT,
    RECORD,
    BROKEN_JPEG,
    BROKEN_JPEG_LATE, /* seconds after what came before */
    LOST,
    SNAPSHOT_WHILE_LOST,
    RECORD_WHILE_LOST,
    DETECTION_WHILE_LOST, /* of the last frame */
    WAIT_FOR_RECORDING,   /* to begin, or to end */
    DAMAGED,
    END
} Event;

/* Frames that went through a mailbox; the linker's --wrap sends the calls here. */
static atomic_int published;
int __real_mailbox_publish(Mailbox *mailbox);
int __wrap_mailbox_publish(Mailbox *mailbox);
int __wrap_mailbox_publish(Mailbox *mailbox)
{
    atomic_fetch_add(&published, 1);
    return __real_mailbox_publish(mailbox);
}

/* A camera that goes through a list of events, the last of them again and again. */
typedef struct FakeCamera {
    Input source;
    const Event *events;
    int event, event_count;
    Pipeline *pipeline;
    Frame picture;
    int64_t sequence;
    atomic_int interrupted;
    int recording, tries; /* at the last look; to see it change */
    uint8_t garbage[16];
} FakeCamera;

/* Every frame has a brightness of its own. */
static int luma_of(int64_t sequence)
{
    return 40 + 10 * (int)sequence;
}

static int64_t time_of(int64_t sequence)
{
    return INT64_C(1000000000000) + sequence * 33333333;
}

static void fake_steer(Control *control, Event event)
{
    if (event == PAUSE || event == GO_ON)
        control_pause(control, event == PAUSE);
    else if (event == STEP)
        control_step(control);
    else if (event == SNAPSHOT || event == SNAPSHOT_WHILE_LOST)
        control_wish(control, WISH_SNAPSHOT);
    else if (event == CLEAN_SNAPSHOT)
        control_wish(control, WISH_CLEAN_SNAPSHOT);
    else if (event == RECORD || event == RECORD_WHILE_LOST)
        control_wish(control, WISH_RECORD);
}

static int is_recording(Control *control)
{
    Facts facts;
    control_get_facts(control, &facts);
    return *facts.recording != '\0';
}

static InputStatus fake_read(Input *source, Frame *frame, Error *error)
{
    FakeCamera *camera = (FakeCamera *)source;
    if (atomic_load(&camera->interrupted))
        return INPUT_END;
    Event event = camera->events[camera->event];
    if (camera->event + 1 < camera->event_count)
        camera->event++;
    switch (event) {
    case WAIT_FOR_DETECTION: {
        long long before = atomic_load(&camera->pipeline->done);
        /* what was published before may still be on its way */
        for (int tries = 0; atomic_load(&camera->pipeline->done) == before && tries < 100000; tries++)
            sched_yield();
    }
    /* fall through */
    case FRAME:
    case PAUSE:
    case STEP:
    case GO_ON:
    case SNAPSHOT:
    case CLEAN_SNAPSHOT:
    case RECORD:
        fake_steer(camera->pipeline->control, event);
        memset(camera->picture.planes[0], luma_of(camera->sequence),
               (size_t)camera->picture.strides[0] * (size_t)camera->picture.height);
        *frame = camera->picture;
        frame->memory = NULL;
        frame->sequence = camera->sequence++;
        frame->time_ns = time_of(frame->sequence);
        return INPUT_FRAME;
    case BROKEN_JPEG_LATE:
        camera->sequence += 200;
    /* fall through */
    case BROKEN_JPEG:
        *frame = (Frame){.format = PIXEL_MJPEG,
                         .width = 64,
                         .height = 48,
                         .planes = {camera->garbage},
                         .bytes = sizeof camera->garbage,
                         .sequence = camera->sequence,
                         .time_ns = time_of(camera->sequence)};
        camera->sequence++;
        return INPUT_FRAME;
    case WAIT_FOR_RECORDING:
        if (is_recording(camera->pipeline->control) != camera->recording) {
            camera->recording ^= 1;
        } else {
            assert_true(camera->tries++ < 10000);
            usleep(1000);
            camera->event--; /* the same again */
        }
    /* fall through */
    case LOST:
    case DETECTION_WHILE_LOST:
    case SNAPSHOT_WHILE_LOST:
    case RECORD_WHILE_LOST:
        fake_steer(camera->pipeline->control, event);
        if (event == DETECTION_WHILE_LOST)
            for (int tries = 0; atomic_load(&camera->pipeline->done) < camera->sequence && tries < 100000;
                 tries++)
                sched_yield();
        error_set(error, "the fake camera is gone");
        return INPUT_LOST;
    case DAMAGED:
        error_set(error, "the fake camera is broken");
        return INPUT_DAMAGED;
    case END:
        break;
    }
    return INPUT_END;
}

static const char *fake_advice(const Input *source)
{
    return ((const FakeCamera *)source)->sequence > 3 ? "open the curtains" : NULL;
}

static void fake_interrupt(Input *source)
{
    atomic_store(&((FakeCamera *)source)->interrupted, 1);
}

/* An output that counts and checks, and fails when it is told to. */
typedef struct FakeOutput {
    Output output;
    int frames, finished, fail_at; /* 0: never */
    int64_t last_sequence, last_time;
    int with_picture;
} FakeOutput;

static WriteStatus fake_consume(Output *output, const OutputFrame *frame, Error *error)
{
    FakeOutput *fake = (FakeOutput *)output;
    const Frame *seen = frame->frame;
    assert_int_equal(fake->finished, 0);
    assert_true(!fake->frames || seen->sequence > fake->last_sequence);
    assert_true(!fake->frames || seen->time_ns > fake->last_time);
    assert_int_equal(seen->time_ns, seen->sequence * 33333333); /* since the first frame */
    if (fake->with_picture) {
        assert_int_equal(seen->sequence, fake->frames); /* every captured frame */
        assert_int_equal(frame->picture->format, PIXEL_I420);
        assert_int_equal(frame->picture->time_ns, seen->time_ns);
    } else {
        assert_true(frame->alpha == 0.25 && frame->size == 64);
        assert_non_null(frame->result);
    }
    fake->last_sequence = seen->sequence;
    fake->last_time = seen->time_ns;
    fake->frames++;
    return fake->frames == fake->fail_at
               ? (WriteStatus)error_set(error, "no space for frame %d", fake->frames)
               : WRITE_OK;
}

static WriteStatus fake_finish(Output *output, Error *error)
{
    (void)error;
    ((FakeOutput *)output)->finished++;
    return WRITE_OK;
}

static const OutputFunctions fake_functions = {fake_consume, fake_finish, NULL};

typedef struct Rig {
    atomic_int stop;
    Control *control;
    Switcher *switcher;
    Drawing *drawing;
    FakeCamera camera;
    FakeOutput results, recording;
    Pipeline pipeline;
    Error error;
} Rig;

static int set_up(void **state)
{
    static const InputDriver functions = {
        .name = "fake", .read = fake_read, .interrupt = fake_interrupt, .advice = fake_advice};
    static char models[4096];
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    assert_int_equal(make_folder(state), 0);
    assert_int_equal(chdir(folder), 0);
    snprintf(models, sizeof models, "%s/models", getenv("LOOKOUT_SOURCE"));
    ModelOptions options = {.size = LOOKOUT_FULL_SIZE};
    options.path = models;
    options.alpha = 0.25;
    options.size = 64;
    Error warning;
    rig->control = control_create(&rig->stop, 0); /* even grey pictures have boxes, whatever the weights */
    assert_int_equal(switcher_create(&options, &rig->switcher, &rig->error), EXIT_DONE);
    rig->drawing = drawing_create(&warning);
    rig->camera.source = (Input){.functions = &functions, .live = 1, .frame_rate = 30};
    rig->camera.pipeline = &rig->pipeline;
    assert_int_equal(frame_alloc(&rig->camera.picture, PIXEL_I420, 64, 48), 0);
    rig->camera.picture.sar_num = rig->camera.picture.sar_den = 1;
    for (int plane = 1; plane < 3; plane++)
        memset(rig->camera.picture.planes[plane], 128, (size_t)rig->camera.picture.strides[plane] * 24);
    rig->results.output.functions = rig->recording.output.functions = &fake_functions;
    rig->recording.with_picture = 1;
    rig->pipeline.source = &rig->camera.source;
    rig->pipeline.switcher = rig->switcher;
    rig->pipeline.control = rig->control;
    rig->pipeline.settings = lookout_default_settings();
    rig->pipeline.classes = switcher_model(rig->switcher)->classes;
    rig->pipeline.drawing = rig->drawing;
    rig->pipeline.recording = &rig->recording.output;
    rig->pipeline.outputs[0] = &rig->results.output;
    rig->pipeline.output_count = 1;
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    Rig *rig = *state;
    frame_free(&rig->camera.picture);
    drawing_destroy(rig->drawing);
    switcher_destroy(rig->switcher);
    control_destroy(rig->control);
    free(rig);
    return chdir("/") || remove_folder(state);
}

static PipelineEnd play(Rig *rig, const Event *events, int count)
{
    rig->camera.events = events;
    rig->camera.event_count = count;
    return pipeline_run(&rig->pipeline, &rig->error);
}
#define PLAY(rig, ...)                                                                                       \
    play(rig, (const Event[]){__VA_ARGS__}, sizeof((const Event[]){__VA_ARGS__}) / sizeof(Event))

static void it_stops_after_the_frames_asked_for(void **state)
{
    Rig *rig = *state;
    rig->pipeline.frames = 20;
    assert_int_equal(PLAY(rig, FRAME), PIPELINE_DONE);
    assert_int_equal(atomic_load(&rig->pipeline.done), 20);
    assert_int_equal(rig->results.frames, 20);
    assert_int_equal(rig->results.finished, 1);
    assert_int_equal(rig->recording.finished, 1);
    Facts facts;
    control_get_facts(rig->control, &facts);
    assert_int_equal(facts.captured, rig->recording.frames); /* what is recorded is what was captured */
    assert_true(facts.skipped >= facts.captured - 20 - 2);   /* one may wait, one be in work */
    assert_true(facts.latency_ms != 0);
    char notice[CONTROL_TEXT];
    assert_int_equal(control_get_notice(rig->control, notice), 1); /* once */
    assert_string_equal(notice, "open the curtains");
}

/* The one snapshot in the folder, as PIXEL_I420; it is removed. */
static void take_snapshot(Frame *snapshot)
{
    Error error;
    Frame frame;
    Input *source = input_open(folder, NULL, &error);
    if (!source)
        fail_msg("%s", error.message);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_FRAME);
    Converter *converter = converter_create();
    assert_non_null(converter);
    assert_int_equal(converter_to_i420(converter, &frame, snapshot, &error), 0);
    converter_destroy(converter);
    assert_int_equal(source->functions->read(source, &frame, &error), INPUT_END);
    input_destroy(source);
    empty_folder();
}

/* Pixels whose brightness is not the given one, by more than conversions cost. */
static int pixels_unlike(const Frame *frame, int luma)
{
    int count = 0;
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            count += abs(frame->planes[0][y * frame->strides[0] + x] - luma) > 3;
    return count;
}

static int is_same_luma(const Frame *a, const Frame *b)
{
    int same = a->width == b->width && a->height == b->height;
    for (int y = 0; same && y < a->height; y++)
        same =
            memcmp(a->planes[0] + y * a->strides[0], b->planes[0] + y * b->strides[0], (size_t)a->width) == 0;
    return same;
}

/* What a snapshot of this picture would be. */
static void snapshot_of(Rig *rig, const Frame *picture, Frame *snapshot)
{
    Recorder *recorder = recorder_create(rig->control, 30, 1, NULL);
    control_wish(rig->control, WISH_SNAPSHOT);
    recorder_snapshot(recorder, WISH_SNAPSHOT, picture);
    recorder_destroy(recorder);
    take_snapshot(snapshot);
}

/* Plays these events, in which there is a snapshot, and expects it to be of that frame, as is the window. */
static void expect_snapshot_of(Rig *rig, int64_t sequence, int with_boxes, const Event *events, int count)
{
    Frame snapshot = {0}, expected = {0};
    rig->pipeline.recording = NULL;
    rig->pipeline.window = mailbox_create();
    rig->pipeline.recorder = recorder_create(rig->control, 30, 1, NULL);
    assert_int_equal(play(rig, events, count), PIPELINE_DONE);
    assert_int_equal(recorder_finish(rig->pipeline.recorder), 0);
    recorder_destroy(rig->pipeline.recorder);
    take_snapshot(&snapshot);
    const Frame *window = mailbox_take(rig->pipeline.window);
    assert_non_null(window);
    assert_int_equal(window->sequence, sequence);
    assert_true(pixels_unlike(window, luma_of(sequence)) > 0);
    if (with_boxes) {
        snapshot_of(rig, window, &expected);
        assert_true(is_same_luma(&snapshot, &expected));
    } else {
        assert_int_equal(pixels_unlike(&snapshot, luma_of(sequence)), 0);
    }
    frame_free(&expected);
    frame_free(&snapshot);
    mailbox_destroy(rig->pipeline.window);
}
#define EXPECT_SNAPSHOT_OF(rig, sequence, with_boxes, ...)                                                   \
    expect_snapshot_of(rig, sequence, with_boxes, (const Event[]){__VA_ARGS__},                              \
                       sizeof((const Event[]){__VA_ARGS__}) / sizeof(Event))
#define DETECTED FRAME, WAIT_FOR_DETECTION

static void a_snapshot_is_of_what_is_seen(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 2, 1, DETECTED, SNAPSHOT, END);
}

static void a_clean_snapshot_has_no_boxes(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 2, 0, DETECTED, CLEAN_SNAPSHOT, END);
}

/* Later frames have other boxes. */
static void a_snapshot_of_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 2, 1, DETECTED, PAUSE, DETECTED, DETECTED, SNAPSHOT, FRAME, END);
}

static void a_clean_snapshot_of_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 2, 0, DETECTED, PAUSE, DETECTED, DETECTED, CLEAN_SNAPSHOT, FRAME, END);
}

static void a_snapshot_of_a_step(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 5, 1, DETECTED, PAUSE, DETECTED, STEP, DETECTED, SNAPSHOT, END);
}

static void a_snapshot_after_a_pause(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 5, 1, DETECTED, PAUSE, FRAME, GO_ON, SNAPSHOT, END);
}

static void a_snapshot_of_a_pause_while_lost(void **state)
{
    EXPECT_SNAPSHOT_OF(*state, 2, 1, DETECTED, PAUSE, DETECTED, LOST, SNAPSHOT_WHILE_LOST, END);
}

static void no_snapshot_of_nothing(void **state)
{
    Rig *rig = *state;
    char notice[CONTROL_TEXT];
    rig->pipeline.recorder = recorder_create(rig->control, 30, 1, NULL);
    assert_int_equal(PLAY(rig, DETECTED, LOST, SNAPSHOT_WHILE_LOST, FRAME, END), PIPELINE_DONE);
    assert_int_equal(recorder_finish(rig->pipeline.recorder), 0);
    recorder_destroy(rig->pipeline.recorder);
    control_get_notice(rig->control, notice);
    assert_string_equal(notice, "no snapshot: the camera is lost"); /* nor is the next frame one */
}

static void a_recording_is_ended_while_lost(void **state)
{
    Rig *rig = *state;
    rig->pipeline.recorder = recorder_create(rig->control, 30, 1, NULL);
    assert_int_equal(PLAY(rig, RECORD, WAIT_FOR_RECORDING, RECORD_WHILE_LOST, WAIT_FOR_RECORDING, END),
                     PIPELINE_DONE);
    assert_int_equal(recorder_finish(rig->pipeline.recorder), 0);
    recorder_destroy(rig->pipeline.recorder);
}

static void a_lost_camera_comes_back(void **state)
{
    Rig *rig = *state;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, LOST, LOST, FRAME, WAIT_FOR_DETECTION, END),
                     PIPELINE_DONE);
    assert_int_equal(rig->recording.frames, 4);
    assert_true(rig->results.frames >= 2);
    Facts facts;
    control_get_facts(rig->control, &facts);
    assert_string_equal(facts.lost, "");
}

static void lost_is_a_fact(void **state)
{
    Rig *rig = *state;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, END), PIPELINE_DONE);
    Facts facts;
    control_get_facts(rig->control, &facts);
    assert_string_equal(facts.lost, "the fake camera is gone");
}

static void losing_it_may_end_the_run(void **state)
{
    Rig *rig = *state;
    rig->pipeline.exit_on_lost = 1;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, FRAME), PIPELINE_LOST);
    assert_string_equal(rig->error.message, "camera lost: the fake camera is gone");
    assert_int_equal(rig->recording.finished, 1);
}

static void a_broken_camera_ends_the_run(void **state)
{
    Rig *rig = *state;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, DAMAGED), PIPELINE_DAMAGED);
    assert_string_equal(rig->error.message, "the fake camera is broken");
    assert_int_equal(rig->results.finished, 1);
}

static void broken_pictures_are_counted(void **state)
{
    Rig *rig = *state;
    rig->pipeline.recording = NULL;
    assert_int_equal(PLAY(rig, FRAME, BROKEN_JPEG, BROKEN_JPEG, WAIT_FOR_DETECTION, END), PIPELINE_DONE);
    assert_int_equal(atomic_load(&rig->camera.source.counts.damaged), 2);
    Facts facts;
    control_get_facts(rig->control, &facts);
    assert_int_equal(facts.captured, 2);
}

/* BROKEN_JPEG repeats until the run ends: three seconds after the first is the 92nd. */
static void a_camera_of_broken_pictures_is_lost(void **state)
{
    Rig *rig = *state;
    rig->pipeline.exit_on_lost = 1;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, BROKEN_JPEG), PIPELINE_LOST);
    assert_non_null(strstr(rig->error.message, "all its pictures are damaged"));
    assert_int_equal(atomic_load(&rig->camera.source.counts.damaged), 92);
    assert_int_equal(rig->recording.finished, 1);
}

static void a_slow_camera_is_not_lost_with_one_picture(void **state)
{
    Rig *rig = *state;
    rig->pipeline.recording = NULL;
    rig->pipeline.exit_on_lost = 1;
    assert_int_equal(PLAY(rig, FRAME, BROKEN_JPEG_LATE, FRAME, WAIT_FOR_DETECTION, END), PIPELINE_DONE);
}

/* Not even those of a picture that was being detected when the camera was lost. */
static void boxes_from_before_a_loss_are_not_drawn(void **state)
{
    Rig *rig = *state;
    rig->pipeline.recording = NULL;
    rig->pipeline.window = mailbox_create();
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, LOST, DETECTION_WHILE_LOST, FRAME, END),
                     PIPELINE_DONE);
    const Frame *window = mailbox_take(rig->pipeline.window);
    assert_int_equal(window->sequence, 2);
    assert_int_equal(pixels_unlike(window, luma_of(2)), 0);
    mailbox_destroy(rig->pipeline.window);
}

static void a_failing_result_ends_the_run(void **state)
{
    Rig *rig = *state;
    rig->results.fail_at = 3;
    assert_int_equal(PLAY(rig, FRAME), PIPELINE_FAILED);
    assert_string_equal(rig->error.message, "no space for frame 3");
    assert_int_equal(rig->recording.finished, 1);
}

static void a_failing_recording_ends_the_run(void **state)
{
    Rig *rig = *state;
    rig->recording.fail_at = 7;
    assert_int_equal(PLAY(rig, FRAME, WAIT_FOR_DETECTION, FRAME), PIPELINE_FAILED);
    assert_string_equal(rig->error.message, "no space for frame 7");
    assert_int_equal(rig->results.finished, 1);
}

/* Its picture does not even go to the thread that detects for the other outputs. */
static void a_recording_that_cannot_begin_is_alone(void **state)
{
    Rig *rig = *state;
    rig->recording.fail_at = 1;
    atomic_store(&published, 0);
    assert_int_equal(PLAY(rig, FRAME), PIPELINE_FAILED);
    assert_string_equal(rig->error.message, "no space for frame 1");
    assert_int_equal(atomic_load(&published), 0);
    assert_int_equal(rig->results.frames, 0);
    assert_int_equal(atomic_load(&rig->pipeline.done), 0);
}

/* Nothing is done that an output has not taken: there are no statistics of it. */
static void a_result_that_fails_is_not_done(void **state)
{
    Rig *rig = *state;
    rig->results.fail_at = 1;
    assert_int_equal(PLAY(rig, FRAME), PIPELINE_FAILED);
    assert_int_equal(atomic_load(&rig->pipeline.done), 0);
}

static void it_is_stopped_from_outside(void **state)
{
    Rig *rig = *state;
    control_quit(rig->control);
    assert_int_equal(PLAY(rig, FRAME), PIPELINE_STOPPED);
    assert_int_equal(rig->recording.frames, 0);
    assert_int_equal(rig->recording.finished, 1);
}

/* Pictures are recorded before the first detection is done. */
static void a_recording_without_a_detection_is_finished(void **state)
{
    Rig *rig = *state;
    assert_int_equal(PLAY(rig, FRAME, END), PIPELINE_DONE);
    assert_int_equal(rig->recording.frames, 1);
    assert_int_equal(rig->recording.finished, 1);
}

int main(void)
{
#define RIG_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RIG_TEST(it_stops_after_the_frames_asked_for),
        RIG_TEST(a_snapshot_is_of_what_is_seen),
        RIG_TEST(a_clean_snapshot_has_no_boxes),
        RIG_TEST(a_snapshot_of_a_pause),
        RIG_TEST(a_clean_snapshot_of_a_pause),
        RIG_TEST(a_snapshot_of_a_step),
        RIG_TEST(a_snapshot_after_a_pause),
        RIG_TEST(a_snapshot_of_a_pause_while_lost),
        RIG_TEST(no_snapshot_of_nothing),
        RIG_TEST(a_recording_is_ended_while_lost),
        RIG_TEST(a_lost_camera_comes_back),
        RIG_TEST(lost_is_a_fact),
        RIG_TEST(losing_it_may_end_the_run),
        RIG_TEST(a_broken_camera_ends_the_run),
        RIG_TEST(broken_pictures_are_counted),
        RIG_TEST(a_camera_of_broken_pictures_is_lost),
        RIG_TEST(a_slow_camera_is_not_lost_with_one_picture),
        RIG_TEST(boxes_from_before_a_loss_are_not_drawn),
        RIG_TEST(a_failing_result_ends_the_run),
        RIG_TEST(a_failing_recording_ends_the_run),
        RIG_TEST(a_recording_that_cannot_begin_is_alone),
        RIG_TEST(a_result_that_fails_is_not_done),
        RIG_TEST(it_is_stopped_from_outside),
        RIG_TEST(a_recording_without_a_detection_is_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
