/* The picture of a run of eval, as SVG. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_PLOT_H
#define LOOKOUT_APP_COMMANDS_EVAL_PLOT_H

#include "app/commands/eval/report.h"

/* Of the first point: precision over recall of every class that has truth, best AP first, their mean, and the
 * share of right boxes by score. Returns a text that the caller frees, or NULL when out of memory. */
char *plot_svg(const Report *report);

#endif
