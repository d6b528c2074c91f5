/* Snapshots and recordings while pictures go by: files, their names, what is said, and what fails. */
#include "tests/support/recording.h"

#include "app/sinks/new_file.h"
#include "app/sinks/recorder.h"
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { WIDTH = 160, HEIGHT = 120, MOST_NOTICES = 256 };

/* What the program would have, and what was said. */
typedef struct Stage {
    Control *control;
    atomic_int stop;
    Recorder *recorder;
    Frame picture;
    int number; /* of the next picture */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    char notices[MOST_NOTICES][CONTROL_TEXT];
    int count;
    int held; /* whoever says "saved" waits */
} Stage;

static Stage stage;

/* Notices come one by one: each is kept before the next can be made by the same thread. */
static void note(void *argument)
{
    (void)argument;
    char text[CONTROL_TEXT];
    control_get_notice(stage.control, text);
    pthread_mutex_lock(&stage.lock);
    if (*text && stage.count < MOST_NOTICES &&
        (!stage.count || strcmp(stage.notices[stage.count - 1], text) != 0))
        strcpy(stage.notices[stage.count++], text);
    pthread_cond_broadcast(&stage.changed);
    while (stage.held && strncmp(text, "saved", 5) == 0)
        pthread_cond_wait(&stage.changed, &stage.lock);
    pthread_mutex_unlock(&stage.lock);
}

/* Under the lock. */
static int notices_with(const char *start)
{
    int count = 0;
    for (int i = 0; i < stage.count; i++)
        count += strncmp(stage.notices[i], start, strlen(start)) == 0;
    return count;
}

static int count_said(const char *start)
{
    pthread_mutex_lock(&stage.lock);
    int count = notices_with(start);
    pthread_mutex_unlock(&stage.lock);
    return count;
}

static void wait_until_said(const char *start, int times)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 60;
    pthread_mutex_lock(&stage.lock);
    int code = 0;
    while (notices_with(start) < times && !code)
        code = pthread_cond_timedwait(&stage.changed, &stage.lock, &end);
    pthread_mutex_unlock(&stage.lock);
    if (code)
        fail_msg("not said so often: %s", start);
}

static void hold_saving(int held)
{
    pthread_mutex_lock(&stage.lock);
    stage.held = held;
    pthread_cond_broadcast(&stage.changed);
    pthread_mutex_unlock(&stage.lock);
}

static int open_stage(void **state)
{
    if (make_folder(state) || chdir(folder))
        return -1;
    memset(&stage, 0, sizeof stage);
    pthread_mutex_init(&stage.lock, NULL);
    pthread_cond_init(&stage.changed, NULL);
    stage.control = control_create(&stage.stop, 0.3);
    if (!stage.control)
        return -1;
    control_set_waker(stage.control, note, NULL);
    return 0;
}

static int close_stage(void **state)
{
    recorder_destroy(stage.recorder);
    control_destroy(stage.control);
    frame_free(&stage.picture);
    pthread_cond_destroy(&stage.changed);
    pthread_mutex_destroy(&stage.lock);
    return chdir("/") || remove_folder(state);
}

static void open_recorder(int live, const char *busy_path)
{
    stage.recorder = recorder_create(stage.control, 25, live, busy_path);
    assert_non_null(stage.recorder);
}

/* The picture alone has a black corner, that with boxes a white one. */
static void give_picture(void)
{
    draw_scene(&stage.picture, WIDTH, HEIGHT, stage.number, stage.number * 40 * MILLISECOND);
    for (int y = 0; y < 16; y++)
        memset(stage.picture.planes[0] + (size_t)(HEIGHT - 1 - y) * (size_t)stage.picture.strides[0], 16, 16);
    recorder_snapshot(stage.recorder, WISH_CLEAN_SNAPSHOT, &stage.picture);
    for (int y = 0; y < 16; y++)
        memset(stage.picture.planes[0] + (size_t)(HEIGHT - 1 - y) * (size_t)stage.picture.strides[0], 235,
               16);
    recorder_snapshot(stage.recorder, WISH_SNAPSHOT, &stage.picture);
    recorder_record(stage.recorder, &stage.picture);
    stage.number++;
}

