/* A file that is written at once, and is either there whole or as it was before. */
#ifndef LOOKOUT_APP_SINKS_WHOLE_FILE_H
#define LOOKOUT_APP_SINKS_WHOLE_FILE_H

#include "app/sinks/result_file.h"

/* Looks whether path can be written to, without touching it: a folder that is there, no directory itself. "-"
 * and NULL always can. Returns 0, or -1 with error. */
int whole_file_check(const char *path, Error *error);

/* Writes length bytes to path. A plain file is written beside it and takes its name and place when all of it
 * is on its way to the disk; a link stays, and what it points to is replaced. "-" is standard output, and a
 * device or a pipe is written to as it is. */
WriteStatus whole_file_write(const char *path, const char *text, size_t length, Error *error);

#endif
