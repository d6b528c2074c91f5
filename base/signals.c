#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A handler has no other way to pass anything on. */
static atomic_int caught;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may write only lock-free atomics");
static int wake_up = -1; /* eventfd */

static const int requests[] = {SIGINT, SIGTERM, SIGHUP};
enum { REQUESTS = sizeof requests / sizeof *requests };
static bool is_caught[REQUESTS];

static void on_signal(int number)
{
    const uint64_t one = 1;
    const int reason = errno;
    atomic_store(&caught, number);
    /* eventfd_write() is not among what POSIX lets a handler call; without a descriptor this fails, and
     * nobody waits for it */
    const ssize_t written = write(wake_up, &one, sizeof one);
    (void)written;
    for (int i = 0; i < REQUESTS; i++)
        if (is_caught[i])
            signal(requests[i], SIG_DFL);
    errno = reason;
}

atomic_int *signals_catch(void)
{
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < REQUESTS; i++)
        sigaddset(&action.sa_mask, requests[i]);
    wake_up = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (int i = 0; i < REQUESTS; i++) {
        is_caught[i] = !sigaction(requests[i], NULL, &before) && before.sa_handler != SIG_IGN;
        if (is_caught[i])
            sigaction(requests[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return &caught;
}

int signals_fd(void)
{
    return wake_up;
}
