/* Single pictures that keys s and S save: lookout-DATE-TIME.png in the current directory, never over an
 * existing file. */
#ifndef LOOKOUT_APP_SINKS_SNAPSHOT_H
#define LOOKOUT_APP_SINKS_SNAPSHOT_H

#include "app/run/notices.h"
#include "app/run/sink.h"

/* classes: [K] names, for labels. Both outlive the sink. NULL when out of memory. */
Sink *snapshot_create(const char *const *classes, Notices *notices);
/* Pictures that could not be written. */
int snapshot_failures(const Sink *sink);

#endif
