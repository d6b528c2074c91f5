/* Recordings that are refused, run into a full disk or a closed pipe, are killed or given up. */
#include "tests/support/recording.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static void assert_refused(const char *path, int still, const char *reason)
{
    Error error;
    WriterOptions options = {.still = still};
    Writer *writer = writer_create(path, &options, &error);
    assert_null(writer);
    if (!strstr(error.message, reason) || strchr(error.message, '\n'))
        fail_msg("'%s' does not say '%s' in one line", error.message, reason);
}

static void test_refused_paths(void **state)
{
    (void)state;
    assert_refused(in_folder("clip.jpg"), 0, "single picture");
    assert_refused(in_folder("clip.png"), 0, "single picture");
    assert_refused(in_folder("clip.avi"), 0, "unknown suffix .avi; known are .mkv");
    assert_refused(in_folder("no/such/folder/clip.mkv"), 0, "No such file or directory");
    assert_refused(folder, 0, "is a directory");
    assert_refused("", 0, "empty");
    assert_refused("/nowhere/", 0, "no file name");
    if (geteuid() != 0) {
        assert_int_equal(mkdir(in_folder("locked"), 0500), 0);
        assert_refused(in_folder("locked/clip.mkv"), 0, "Permission denied");
    }
    assert_false(exists(in_folder("clip.avi")));
}

static void test_folder_that_takes_no_files(void **state)
{
    (void)state;
    /* root passes the check of /proc, but nobody can create a file there */
    Error error;
    WriterOptions options = {0};
    Frame frame = {0};
    draw_scene(&frame, 64, 64, 0, 0);
    Writer *writer = writer_create("/proc/lookout.mkv", &options, &error);
    if (writer) {
        assert_int_equal(writer_write(writer, &frame, &error), -1);
        assert_int_equal(writer_finish(writer, &error), -1);
        writer_destroy(writer);
    }
    assert_non_null(strstr(error.message, "/proc"));
    frame_free(&frame);
}

static void test_no_frame_leaves_files_alone(void **state)
{
    (void)state;
    const char *path = in_folder("precious.mkv");
    finish(create(path, 25, 0));
    assert_false(exists(path));

    FILE *file = fopen(path, "w");
    fputs("precious", file);
    fclose(file);
    finish(create(path, 25, 0));
    writer_destroy(create(path, 25, 0));
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 8);

    int64_t time_ns = 0;
    write_clip(path, 64, 64, &time_ns, 1, 25);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > 8);
}

static void test_full_disk(void **state)
{
    (void)state;
    Frame frame = {0};
    Error error;
    Writer *writer = create("/dev/full", 25, 0);
    int failures = 0;
    for (int i = 0; i < 50; i++) {
        draw_scene(&frame, 64, 64, i, i * 40 * MILLISECOND);
        if (writer_write(writer, &frame, &error) != 0)
            failures++;
        else
            assert_int_equal(failures, 0); /* the failure stays */
    }
    assert_true(failures > 0);
    assert_string_equal(error.message, "/dev/full: No space left on device");
    memset(&error, 0, sizeof error);
    assert_int_equal(writer_finish(writer, &error), -1);
    assert_string_equal(error.message, "/dev/full: No space left on device");
    assert_false(writer_broken_pipe(writer));
    writer_destroy(writer);
    frame_free(&frame);
}

/* Runs a check in a child, so that what it does to its process stays there; the child returns 0 if all is
 * well. */
static pid_t start_child(int (*check)(const char *path, int channel), const char *path, int channel)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        signal(SIGPIPE, SIG_IGN);
        _exit(check(path, channel));
    }
    return child;
}

