/*
 * Every picture of a data set through every point of the network, on all cores: each worker has networks of
 * its own and takes the next picture that none has, decodes it once and detects in it with all points. What
 * is measured does not depend on the number of workers.
 */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_RUNNER_H
#define LOOKOUT_APP_COMMANDS_EVAL_RUNNER_H

#include "app/commands/eval/categories.h"
#include "app/commands/eval/metrics.h"
#include "app/commands/eval/networks.h"
#include "base/exit_code.h"
#include <stdatomic.h>

/* What was found in a picture, best first. */
typedef struct FoundBoxes {
    MatchDetection *boxes;
    int count;
} FoundBoxes;

typedef struct Run {
    const Options *options;
    const Dataset *dataset;
    const Points *points;
    const Categories *categories;
    const atomic_int *stop; /* nonzero: end early */
    int threads;            /* workers, if there are as many pictures */

    Metrics **metrics; /* [points_count(points)] filled by the run */
    FoundBoxes *found; /* [dataset->image_count] of the first point, filled by the run; NULL: not wanted */
    char **problems;   /* [dataset->image_count] why a picture was left out; NULL where it was not */
} Run;

/* first: networks that are open already, for the first worker. Shows progress, if the options want it or on a
 * terminal. Returns EXIT_DONE, also when it was stopped or pictures were left out, or EXIT_FAILED with error.
 * The caller frees what was filled. */
ExitCode run_pictures(Run *run, Networks *first, Error *error);

#endif
