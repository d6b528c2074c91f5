/* lookout devices: what cameras there are, and what they can do. */
#ifndef LOOKOUT_APP_COMMANDS_DEVICES_H
#define LOOKOUT_APP_COMMANDS_DEVICES_H

#include "app/options/options.h"
#include "base/exit_code.h"
#include <stdio.h>

/* Describes every camera on `to`; with --verbose also formats that are not read, and the video devices that
 * are not cameras, with the reason. No camera at all is an error that says what there is. Returns EXIT_DONE,
 * or another code with error. */
ExitCode devices_print(const Options *options, FILE *to, Error *error);

#endif
