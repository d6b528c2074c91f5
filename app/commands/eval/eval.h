/* The command eval: how good detections are on a data set. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_EVAL_H
#define LOOKOUT_APP_COMMANDS_EVAL_EVAL_H

#include "app/options/options.h"
#include <stdatomic.h>

/* Measures the data set of the options at the points that the options choose, and reports the results.
 * Returns an exit code, after a message for each problem. When *stop becomes nonzero, it ends without
 * results. */
int eval_run(const Options *options, const atomic_int *stop);

#endif
