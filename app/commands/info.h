/* lookout info: what a network is made of. */
#ifndef LOOKOUT_APP_COMMANDS_INFO_H
#define LOOKOUT_APP_COMMANDS_INFO_H

#include "app/options/options.h"
#include "base/exit_code.h"
#include <stdio.h>

/* Describes the weights that options name, or the default ones and then the paper's table, on `to`. Returns
 * EXIT_DONE, or another code with error. */
ExitCode info_print(const Options *options, FILE *to, Error *error);

#endif
