/* One way to report a failure. */
#ifndef LOOKOUT_BASE_ERROR_H
#define LOOKOUT_BASE_ERROR_H

/* What a caller may want to tell apart; the message is for people. */
typedef enum ErrorCode {
    ERROR_FAILED, /* anything else */
    ERROR_USAGE,  /* an option or argument that cannot be met */
} ErrorCode;

/* Filled by a function that fails; the caller owns it. The message is one line: the thing, what is wrong, the
 * remedy. */
typedef struct Error {
    char message[1024];
    ErrorCode code;
} Error;

/* Fills error (never NULL) with ERROR_FAILED and a printf message, cut to fit, control characters replaced by
 * '?'. Returns -1, so that callers can end with `return error_set(...)`. */
int error_set(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with ERROR_USAGE. */
int error_set_usage(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
