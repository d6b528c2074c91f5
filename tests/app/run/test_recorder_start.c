/* A recording through its queue that cannot begin, or whose reader stalls: an old file stays, no new one
 * does, and nobody waits. The linker's --wrap sends the calls here. */
#include "tests/support/recording.h"

#include "app/run/sink_queue.h"
#include "app/sinks/recorder.h"
#include "vision/frame_pool.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#define OLD_CONTENT "what was there before"

enum { POOL = 48 };

static bool no_threads, no_copies;

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

int __real_frame_copy(Frame *to, const Frame *from);
int __wrap_frame_copy(Frame *to, const Frame *from);
int __wrap_frame_copy(Frame *to, const Frame *from)
{
    return no_copies ? -1 : __real_frame_copy(to, from);
}

static ObservationPool *observations;
static FramePool *frames;
static Notices notices;
static Status *status;
static const atomic_int running;

static int set_up(void **state)
{
    notices_init(&notices);
    observations = observation_pool_create(POOL);
    frames = frame_pool_create(POOL);
    status = status_create();
    no_threads = no_copies = false;
    return observations && frames && status ? make_folder(state) : -1;
}

static int tear_down(void **state)
{
    observation_pool_destroy(observations);
    frame_pool_destroy(frames); /* every reference has come back */
    status_destroy(status);
    notices_finish(&notices);
    return remove_folder(state);
}

static Sink *recorder_to(const char *path)
{
    static const char *const classes[] = {"cat"};
    Error error;
    const RecorderSetup setup = {.path = path,
                                 .classes = classes,
                                 .frame_rate = 25,
                                 .live = true,
                                 .notices = &notices,
                                 .status = status};
    Sink *recorder = recorder_create(&setup, &error);
    if (!recorder)
        fail_msg("%s", error.message);
    return recorder;
}

/* A picture with a box in it. */
static void push(SinkQueue *queue, int number)
{
    Observation *observation = observation_take(observations);
    assert_non_null(observation);
    Frame *frame = frame_pool_take(frames);
    draw_scene(frame, 320, 240, number, number * 40 * MILLISECOND);
    observation->frame = frame;
    observation->width = frame->width;
    observation->height = frame->height;
    observation->sequence = number;
    observation->time_ns = frame->time_ns;
    observation->count = 1;
    observation->objects[0] = (SceneObject){.box = {0.25f, 0.25f, 0.75f, 0.75f, 0.9f, 0}};
    sink_queue_push(queue, observation, false);
    observation_unref(observation);
}

static void write_old(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(OLD_CONTENT, file);
    fclose(file);
}

static void assert_old(const char *path)
{
    char content[2 * sizeof OLD_CONTENT];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, OLD_CONTENT);
}

static const char *const names[] = {"out.mkv", "out.mp4", "out.y4m"};

/* had_old: there is a file of that name. */
static void without_a_thread(const char *path, bool had_old)
{
    Error error;
    if (had_old)
        write_old(path);
    no_threads = true;
    assert_null(sink_queue_create(recorder_to(path), NULL, NULL, &error));
    no_threads = false;
    assert_non_null(strstr(error.message, "no thread can be started"));
    assert_null(strchr(error.message, '\n'));
}

static void without_a_copy(const char *path, bool had_old)
{
    Error error;
    if (had_old)
        write_old(path);
    SinkQueue *queue = sink_queue_create(recorder_to(path), NULL, NULL, &error);
    assert_non_null(queue);
    no_copies = true;
    push(queue, 0);
    assert_int_equal(sink_queue_finish(queue, &running, &error), SINK_FAILED);
    no_copies = false;
    assert_non_null(strstr(error.message, path));
    assert_non_null(strstr(error.message, "out of memory"));
    assert_null(strchr(error.message, '\n'));
    sink_queue_destroy(queue);
}

static void old_files_stay(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *path = in_folder(names[i]);
        without_a_thread(path, true);
        assert_old(path);
        without_a_copy(path, true);
        assert_old(path);
    }
}

static void no_new_files_stay(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *path = in_folder(names[i]);
        without_a_thread(path, false);
        assert_false(exists(path));
        without_a_copy(path, false);
        assert_false(exists(path));
    }
}

/* Nobody reads: pictures are dropped and counted, and giving the recording up does not wait. */
static void a_stalled_reader_costs_pictures_and_no_time(void **state)
{
    (void)state;
    Error error;
    const char *path = in_folder("pipe.y4m");
    assert_int_equal(mkfifo(path, 0600), 0);
    const int reader = open(path, O_RDWR);
    assert_true(reader >= 0);
    Sink *recorder = recorder_to(path);
    SinkQueue *queue = sink_queue_create(recorder, NULL, NULL, &error);
    assert_non_null(queue);
    for (int i = 0; i < 40; i++)
        push(queue, i);
    /* the pipe has room for less than one picture */
    assert_in_range(atomic_load(&recorder->dropped), 30, 39);
    sink_queue_destroy(queue); /* or this test runs into its time-out */
    close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(old_files_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_new_files_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stalled_reader_costs_pictures_and_no_time, set_up, tear_down),
    };
    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
