/* Writing that waits: for a reader, for room, until it is cancelled; and what becomes of the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/output_stream.h"
#include "tests/support/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MUCH = 1 << 20 }; /* more than a pipe holds */
static char much[MUCH];

/* What a thread does to a stream, and what came of it. */
typedef struct Task {
    OutputStream *stream;
    int (*run)(OutputStream *stream);
    int result, reason;
    atomic_bool done;
    pthread_t thread;
} Task;

static int write_much(OutputStream *stream)
{
    return output_stream_write(stream, much, MUCH);
}

static void *run_task(void *argument)
{
    Task *task = argument;
    task->result = task->run(task->stream);
    task->reason = errno;
    atomic_store(&task->done, true);
    return NULL;
}

static void start(Task *task, OutputStream *stream, int (*run)(OutputStream *))
{
    *task = (Task){.stream = stream, .run = run};
    assert_int_equal(pthread_create(&task->thread, NULL, run_task, task), 0);
}

/* Returns 0, or the errno of the task. */
static int join(Task *task)
{
    assert_int_equal(pthread_join(task->thread, NULL), 0);
    return task->result == 0 ? 0 : task->reason;
}

static OutputStream *create(const char *path)
{
    OutputStream *stream = output_stream_create(path, -1);
    assert_non_null(stream);
    return stream;
}

static OutputStream *create_open(const char *path)
{
    OutputStream *stream = create(path);
    assert_int_equal(output_stream_open(stream), 0);
    return stream;
}

static const char *make_fifo(const char *name)
{
    const char *path = in_folder(name);
    assert_int_equal(mkfifo(path, 0600), 0);
    return path;
}

/* Waits until a write has filled what a pipe holds; the end from which it is read. */
static void wait_until_stalled(int reader)
{
    int before = -1, held = 0;
    while (held == 0 || held != before) {
        before = held;
        poll(NULL, 0, 50);
        assert_int_equal(ioctl(reader, FIONREAD, &held), 0);
    }
}

static off_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : -1;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static void opening_waits_for_a_reader(void **state)
{
    (void)state;
    Task task;
    OutputStream *stream = create(make_fifo("late"));
    start(&task, stream, output_stream_open);
    poll(NULL, 0, 100);
    assert_false(atomic_load(&task.done));
    int reader = open(in_folder("late"), O_RDONLY | O_NONBLOCK);
    assert_int_equal(join(&task), 0);
    assert_int_equal(output_stream_write(stream, "late\n", 5), 0);
    char text[8];
    assert_int_equal(read(reader, text, sizeof text), 5);
    close(reader);
    output_stream_destroy(stream);
}

static void opening_without_a_reader_is_cancelled(void **state)
{
    (void)state;
    Task task;
    OutputStream *stream = create(make_fifo("nobody"));
    start(&task, stream, output_stream_open);
    poll(NULL, 0, 100);
    assert_false(atomic_load(&task.done));
    output_stream_cancel(stream);
    assert_int_equal(join(&task), ECANCELED);
    assert_int_equal(output_stream_open(stream), -1); /* later ones fail at once */
    assert_int_equal(errno, ECANCELED);
    output_stream_destroy(stream);
    assert_int_equal(size_of(in_folder("nobody")), 0); /* it is not ours to remove */
}

static void the_stop_descriptor_ends_waiting_too(void **state)
{
    (void)state;
    Task task;
    int stop = eventfd(0, EFD_CLOEXEC);
    OutputStream *stream = output_stream_create(make_fifo("stopped"), stop);
    start(&task, stream, output_stream_open);
    poll(NULL, 0, 100);
    assert_false(atomic_load(&task.done));
    eventfd_write(stop, 1);
    assert_int_equal(join(&task), ECANCELED);
    output_stream_destroy(stream);
    close(stop);
}

static void a_stalled_reader_is_cancelled(void **state)
{
    (void)state;
    Task task;
    const char *path = make_fifo("stalled");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    OutputStream *stream = create_open(path);
    start(&task, stream, write_much);
    wait_until_stalled(reader);
    assert_false(atomic_load(&task.done));
    output_stream_cancel(stream);
    assert_int_equal(join(&task), ECANCELED);
    assert_int_equal(output_stream_errno(stream), ECANCELED);
    output_stream_destroy(stream);

    /* where there would be room, too */
    char text[4096];
    while (read(reader, text, sizeof text) > 0)
        ;
    stream = create_open(path);
    output_stream_cancel(stream);
    assert_int_equal(output_stream_write(stream, "x", 1), -1);
    assert_int_equal(errno, ECANCELED);
    output_stream_destroy(stream);
    close(reader);
}

