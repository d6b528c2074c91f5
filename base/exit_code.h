/* How the program ends. */
#ifndef LOOKOUT_BASE_EXIT_CODE_H
#define LOOKOUT_BASE_EXIT_CODE_H

#include "base/error.h"

typedef enum ExitCode {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_LOST = 3,     /* the camera */
    EXIT_SIGNAL = 128, /* plus the signal's number */
} ExitCode;

/* Of what failed with this error. */
static inline ExitCode exit_code_of(const Error *error)
{
    return error->code == ERROR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

#endif
