/* One way to report a failure. */
#ifndef LOOKOUT_DETECTOR_BASE_ERROR_H
#define LOOKOUT_DETECTOR_BASE_ERROR_H

#include "detector/lookout.h"

/* Fills error (which may be NULL) with a printf message, cut to fit; bytes that would break the one line
 * (control characters from untrusted files) become '?'. Returns status. */
LookoutStatus detector_fail(LookoutError *error, LookoutStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
