/* The points of the network that a command measures: every alpha at every size. */
#ifndef LOOKOUT_APP_COMMANDS_POINTS_H
#define LOOKOUT_APP_COMMANDS_POINTS_H

#include "app/options/options.h"

#define POINTS_MAX (OPTION_MAX_ALPHAS * OPTION_MAX_SIZES)

typedef struct Points {
    OptionAlphas alphas; /* of one value 0: the width of the only weights file there is */
    OptionSizes sizes;
} Points;

/* The points that bench measures: those that the options name, and all of the paper's where they name none.
 * Checks whether there are weights of more than one width. Returns 0, or -1 with error. */
int points_of_bench(const Options *options, Points *points, Error *error);
/* The points that eval measures: the same, but one width and one size where none are named. */
Points points_of_eval(const Options *options);

static inline int points_count(const Points *points)
{
    return points->alphas.count * points->sizes.count;
}

#endif
