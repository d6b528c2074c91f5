/* The inputs of detection, from the command line's operands and the config file's sections. */
#ifndef LOOKOUT_APP_OPTIONS_INPUTS_H
#define LOOKOUT_APP_OPTIONS_INPUTS_H

#include "app/options/options.h"
#include "base/error.h"

/* Longest name of an input, the final NUL included. */
#define INPUT_NAME_SIZE 128

/* Whether an input can be called so: short UTF-8, with nothing in it that does not belong in a file name. */
bool input_name_is_valid(const char *name);

/* Fills options->inputs, one at least. An operand that is the name of a section means that input, any other
 * is a path; without operands all sections are read, without sections the first camera. An input without a
 * section is called as the last part of its path is, without the suffix; equal names get -2, -3, ...
 * Returns 0, or -1 with error: out of memory. */
int inputs_resolve(Options *options, Error *error);

/* Checks resolved inputs: none may be read twice that cannot be, and --loop and the names of output files
 * must suit all. Only looks at what kind of file a path is. Returns 0, or -1 with error, a usage error. */
int inputs_check(const Options *options, Error *error);

#endif
