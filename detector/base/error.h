/* Errors of the library. */
#ifndef LOOKOUT_DETECTOR_BASE_ERROR_H
#define LOOKOUT_DETECTOR_BASE_ERROR_H

#include "detector/lookout.h"

/* Fills error (which may be NULL) with a printf message, cut to fit; control characters, as
 * untrusted files may have them, become '?', so that it is one line. Returns status. */
LookoutStatus detector_fail(LookoutError *error, LookoutStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