/* Standard output is the pipe whose reading end is returned, until restore_stdout(). */
static int saved_stdout;

static int pipe_stdout(void)
{
    int ends[2];
    fflush(stdout);
    assert_int_equal(pipe(ends), 0);
    saved_stdout = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    return ends[0];
}

static void restore_stdout(void)
{
    fflush(stdout);
    dup2(saved_stdout, STDOUT_FILENO);
    close(saved_stdout);
}

static void a_stalled_reader_of_standard_output_is_cancelled(void **state)
{
    (void)state;
    Task task;
    int reader = pipe_stdout();
    OutputStream *stream = create_open("-");
    start(&task, stream, write_much);
    wait_until_stalled(reader);
    const bool waited = !atomic_load(&task.done);
    output_stream_cancel(stream);
    const int reason = join(&task), flags = fcntl(STDOUT_FILENO, F_GETFL);
    output_stream_destroy(stream);
    const bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    restore_stdout();
    close(reader);
    assert_true(waited);
    assert_int_equal(reason, ECANCELED);
    assert_false(flags & O_NONBLOCK); /* others share it */
    assert_true(is_open);
}

/* Reads in pieces that end nowhere in particular. */
static void *read_much(void *argument)
{
    static char got[MUCH];
    const int reader = *(const int *)argument;
    size_t total = 0;
    while (total < MUCH) {
        ssize_t bytes = read(reader, got + total, MUCH - total < 1000 ? MUCH - total : 1000);
        if (bytes <= 0)
            break;
        total += (size_t)bytes;
    }
    return total == MUCH && memcmp(got, much, MUCH) == 0 ? got : NULL;
}

static void assert_a_slow_reader_gets_everything(OutputStream *stream, int reader)
{
    Task task;
    pthread_t thread;
    void *got;
    start(&task, stream, write_much);
    wait_until_stalled(reader);
    assert_int_equal(pthread_create(&thread, NULL, read_much, &reader), 0);
    assert_int_equal(join(&task), 0);
    pthread_join(thread, &got);
    assert_non_null(got);
    output_stream_destroy(stream);
    close(reader);
}

static void a_slow_reader_gets_everything(void **state)
{
    (void)state;
    const char *path = make_fifo("slow");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    OutputStream *stream = create_open(path);
    fcntl(reader, F_SETFL, 0);
    assert_a_slow_reader_gets_everything(stream, reader);

    reader = pipe_stdout();
    stream = create_open("-");
    restore_stdout();
    assert_a_slow_reader_gets_everything(stream, reader);
}

/* ---- failures --------------------------------------------------------------------------------- */

static void a_full_disk_stays_full(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    OutputStream *stream = create_open("/dev/full");
    assert_int_equal(output_stream_errno(stream), 0);
    for (int i = 0; i < 2; i++) {
        errno = 0;
        assert_int_equal(output_stream_write(stream, "x", 1), -1);
        assert_int_equal(errno, ENOSPC);
        assert_int_equal(output_stream_errno(stream), ENOSPC);
    }
    output_stream_destroy(stream);
}

static int write_beyond_the_limit(const char *path)
{
    enum { LIMIT = 10000 };
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){LIMIT, LIMIT}))
        return 2;
    OutputStream *stream = output_stream_create(path, -1);
    if (!stream || output_stream_open(stream) || output_stream_write(stream, much, LIMIT - 100))
        return 3;
    const bool is_refused = output_stream_write(stream, much, 200) == -1 && errno == EFBIG;
    const bool stays = output_stream_write(stream, much, 1) == -1 && errno == EFBIG;
    const bool is_known = output_stream_errno(stream) == EFBIG && output_stream_close(stream) == 0;
    output_stream_destroy(stream);
    return is_refused && stays && is_known && size_of(path) == LIMIT ? 0 : 1;
}

