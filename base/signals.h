/* SIGINT and SIGTERM ask the program to finish its files; a second one ends it at once. */
#ifndef LOOKOUT_BASE_SIGNALS_H
#define LOOKOUT_BASE_SIGNALS_H

#include <stdatomic.h>

/* Catches both, and ignores SIGPIPE so that writing to a closed pipe is an error like any other. Interrupted
 * system calls return EINTR. Returns where the signal's number will stand when one has come, 0 until then;
 * what else ends the program may write there too. */
atomic_int *signals_catch(void);

#endif
