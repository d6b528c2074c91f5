/* One way to report a failure in app/, and the exit codes. */
#ifndef LOOKOUT_APP_ERROR_H
#define LOOKOUT_APP_ERROR_H

typedef enum ExitCode {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_LOST = 3,     /* the camera */
    EXIT_SIGNAL = 128, /* plus the signal's number */
} ExitCode;

/* Filled by a function that fails; the caller owns it. One line: the thing, what is wrong, the remedy. */
typedef struct AppError {
    char message[1024];
} AppError;

/* Fills error (never NULL) with a printf message, cut to fit, control characters replaced by '?'. Returns -1,
 * so that callers can end with `return app_fail(...)`. */
int app_fail(AppError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
