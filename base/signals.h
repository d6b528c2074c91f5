/* SIGINT, SIGTERM and SIGHUP ask the program to finish its files; a second one of them ends it at once. */
#ifndef LOOKOUT_BASE_SIGNALS_H
#define LOOKOUT_BASE_SIGNALS_H

#include <stdatomic.h>

/* Catches the three, except those that were ignored when the program started (nohup, a background job), which
 * stay so. Ignores SIGPIPE and SIGXFSZ, so that writing to a closed pipe and beyond the limit on a file's
 * size are errors like any other. Interrupted system calls return EINTR. Called once, before any thread is
 * started. Returns where the signal's number is stored when one has come, 0 until then; what else ends the
 * program may be stored there too. */
atomic_int *signals_catch(void);

/* A descriptor for poll(): it becomes readable with the first signal, and stays so; never read from it. -1
 * before signals_catch(), and where no descriptor was left. */
int signals_fd(void);

#endif
