/* One way to report a failure in vision/. */
#ifndef LOOKOUT_VISION_ERROR_H
#define LOOKOUT_VISION_ERROR_H

/* Filled by a function that fails; the caller owns it. One line: the thing, what is wrong, the remedy. */
typedef struct VisionError {
    char message[512];
} VisionError;

/* Fills error (never NULL) with a printf message, cut to fit, control characters replaced by '?'. Returns -1,
 * so that callers can end with `return vision_fail(...)`. */
int vision_fail(VisionError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