static void assert_child_succeeds(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A limit on the size of files is like a disk that fills up in the middle. */
static int record_until_full(const char *path, int channel)
{
    (void)channel;
    Error error;
    WriterOptions options = {.frame_rate = 25};
    struct rlimit limit = {60000, 60000};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    Writer *writer = writer_create(path, &options, &error);
    Frame frame = {0};
    int failed = 0;
    for (int i = 0; i < 5000 && !failed; i++) {
        draw_scene(&frame, 160, 120, i, i * 40 * MILLISECOND);
        failed = writer_write(writer, &frame, &error) != 0;
    }
    int finished = writer_finish(writer, &error);
    writer_destroy(writer);
    frame_free(&frame);
    return failed && finished == -1 && strstr(error.message, "File too large") ? 0 : 1;
}

static void test_disk_that_fills_up(void **state)
{
    (void)state;
    static const char *const names[] = {"limit.mkv", "limit.mp4"};
    for (int i = 0; i < 2; i++) {
        const char *path = in_folder(names[i]);
        assert_child_succeeds(start_child(record_until_full, path, -1));
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_size, 60000);
        char command[512];
        snprintf(
            command, sizeof command,
            "ffprobe -v fatal -select_streams v -show_entries frame=pts_time -of csv=p=0 'file:%s' | wc -l",
            path);
        char *frames = output_of(command, NULL);
        assert_true(atoi(frames) > 50);
        free(frames);
    }
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Records 50 frames a second in real time and writes the timestamp of each to the channel, until it is
 * killed. */
static int record_for_ever(const char *path, int channel)
{
    Error error;
    WriterOptions options = {.frame_rate = 50};
    Writer *writer = writer_create(path, &options, &error);
    Frame frame = {0};
    int64_t start = now_ns();
    for (int i = 0;; i++) {
        /* slow movement, because a change of scene would start a cluster of its own */
        draw_scene(&frame, 160, 120, i / 10, now_ns() - start);
        if (writer_write(writer, &frame, &error) != 0 ||
            write(channel, &frame.time_ns, sizeof frame.time_ns) != sizeof frame.time_ns)
            return 1;
        usleep(20000);
    }
}

static void test_killed_recording(void **state)
{
    (void)state;
    static const char *const names[] = {"killed.mkv", "killed.mp4"};
    for (int i = 0; i < 2; i++) {
        const char *path = in_folder(names[i]);
        int channel[2], status;
        assert_int_equal(pipe(channel), 0);
        pid_t child = start_child(record_for_ever, path, channel[1]);
        close(channel[1]);
        int64_t last = 0;
        while (last < 2850 * MILLISECOND)
            assert_int_equal(read(channel[0], &last, sizeof last), sizeof last);
        kill(child, SIGKILL);
        while (read(channel[0], &last, sizeof last) == sizeof last)
            ;
        close(channel[0]);
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));

        double times[512];
        int count = probe_times(path, times, 512);
        assert_true(count > 50);
        /* a cluster or fragment of half a second, and the time that a frame takes */
        assert_true(times[count - 1] > (double)last / MILLISECOND - 700);
    }
}

static int record_to_stdout(const char *path, int channel)
{
    Error error;
    WriterOptions options = {.frame_rate = 25};
    if (dup2(channel, STDOUT_FILENO) < 0)
        return 2;
    close(channel);
    Writer *writer = writer_create(path, &options, &error);
    Frame frame = {0};
    int failed = 0;
    for (int i = 0; i < 20; i++) {
        draw_scene(&frame, 320, 240, i, i * 40 * MILLISECOND);
        failed |= writer_write(writer, &frame, &error) != 0;
    }
    failed |= writer_finish(writer, &error) != 0;
    writer_destroy(writer);
    frame_free(&frame);
    return failed;
}

