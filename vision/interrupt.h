/* Ends waits from another thread, once and for good. */
#ifndef LOOKOUT_VISION_INTERRUPT_H
#define LOOKOUT_VISION_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"

typedef struct Interrupt {
    int fd;                 /* an eventfd, readable once raised, for waiting with poll(); owned */
    atomic_bool raised;     /* by interrupt_raise() */
    const atomic_int *stop; /* nonzero counts as raised, but does not make fd readable; may be NULL */
} Interrupt;

/* How long a wait may last between two checks of `stop`, which has no descriptor. */
enum { INTERRUPT_STOP_MS = 100 };

/* stop may be NULL; otherwise it outlives the interrupt. Returns 0, or -1 with error: no descriptor left. */
int interrupt_init(Interrupt *interrupt, const atomic_int *stop, Error *error);
void interrupt_finish(Interrupt *interrupt);

void interrupt_raise(Interrupt *interrupt);           /* any thread */
bool interrupt_is_raised(const Interrupt *interrupt); /* any thread */

#endif
