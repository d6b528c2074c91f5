/* Options from a command line or from lines of a config file, and the checks of all of them together. */
#ifndef LOOKOUT_APP_OPTIONS_PARSE_H
#define LOOKOUT_APP_OPTIONS_PARSE_H

#include "app/options/options.h"
#include "base/error.h"

/* Applies a command line (argv[0] is skipped) to options, whose strings then point into argv. Reads and
 * writes nothing but its arguments. Returns 0, or -1 with error: a usage error. */
int options_parse(Options *options, int argc, char *const argv[], Error *error);

/* Applies one option by its long name, as a config file does. Returns 0 or -1 with error. */
int options_set(Options *options, const char *name, const char *value, Error *error);

/* Checks that hold for all options together, once everything is applied and inputs are resolved. Returns 0
 * or -1 with error: a usage error. */
int options_check(const Options *options, Error *error);

#endif