static void test_y4m_on_standard_output(void **state)
{
    (void)state;
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    pid_t child = start_child(record_to_stdout, "-", channel[1]);
    close(channel[1]);
    int copy = open(in_folder("stdout.y4m"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char buffer[5000];
    ssize_t bytes;
    while ((bytes = read(channel[0], buffer, sizeof buffer)) > 0)
        assert_int_equal(write(copy, buffer, (size_t)bytes), bytes);
    close(copy);
    close(channel[0]);
    assert_child_succeeds(child);
    assert_probe(in_folder("stdout.y4m"), "stream=width,height,nb_read_frames", "320\n240\n20\n");
}

static int record_one_frame_and_wait(const char *path, int channel)
{
    Error error;
    WriterOptions options = {0};
    Frame frame = {0};
    if (dup2(channel, STDOUT_FILENO) < 0)
        return 2;
    Writer *writer = writer_create(path, &options, &error);
    draw_scene(&frame, 64, 48, 0, 0);
    int status = writer_write(writer, &frame, &error);
    sleep(10);
    return status;
}

/* A frame smaller than any buffer reaches the reader at once. */
static void test_y4m_is_not_held_back(void **state)
{
    (void)state;
    int channel[2], status;
    assert_int_equal(pipe(channel), 0);
    pid_t child = start_child(record_one_frame_and_wait, "-", channel[1]);
    close(channel[1]);
    char buffer[5000];
    ssize_t bytes, total = 0;
    while (total < 64 * 48 * 3 / 2 && (bytes = read(channel[0], buffer, sizeof buffer)) > 0)
        total += bytes;
    pid_t running = waitpid(child, &status, WNOHANG);
    kill(child, SIGKILL);
    if (running == 0)
        waitpid(child, &status, 0);
    close(channel[0]);
    assert_int_equal(running, 0);
    assert_true(total > 64 * 48 * 3 / 2);
}

static int record_to_nobody(const char *path, int channel)
{
    Error error;
    WriterOptions options = {.frame_rate = 25};
    dup2(channel, STDOUT_FILENO);
    close(channel);
    Writer *writer = writer_create(path, &options, &error);
    Frame frame = {0};
    int failed = 0;
    for (int i = 0; i < 20; i++) {
        draw_scene(&frame, 320, 240, i, i * 40 * MILLISECOND);
        failed |= writer_write(writer, &frame, &error) != 0;
    }
    int broken = writer_broken_pipe(writer), finished = writer_finish(writer, &error);
    writer_destroy(writer);
    frame_free(&frame);
    return failed && broken && finished == -1 && strstr(error.message, "standard output: Broken pipe") ? 0
                                                                                                       : 1;
}

static void test_closed_pipe(void **state)
{
    (void)state;
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    close(channel[0]);
    assert_child_succeeds(start_child(record_to_nobody, "-", channel[1]));
    close(channel[1]);
}

/* ---- giving up -------------------------------------------------------------------------------- */

static void *cancel_soon(void *writer)
{
    usleep(100000);
    writer_cancel(writer);
    return NULL;
}

/* Nobody reads, so that a write waits until another thread cancels it; later ones fail at once. */
static int record_to_a_stalled_reader(const char *path, int channel)
{
    Error error, later;
    WriterOptions options = {.frame_rate = 25};
    pthread_t thread;
    dup2(channel, STDOUT_FILENO);
    Writer *writer = writer_create(path, &options, &error);
    if (pthread_create(&thread, NULL, cancel_soon, writer) != 0)
        return 2;
    Frame frame = {0};
    int written = 0, failed = 0;
    while (!failed && written < 100) {
        draw_scene(&frame, 320, 240, written, written * 40 * MILLISECOND);
        failed = writer_write(writer, &frame, &error) != 0;
        written += !failed;
    }
    pthread_join(thread, NULL);
    int again = writer_write(writer, &frame, &later), finished = writer_finish(writer, &later);
    bool broken = writer_broken_pipe(writer);
    writer_destroy(writer);
    frame_free(&frame);
    return written < 10 && again == -1 && finished == -1 && !broken &&
                   strcmp(later.message, error.message) == 0
               ? 0
               : 1;
}

static void test_stalled_pipe(void **state)
{
    (void)state;
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    assert_child_succeeds(start_child(record_to_a_stalled_reader, "-", channel[1]));
    close(channel[0]);
    close(channel[1]);
}

/* A regular file never waits, so what comes after the cancellation is recorded too. */
static void test_cancelled_file_is_completed(void **state)
{
    (void)state;
    Error error;
    Frame frame = {0};
    Writer *writer = create(in_folder("whole.mkv"), 25, 0);
    for (int i = 0; i < 20; i++) {
        draw_scene(&frame, 64, 64, i, i * 40 * MILLISECOND);
        assert_int_equal(writer_write(writer, &frame, &error), 0);
        if (i == 5)
            writer_cancel(writer);
    }
    assert_int_equal(writer_finish(writer, &error), 0);
    writer_destroy(writer);
    frame_free(&frame);
    assert_probe(in_folder("whole.mkv"), "stream=nb_read_frames", "20\n");
}

/* A writer that is cancelled before its first frame touches no file. */
static void test_cancelled_before_the_start(void **state)
{
    (void)state;
    Error error;
    Frame frame = {0};
    draw_scene(&frame, 64, 64, 0, 0);
    Writer *writer = create(in_folder("cancelled.mkv"), 25, 0);
    writer_cancel(writer);
    assert_int_equal(writer_write(writer, &frame, &error), -1);
    assert_non_null(strstr(error.message, "cancelled.mkv: "));
    assert_int_equal(writer_finish(writer, &error), -1);
    writer_destroy(writer);
    frame_free(&frame);
    assert_false(exists(in_folder("cancelled.mkv")));
}

/* A failure is for good, whatever it was. */
static void test_a_failure_stays(void **state)
{
    (void)state;
    Error error, later;
    Frame frame = {0};
    assert_int_equal(frame_alloc(&frame, PIXEL_GREY, 64, 64), 0);
    Writer *writer = create(in_folder("grey.mkv"), 25, 0);
    assert_int_equal(writer_write(writer, &frame, &error), -1);
    assert_non_null(strstr(error.message, "only I420"));
    draw_scene(&frame, 64, 64, 0, 0);
    assert_int_equal(writer_write(writer, &frame, &later), -1);
    assert_string_equal(later.message, error.message);
    assert_int_equal(writer_finish(writer, &later), -1);
    assert_string_equal(later.message, error.message);
    writer_destroy(writer);
    frame_free(&frame);
    assert_false(exists(in_folder("grey.mkv")));
}

/* What is written to is named in plain words by the writer too. */
static void test_standard_output_is_named(void **state)
{
    (void)state;
    Error error;
    Frame frame = {0};
    assert_int_equal(frame_alloc(&frame, PIXEL_GREY, 64, 64), 0);
    Writer *writer = create("-", 25, 0);
    assert_int_equal(writer_write(writer, &frame, &error), -1);
    assert_string_equal(error.message, "standard output: only I420 frames are recorded");
    writer_destroy(writer);

    draw_scene(&frame, 64, 64, 0, 0);
    writer = create("-", 25, 0);
    writer_cancel(writer);
    assert_int_equal(writer_write(writer, &frame, &error), -1);
    assert_string_equal(error.message, "standard output: Operation canceled");
    writer_destroy(writer);
    frame_free(&frame);
}

static void test_abandoned_recording(void **state)
{
    (void)state;
    Frame frame = {0};
    Writer *writer = create(in_folder("abandoned.mkv"), 25, 0);
    for (int i = 0; i < 20; i++) {
        draw_scene(&frame, 64, 64, i, i * 40 * MILLISECOND);
        write_frame(writer, &frame);
    }
    writer_destroy(writer);
    writer_destroy(NULL);
    frame_free(&frame);
    assert_true(exists(in_folder("abandoned.mkv")));
}

static void test_one_picture_only(void **state)
{
    (void)state;
    Frame frame = {0};
    Error error;
    Writer *writer = create(in_folder("two.png"), 0, 1);
    draw_scene(&frame, 64, 64, 0, 0);
    write_frame(writer, &frame);
    writer_write(writer, &frame, &error);
    assert_int_equal(writer_finish(writer, &error), -1);
    assert_non_null(strstr(error.message, "single picture"));
    writer_destroy(writer);
    frame_free(&frame);
}

int main(void)
{
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(test_refused_paths),
        cmocka_unit_test(test_folder_that_takes_no_files),
        cmocka_unit_test(test_no_frame_leaves_files_alone),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_y4m_is_not_held_back),
        cmocka_unit_test(test_closed_pipe),
        cmocka_unit_test(test_stalled_pipe),
        cmocka_unit_test(test_cancelled_before_the_start),
        cmocka_unit_test(test_a_failure_stays),
        cmocka_unit_test(test_standard_output_is_named),
        cmocka_unit_test(test_abandoned_recording),
        cmocka_unit_test(test_one_picture_only),
    };
    const struct CMUnitTest read_back[] = {
        cmocka_unit_test(test_disk_that_fills_up),
        cmocka_unit_test(test_killed_recording),
        cmocka_unit_test(test_cancelled_file_is_completed),
        cmocka_unit_test(test_y4m_on_standard_output),
    };
    av_log_set_level(AV_LOG_QUIET);
    int failures = cmocka_run_group_tests(alone, make_folder, remove_folder);
    if (!can_read_back())
        return failures ? 1 : 77;
    failures += cmocka_run_group_tests(read_back, make_folder, remove_folder);
    return failures ? 1 : 0;
}
