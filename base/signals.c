#include "base/signals.h"

#include <signal.h>
#include <string.h>

/* A handler has no other way to tell anybody. */
static atomic_int caught;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may write only lock-free atomics");

static void on_signal(int number)
{
    atomic_store(&caught, number);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

atomic_int *signals_catch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return &caught;
}
