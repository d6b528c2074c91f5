/* How the program ends. */
#ifndef LOOKOUT_BASE_EXIT_CODE_H
#define LOOKOUT_BASE_EXIT_CODE_H

typedef enum ExitCode {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_LOST = 3,     /* the camera */
    EXIT_SIGNAL = 128, /* plus the signal's number */
} ExitCode;

#endif
