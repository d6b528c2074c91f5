#include "vision/interrupt.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int interrupt_init(Interrupt *interrupt, const atomic_int *stop, Error *error)
{
    interrupt->stop = stop;
    atomic_init(&interrupt->raised, false);
    interrupt->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return interrupt->fd >= 0 ? 0 : error_set(error, "no eventfd for an input: %s", strerror(errno));
}

void interrupt_finish(Interrupt *interrupt)
{
    if (interrupt->fd >= 0)
        close(interrupt->fd);
    interrupt->fd = -1;
}

/* The eventfd is never read, so it stays readable. Its counter would have to be full for write() to fail. */
void interrupt_raise(Interrupt *interrupt)
{
    uint64_t one = 1;
    atomic_store(&interrupt->raised, true);
    ssize_t written = write(interrupt->fd, &one, sizeof one);
    (void)written;
}

bool interrupt_is_raised(const Interrupt *interrupt)
{
    return atomic_load(&interrupt->raised) || (interrupt->stop && atomic_load(interrupt->stop));
}
