/* The detectors of all points, for one thread. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_NETWORKS_H
#define LOOKOUT_APP_COMMANDS_EVAL_NETWORKS_H

#include "app/commands/points.h"
#include "app/run/weights.h"
#include "base/exit_code.h"

typedef struct Networks {
    Weights weights[OPTION_MAX_ALPHAS];     /* in the order of the points' alphas */
    LookoutDetector *detectors[POINTS_MAX]; /* alpha after alpha, and for each the sizes */
} Networks;

/* Loads weights and makes detectors, on engines without threads of their own. Refuses widths whose weights
 * have other classes than the first. Returns EXIT_DONE, or another code with error; networks is then empty.
 */
ExitCode networks_open(Networks *networks, const Points *points, const ModelOptions *options, Error *error);
void networks_close(Networks *networks); /* takes an empty one */

#endif
