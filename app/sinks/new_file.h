/* Files of the current directory that are named by the time and never take the place of others. */
#ifndef LOOKOUT_APP_SINKS_NEW_FILE_H
#define LOOKOUT_APP_SINKS_NEW_FILE_H

#include "base/error.h"
#include <time.h>

#define NEW_FILE_NAME 64 /* bytes, the end included */

/* Creates an empty file lookout-YYYYMMDD-HHMMSS.SUFFIX (local time), with -2, -3, ... before the suffix where
 * that is taken. Its name is then the caller's to write to. Returns 0, or -1 with error. */
int new_file_create(char name[NEW_FILE_NAME], const char *suffix, time_t when, Error *error);

#endif
