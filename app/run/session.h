/* The command that has no word: detect objects in an input. */
#ifndef LOOKOUT_DETECT_H
#define LOOKOUT_DETECT_H

#include "app/cli/options.h"
#include <stdatomic.h>

/* Runs from opening to closing everything and says what there is to say. stop: set to a signal's number when
 * one came. Returns the exit code. */
int detect_run(const Options *options, const atomic_int *stop);

#endif