static void a_file_that_is_too_large(void **state)
{
    (void)state;
    int status;
    fflush(NULL);
    pid_t child = fork(); /* the limit is one of the process */
    if (child == 0)
        _exit(write_beyond_the_limit(in_folder("large")));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_reader_that_goes(void **state)
{
    (void)state;
    Task task;
    const char *path = make_fifo("gone");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    OutputStream *stream = create_open(path);
    start(&task, stream, write_much);
    wait_until_stalled(reader);
    close(reader);
    assert_int_equal(join(&task), EPIPE);
    assert_int_equal(output_stream_errno(stream), EPIPE);
    output_stream_destroy(stream);

    close(pipe_stdout());
    stream = create_open("-");
    restore_stdout();
    assert_int_equal(output_stream_write(stream, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    output_stream_destroy(stream);
}

static void what_never_opens_is_not_waited_for(void **state)
{
    (void)state;
    OutputStream *stream = create(in_folder("no/such"));
    assert_int_equal(output_stream_open(stream), -1);
    assert_int_equal(errno, ENOENT);
    output_stream_destroy(stream);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", in_folder("socket"));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    stream = create(in_folder("socket"));
    assert_int_equal(output_stream_open(stream), -1);
    assert_int_equal(errno, ENXIO);
    output_stream_destroy(stream);
    close(listener);
}

/* ---- files ------------------------------------------------------------------------------------ */

static void an_old_file_is_emptied_by_the_first_write(void **state)
{
    (void)state;
    const char *path = in_folder("old");
    write_file(path, "precious");
    OutputStream *stream = create_open(path);
    assert_true(output_stream_begin_matters(stream));
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), 8);

    stream = create_open(path);
    assert_int_equal(size_of(path), 8);
    assert_int_equal(output_stream_write(stream, "ab", 2), 0);
    assert_false(output_stream_begin_matters(stream));
    assert_int_equal(output_stream_write(stream, "c", 1), 0);
    assert_int_equal(output_stream_close(stream), 0);
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), 3);

    stream = create_open(path);
    assert_int_equal(output_stream_begin(stream), 0);
    assert_int_equal(size_of(path), 0);
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), 0);
}

static void a_new_file_without_content_does_not_stay(void **state)
{
    (void)state;
    const char *path = in_folder("new");
    OutputStream *stream = create(path);
    assert_int_equal(size_of(path), -1);
    assert_int_equal(output_stream_close(stream), 0); /* one that is not open */
    assert_int_equal(output_stream_open(stream), 0);
    assert_true(output_stream_begin_matters(stream));
    assert_int_equal(size_of(path), 0);
    assert_int_equal(output_stream_close(stream), 0);
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), -1);

    stream = create_open(path);
    assert_int_equal(output_stream_write(stream, "x", 1), 0);
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), 1);
    output_stream_destroy(NULL);
}

static void a_regular_file_is_completed(void **state)
{
    (void)state;
    const char *path = in_folder("completed");
    OutputStream *stream = create_open(path);
    output_stream_cancel(stream); /* nothing of it waits */
    assert_true(output_stream_is_seekable(stream));
    assert_int_equal(output_stream_write(stream, "abcdef", 6), 0);
    assert_int_equal(output_stream_size(stream), 6);
    assert_int_equal(output_stream_seek(stream, 2, SEEK_SET), 2);
    assert_int_equal(output_stream_write(stream, "CD", 2), 0);
    output_stream_destroy(stream);
    char text[8] = "";
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, text, sizeof text - 1), 6);
    close(fd);
    assert_string_equal(text, "abCDef");

    const char *fifo = make_fifo("unseekable");
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    stream = create_open(fifo);
    assert_false(output_stream_is_seekable(stream));
    assert_false(output_stream_begin_matters(stream));
    assert_int_equal(output_stream_seek(stream, 0, SEEK_SET), -1);
    output_stream_destroy(stream);
    close(reader);
}

/* As a shell has it that redirects to a file: what is in it is not ours to remove. */
static void standard_output_is_not_emptied(void **state)
{
    (void)state;
    const char *path = in_folder("appended");
    write_file(path, "before\n");
    fflush(stdout);
    int saved = dup(STDOUT_FILENO), fd = open(path, O_WRONLY | O_APPEND);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    OutputStream *stream = create_open("-");
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(output_stream_write(stream, "after\n", 6), 0);
    output_stream_destroy(stream);
    assert_int_equal(size_of(path), 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_waits_for_a_reader),
        cmocka_unit_test(opening_without_a_reader_is_cancelled),
        cmocka_unit_test(the_stop_descriptor_ends_waiting_too),
        cmocka_unit_test(a_stalled_reader_is_cancelled),
        cmocka_unit_test(a_stalled_reader_of_standard_output_is_cancelled),
        cmocka_unit_test(a_slow_reader_gets_everything),
        cmocka_unit_test(a_full_disk_stays_full),
        cmocka_unit_test(a_file_that_is_too_large),
        cmocka_unit_test(a_reader_that_goes),
        cmocka_unit_test(what_never_opens_is_not_waited_for),
        cmocka_unit_test(an_old_file_is_emptied_by_the_first_write),
        cmocka_unit_test(a_new_file_without_content_does_not_stay),
        cmocka_unit_test(a_regular_file_is_completed),
        cmocka_unit_test(standard_output_is_not_emptied),
    };
    signal(SIGPIPE, SIG_IGN);
    alarm(60); /* a write that waits for ever is a failure */
    for (int i = 0; i < MUCH; i++)
        much[i] = (char)(i * 7 + i / 4096);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
