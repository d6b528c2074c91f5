/* lookout bench: the latency of every width and size. */
#ifndef LOOKOUT_APP_COMMANDS_BENCH_H
#define LOOKOUT_APP_COMMANDS_BENCH_H

#include "app/options/options.h"
#include <stdatomic.h>

/* Measures each (alpha, size) that options choose, one after the other, and reports each as it is done: a
 * table on standard output, JSON lines where options ask for them. *stop becomes nonzero (a signal's number)
 * to end after the current point. Returns the program's exit code, after one message if something failed. */
int bench_run(const Options *options, const atomic_int *stop);

#endif
