/* Signals: the first asks, the second ends, those that the parent ignores do neither. Each check runs in a
 * child, since it decides how a process ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/signals.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const int requests[] = {SIGINT, SIGTERM, SIGHUP};
enum { REQUESTS = sizeof requests / sizeof *requests };

static bool is_readable(void)
{
    return poll(&(struct pollfd){.fd = signals_fd(), .events = POLLIN}, 1, 0) == 1;
}

/* What waitpid() says of a child that runs the check; it returns 0 when all is well. */
static int status_of(int (*check)(int first, int second), int first, int second)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        for (int i = 0; i < REQUESTS; i++)
            signal(requests[i], SIG_DFL); /* whatever those who run the test ignore */
        _exit(check(first, second));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void assert_well(int status)
{
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int raise_once(int number, int unused)
{
    (void)unused;
    if (signals_fd() != -1)
        return 1;
    atomic_int *caught = signals_catch();
    if (atomic_load(caught) || is_readable())
        return 2;
    errno = 77;
    raise(number);
    if (errno != 77) /* a handler that changes it breaks whoever was interrupted */
        return 3;
    return atomic_load(caught) == number && is_readable() && is_readable() ? 0 : 4;
}

static void the_first_one_asks(void **state)
{
    (void)state;
    for (int i = 0; i < REQUESTS; i++)
        assert_well(status_of(raise_once, requests[i], 0));
}

static int wait_for_it(int number, int unused)
{
    (void)unused;
    atomic_int *caught = signals_catch();
    const pid_t self = getpid(), child = fork();
    if (child == 0) {
        poll(NULL, 0, 100);
        _exit(kill(self, number));
    }
    struct pollfd polled = {.fd = signals_fd(), .events = POLLIN};
    while (poll(&polled, 1, -1) < 0 && errno == EINTR)
        ;
    waitpid(child, NULL, 0);
    return polled.revents == POLLIN && atomic_load(caught) == number ? 0 : 1;
}

static void waiting_ends(void **state)
{
    (void)state;
    assert_well(status_of(wait_for_it, SIGTERM, 0));
}

static int raise_both(int first, int second)
{
    atomic_int *caught = signals_catch();
    raise(first);
    if (atomic_load(caught) != first)
        return 1;
    raise(second);
    return 2;
}

static void the_second_one_ends(void **state)
{
    (void)state;
    for (int i = 0; i < REQUESTS; i++) {
        for (int j = 0; j < REQUESTS; j++) {
            const int status = status_of(raise_both, requests[i], requests[j]);
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), requests[j]);
        }
    }
}

static int raise_ignored(int ignored, int other)
{
    signal(ignored, SIG_IGN);
    atomic_int *caught = signals_catch();
    raise(ignored);
    if (atomic_load(caught) || is_readable())
        return 1;
    raise(other);
    raise(ignored); /* the second one of those that count has not come */
    return atomic_load(caught) == other ? 0 : 2;
}

static void what_the_parent_ignores_stays_ignored(void **state)
{
    (void)state;
    assert_well(status_of(raise_ignored, SIGHUP, SIGTERM));
    assert_well(status_of(raise_ignored, SIGINT, SIGHUP));
    assert_well(status_of(raise_ignored, SIGTERM, SIGINT));
}

static int fail_to_write(int unused, int unused_too)
{
    (void)unused;
    (void)unused_too;
    int ends[2];
    char name[] = "/tmp/lookout-test-XXXXXX";
    signals_catch();
    if (pipe(ends) || close(ends[0]) || write(ends[1], "x", 1) != -1 || errno != EPIPE)
        return 1;
    const int file = mkstemp(name);
    unlink(name);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){1, 1}) || write(file, "x", 1) != 1)
        return 2;
    return write(file, "x", 1) == -1 && errno == EFBIG ? 0 : 3;
}

static void failing_to_write_is_an_error(void **state)
{
    (void)state;
    assert_well(status_of(fail_to_write, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_one_asks),
        cmocka_unit_test(waiting_ends),
        cmocka_unit_test(the_second_one_ends),
        cmocka_unit_test(what_the_parent_ignores_stays_ignored),
        cmocka_unit_test(failing_to_write_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
