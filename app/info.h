/* lookout info: what a network is made of. */
#ifndef LOOKOUT_INFO_H
#define LOOKOUT_INFO_H

#include "app/cli/options.h"
#include <stdio.h>

/* Describes the weights that options name, or the default ones and then the paper's table, on `to`. Returns
 * EXIT_DONE, or another code with error. */
ExitCode info_print(const Options *options, FILE *to, AppError *error);

#endif
