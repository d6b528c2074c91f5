/* The command that has no word: detect objects in one or several inputs, with or without a window. */
#ifndef LOOKOUT_APP_COMMANDS_DETECT_H
#define LOOKOUT_APP_COMMANDS_DETECT_H

#include "app/options/options.h"
#include <stdatomic.h>

/* Runs from opening to closing everything and reports what there is to report. stop: set to a signal's number
 * when one came. Returns the exit code. */
int detect_run(const Options *options, atomic_int *stop);

#endif
