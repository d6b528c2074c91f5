/* What is known of an output from its path, before anything is written. */
#ifndef LOOKOUT_BASE_OUTPUT_PATH_H
#define LOOKOUT_BASE_OUTPUT_PATH_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>

/* Whether the path is "-", standard output; NULL is not. */
bool output_path_is_stdout(const char *path);

/* How messages name the output: "standard output" for "-", else the path itself. */
const char *output_path_shown(const char *path);

/* Splits a path into a folder, "." if it names none, and the name in it, which is returned; NULL if the
 * folder is too long. */
const char *output_path_split(const char *path, char folder[PATH_MAX]);

/* Checks that the path, "-" for standard output, can be written to, without touching it: 0, or -1 with
 * error. */
int output_path_check(const char *path, Error *error);

#endif
