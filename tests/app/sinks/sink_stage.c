#include "tests/app/sinks/sink_stage.h"

#include "vision/frame_pool.h"
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_REPORTS = 256, MOST_FRAMES = 16 };

SinkStage stage;
const char *const stage_classes[] = {"cup"};

static FramePool *frames;
static ObservationPool *observations;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char reports[MOST_REPORTS][NOTICE_TEXT];
static int report_count, last_number;
static bool is_held;

/* ---- reports ------------------------------------------------------------------------------------ */

/* Called by whoever posts, so that each is kept before the same thread makes another. */
static void keep_report(void *argument)
{
    char text[NOTICE_TEXT];
    const int number = notices_get(argument, text);
    pthread_mutex_lock(&lock);
    if (number != last_number && report_count < MOST_REPORTS)
        strcpy(reports[report_count++], text);
    last_number = number;
    pthread_cond_broadcast(&changed);
    while (is_held && !strncmp(text, "saved", 5))
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* Under the lock. */
static int count_reports(const char *start)
{
    int count = 0;
    for (int i = 0; i < report_count; i++)
        count += !strncmp(reports[i], start, strlen(start));
    return count;
}

int stage_count_reports(const char *start)
{
    pthread_mutex_lock(&lock);
    const int count = count_reports(start);
    pthread_mutex_unlock(&lock);
    return count;
}

const char *stage_report(int n)
{
    pthread_mutex_lock(&lock);
    const char *text = n < report_count ? reports[n] : "";
    pthread_mutex_unlock(&lock);
    return text;
}

void stage_wait_for_report(const char *start, int times)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 60;
    pthread_mutex_lock(&lock);
    int code = 0;
    while (count_reports(start) < times && !code)
        code = pthread_cond_timedwait(&changed, &lock, &end);
    pthread_mutex_unlock(&lock);
    if (code)
        fail_msg("not reported so often: %s", start);
}

void stage_hold_saving(bool held)
{
    pthread_mutex_lock(&lock);
    is_held = held;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* ---- life --------------------------------------------------------------------------------------- */

int stage_open(void **state)
{
    if (make_folder(state) || chdir(folder))
        return -1;
    stage = (SinkStage){0};
    report_count = last_number = 0;
    notices_init(&stage.notices);
    stage.notices.wake = keep_report;
    stage.notices.wake_argument = &stage.notices;
    stage.status = status_create();
    frames = frame_pool_create(MOST_FRAMES);
    observations = observation_pool_create(MOST_FRAMES);
    return stage.status && frames && observations ? 0 : -1;
}

int stage_close(void **state)
{
    stage_hold_saving(false);
    sink_queue_destroy(stage.queue);
    observation_unref(stage.shown);
    observation_pool_destroy(observations);
    frame_pool_destroy(frames);
    status_destroy(stage.status);
    notices_finish(&stage.notices);
    return chdir("/") || remove_folder(state);
}

void stage_set_sink(Sink *sink)
{
    Error error;
    assert_non_null(sink);
    sink_queue_destroy(stage.queue);
    stage.queue = sink_queue_create(sink, NULL, NULL, &error);
    assert_non_null(stage.queue);
}

SinkResult stage_finish(void)
{
    Error error;
    return sink_queue_finish(stage.queue, &stage.stop, &error);
}

/* ---- pictures and keys -------------------------------------------------------------------------- */

static Observation *observe(void)
{
    Observation *observation = observation_take(observations);
    assert_non_null(observation);
    observation->frame = frame_pool_take(frames);
    assert_non_null(observation->frame);
    Frame *frame = observation->frame;
    draw_scene(frame, STAGE_WIDTH, STAGE_HEIGHT, stage.number, stage.number * 40 * MILLISECOND);
    fill_plane(frame, 0, 16);
    observation->width = STAGE_WIDTH;
    observation->height = STAGE_HEIGHT;
    observation->sequence = frame->sequence;
    observation->time_ns = frame->time_ns;
    observation->count = 1;
    observation->objects[0] = (SceneObject){.box = {.x1 = 4.0f / STAGE_WIDTH,
                                                    .y1 = 0.25f,
                                                    .x2 = 0.75f,
                                                    .y2 = 1 - 8.0f / STAGE_HEIGHT,
                                                    .score = 0.9f}};
    stage.number++;
    return observation;
}

void stage_push(bool waits)
{
    Observation *observation = observe();
    sink_queue_push(stage.queue, observation, waits);
    observation_unref(stage.shown);
    stage.shown = observation;
}

void stage_push_again(void)
{
    sink_queue_push(stage.queue, stage.shown, true);
}

void stage_press(SinkCommand command)
{
    const SinkDriver *driver = sink_queue_driver(stage.queue);
    if (driver->command(sink_queue_sink(stage.queue), command) && stage.shown)
        sink_queue_nudge(stage.queue, stage.shown);
}

/* ---- files -------------------------------------------------------------------------------------- */

int stage_find_files(const char *suffix, int n, char name[256])
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), found = 0;
    for (int i = 0; i < count; i++) {
        const char *dot = strrchr(entries[i]->d_name, '.');
        if (dot && !strcmp(dot, suffix)) {
            if (found == n)
                snprintf(name, 256, "%s", entries[i]->d_name);
            found++;
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

void stage_assert_is_named(const char *name, const char *suffix)
{
    int year, month, day, clock, length = 0;
    assert_int_equal(sscanf(name, "lookout-%4d%2d%2d-%6d%n", &year, &month, &day, &clock, &length), 4);
    assert_int_equal(length, 23);
    assert_true(year > 2000 && month <= 12 && day <= 31);
    assert_true(!strcmp(name + length, suffix) || name[length] == '-');
}

int stage_corner(const char *name)
{
    char command[512];
    size_t bytes;
    int brightest = 0;
    snprintf(
        command, sizeof command,
        "ffmpeg -v error -nostdin -i %s -frames:v 1 -vf crop=16:16:0:%d -pix_fmt gray -f rawvideo pipe:1",
        name, STAGE_HEIGHT - 16);
    uint8_t *pixels = (uint8_t *)output_of(command, &bytes);
    assert_int_equal(bytes, 256);
    for (size_t i = 0; i < bytes; i++)
        brightest = pixels[i] > brightest ? pixels[i] : brightest;
    free(pixels);
    return brightest;
}

void stage_enter_gone_folder(void)
{
    assert_int_equal(mkdir("gone", 0700), 0);
    assert_int_equal(chdir("gone"), 0);
    assert_int_equal(rmdir("../gone"), 0);
}

void stage_leave_gone_folder(void)
{
    assert_int_equal(chdir(folder), 0);
}

int stage_run_on_full_disk(rlim_t bytes, int (*body)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit limit = {bytes, bytes};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(body());
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