/* The n-th file (from 0) of the folder with this suffix, in the order of their names; their number. */
static int find_files(const char *suffix, int n, char name[256])
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), found = 0;
    for (int i = 0; i < count; i++) {
        const char *dot = strrchr(entries[i]->d_name, '.');
        if (dot && strcmp(dot, suffix) == 0) {
            if (found == n)
                snprintf(name, 256, "%s", entries[i]->d_name);
            found++;
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

static void assert_is_named(const char *name, const char *suffix)
{
    int year, month, day, clock, length = 0;
    assert_int_equal(sscanf(name, "lookout-%4d%2d%2d-%6d%n", &year, &month, &day, &clock, &length), 4);
    assert_int_equal(length, 23);
    assert_true(year > 2000 && month <= 12 && day <= 31);
    assert_true(strcmp(name + length, suffix) == 0 || name[length] == '-');
}

/* Brightness, 0..255, of the lower left corner. */
static int corner(const char *name)
{
    char command[512];
    size_t bytes;
    snprintf(command, sizeof command,
             "ffmpeg -v error -i %s -vf crop=8:8:2:%d -pix_fmt gray -f rawvideo pipe:1", name, HEIGHT - 12);
    uint8_t *pixels = (uint8_t *)output_of(command, &bytes);
    assert_true(bytes >= 64);
    int value = pixels[20];
    free(pixels);
    return value;
}

static void snapshots_with_and_without_boxes(void **state)
{
    (void)state;
    char name[256], said[300];
    open_recorder(1, NULL);
    give_picture();
    control_wish(stage.control, WISH_SNAPSHOT);
    give_picture();
    wait_until_said("saved lookout-", 1);
    assert_int_equal(find_files(".png", 0, name), 1);
    assert_is_named(name, ".png");
    snprintf(said, sizeof said, "saved %s", name);
    assert_string_equal(stage.notices[0], said);
    if (can_read_back()) {
        assert_probe(name, "stream=width,height", "160\n120\n");
        assert_true(corner(name) > 230);
    }
    remove(name);
    control_wish(stage.control, WISH_CLEAN_SNAPSHOT);
    give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(find_files(".png", 0, name), 1);
    if (can_read_back())
        assert_true(corner(name) < 25);
}

static void at_most_two_snapshots_wait(void **state)
{
    (void)state;
    char name[256];
    open_recorder(1, NULL);
    hold_saving(1);
    control_wish(stage.control, WISH_SNAPSHOT);
    give_picture();
    wait_until_said("saved", 1); /* the thread is held, with the first in its hands */
    control_wish(stage.control, WISH_SNAPSHOT);
    give_picture();
    assert_int_equal(count_said("no snapshot"), 0);
    control_wish(stage.control, WISH_SNAPSHOT);
    control_wish(stage.control, WISH_CLEAN_SNAPSHOT);
    give_picture();
    assert_int_equal(count_said("no snapshot: the last ones are still being written"), 1);
    hold_saving(0);
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(find_files(".png", 0, name), 2);
}

static void names_are_never_those_of_others(void **state)
{
    (void)state;
    char names[3][NEW_FILE_NAME], expected[NEW_FILE_NAME];
    Error error;
    struct tm time;
    const time_t when = 1700000000;
    assert_non_null(localtime_r(&when, &time));
    strftime(expected, sizeof expected, "lookout-%Y%m%d-%H%M%S.png", &time);
    FILE *file = fopen(expected, "w");
    assert_non_null(file);
    fputs("precious", file);
    fclose(file);
    for (int i = 0; i < 3; i++)
        assert_int_equal(new_file_create(names[i], "png", when, &error), 0);
    for (int i = 0; i < 3; i++) {
        char numbered[NEW_FILE_NAME];
        snprintf(numbered, sizeof numbered, "%.23s-%d.png", expected, i + 2);
        assert_string_equal(names[i], numbered);
        assert_true(exists(numbered));
    }
    char content[16] = "";
    file = fopen(expected, "r");
    assert_non_null(fgets(content, sizeof content, file));
    fclose(file);
    assert_string_equal(content, "precious");
    /* another suffix is another name, a link to nowhere is one too */
    assert_int_equal(new_file_create(names[0], "mkv", when, &error), 0);
    assert_non_null(strstr(names[0], "-"));
    assert_int_equal(strlen(names[0]), 27);
    assert_int_equal(symlink("nowhere", "link"), 0);
    remove(names[0]);
    assert_int_equal(rename("link", names[0]), 0);
    assert_int_equal(new_file_create(names[1], "mkv", when, &error), 0);
    assert_non_null(strstr(names[1], "-2.mkv"));
    assert_false(exists("nowhere"));
}

static void a_recording_is_started_and_stopped(void **state)
{
    (void)state;
    char name[256], said[300];
    Facts facts;
    open_recorder(0, NULL); /* not live: nothing is lost */
    give_picture();
    control_wish(stage.control, WISH_RECORD);
    give_picture();
    wait_until_said("recording to lookout-", 1);
    control_get_facts(stage.control, &facts);
    assert_int_equal(find_files(".mkv", 0, name), 1);
    assert_is_named(name, ".mkv");
    assert_string_equal(facts.recording, name);
    for (int i = 0; i < 29; i++)
        give_picture();
    control_wish(stage.control, WISH_RECORD);
    give_picture();
    snprintf(said, sizeof said, "recorded 30 frames to %s", name);
    wait_until_said(said, 1);
    control_get_facts(stage.control, &facts);
    assert_string_equal(facts.recording, "");
    if (can_read_back()) {
        double times[64];
        assert_int_equal(probe_times(name, times, 64), 30);
        assert_true(times[0] < 1); /* whenever it was begun */
        for (int i = 1; i < 30; i++)
            assert_true(times[i] - times[i - 1] > 38 && times[i] - times[i - 1] < 42);
        assert_true(corner(name) > 220); /* with boxes */
    }
    /* and another */
    control_wish(stage.control, WISH_RECORD);
    do { /* the thread may still be leaving the first */
        give_picture();
        control_get_facts(stage.control, &facts);
    } while (!*facts.recording);
    assert_string_not_equal(facts.recording, name);
    give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(count_said("recorded 2 frames to "), 1);
    assert_int_equal(find_files(".mkv", 0, name), 2);
    if (can_read_back())
        assert_probe(facts.recording, "stream=nb_read_frames", "2\n");
}

static void live_recordings_begin_without_waiting(void **state)
{
    (void)state;
    char name[256];
    open_recorder(1, NULL);
    control_wish(stage.control, WISH_RECORD);
    for (int i = 0; i < 10; i++)
        give_picture();
    wait_until_said("recording to ", 1);
    for (int i = 0; i < 3; i++)
        give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(count_said("recorded "), 1);
    assert_int_equal(find_files(".mkv", 0, name), 1);
    int recorded = 0, lost = 0;
    pthread_mutex_lock(&stage.lock);
    sscanf(stage.notices[stage.count - 1], "recorded %d frame%*[s ]to %*[^,], %d came too fast", &recorded,
           &lost);
    pthread_mutex_unlock(&stage.lock);
    assert_true(recorded >= 1);
    assert_int_equal(recorded + lost, 13); /* those that came before the file was made, or too many at once */
    if (can_read_back()) {
        char expected[16];
        snprintf(expected, sizeof expected, "%d\n", recorded);
        assert_probe(name, "stream=nb_read_frames", expected);
    }
}

static void the_same_picture_again(void **state)
{
    (void)state;
    char name[256];
    open_recorder(0, NULL);
    control_wish(stage.control, WISH_RECORD);
    for (int i = 0; i < 5; i++)
        give_picture();
    /* while paused, a snapshot is wished for */
    for (int i = 0; i < 3; i++) {
        stage.number--;
        control_wish(stage.control, WISH_SNAPSHOT);
        give_picture();
        wait_until_said("saved", i + 1);
    }
    give_picture();
    /* paused again: it is stopped */
    stage.number--;
    control_wish(stage.control, WISH_RECORD);
    give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(count_said("recorded 6 frames to "), 1);
    assert_int_equal(find_files(".png", 0, name), 3);
}

static void keys_pressed_in_haste(void **state)
{
    (void)state;
    char name[256];
    open_recorder(1, NULL);
    for (int i = 0; i < 40; i++) {
        control_wish(stage.control, WISH_RECORD);
        give_picture();
    }
    assert_int_equal(recorder_finish(stage.recorder), 0);
    int files = find_files(".mkv", 0, name);
    assert_true(files >= 1);
    assert_int_equal(count_said("recorded "), files);
    assert_int_equal(count_said("recording to "), files);
    recorder_destroy(stage.recorder);
    /* a wish without a picture, and none at all */
    open_recorder(1, NULL);
    control_wish(stage.control, WISH_RECORD);
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(find_files(".mkv", 0, name), files);
}

static void output_records_already(void **state)
{
    (void)state;
    char name[256];
    open_recorder(1, "out.mkv");
    control_wish(stage.control, WISH_RECORD);
    give_picture();
    give_picture();
    assert_int_equal(count_said("already recording to out.mkv"), 1);
    control_wish(stage.control, WISH_SNAPSHOT);
    give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 0);
    assert_int_equal(find_files(".mkv", 0, name), 0);
    assert_int_equal(find_files(".png", 0, name), 1);
}

/* In a child, as limits hold for the whole process: no file may be longer than so many bytes. */
static int run_child(int (*body)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void limit_files(rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
}

static int snapshot_on_a_full_disk(void)
{
    char name[256];
    limit_files(100);
    open_recorder(1, NULL);
    control_wish(stage.control, WISH_SNAPSHOT);
    give_picture();
    int failures = recorder_finish(stage.recorder);
    return failures != 1 || count_said("cannot write lookout-") != 1 ||
           !strstr(stage.notices[0], ".png: File too large") || find_files(".png", 0, name) != 0;
}

static int recording_on_a_full_disk(void)
{
    char name[256];
    Facts facts;
    limit_files(20000);
    open_recorder(0, NULL);
    control_wish(stage.control, WISH_RECORD);
    for (int i = 0; i < 3000 && count_said("cannot write") == 0; i++)
        give_picture();
    wait_until_said("cannot write lookout-", 1);
    for (int i = 0; i < 5; i++)
        give_picture();
    control_get_facts(stage.control, &facts);
    int failures = recorder_finish(stage.recorder);
    return failures != 1 || count_said("cannot write") != 1 || count_said("recording to") != 1 ||
           count_said("recorded") != 0 || facts.recording[0] || find_files(".mkv", 0, name) != 1;
}

static int recording_where_nothing_fits(void)
{
    char name[256];
    limit_files(0);
    open_recorder(1, NULL);
    control_wish(stage.control, WISH_RECORD);
    give_picture();
    wait_until_said("cannot write lookout-", 1);
    give_picture();
    int failures = recorder_finish(stage.recorder);
    return failures != 1 || count_said("cannot write") != 1 || find_files(".mkv", 0, name) > 1;
}

static void full_disks(void **state)
{
    (void)state;
    assert_int_equal(run_child(snapshot_on_a_full_disk), 0);
    assert_int_equal(run_child(recording_on_a_full_disk), 0);
    assert_int_equal(run_child(recording_where_nothing_fits), 0);
}

static void a_directory_that_is_gone(void **state)
{
    (void)state;
    char gone[NEW_FILE_NAME] = "gone";
    open_recorder(1, NULL);
    assert_int_equal(mkdir(gone, 0700), 0);
    assert_int_equal(chdir(gone), 0);
    assert_int_equal(rmdir(in_folder(gone)), 0);
    control_wish(stage.control, WISH_SNAPSHOT);
    control_wish(stage.control, WISH_RECORD);
    for (int i = 0; i < 3; i++)
        give_picture();
    assert_int_equal(recorder_finish(stage.recorder), 2); /* the same failure only once */
    assert_int_equal(count_said("cannot write lookout-"), 2);
    assert_non_null(strstr(stage.notices[0], ": No such file or directory"));
    assert_int_equal(chdir(folder), 0);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    unsetenv("TERM");
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(snapshots_with_and_without_boxes),
        ON_STAGE(at_most_two_snapshots_wait),
        ON_STAGE(names_are_never_those_of_others),
        ON_STAGE(a_recording_is_started_and_stopped),
        ON_STAGE(live_recordings_begin_without_waiting),
        ON_STAGE(the_same_picture_again),
        ON_STAGE(keys_pressed_in_haste),
        ON_STAGE(output_records_already),
        ON_STAGE(full_disks),
        ON_STAGE(a_directory_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
