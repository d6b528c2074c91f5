/* A file that is written in one go, and is afterwards either complete or as it was before. */
#ifndef LOOKOUT_APP_SINKS_WHOLE_FILE_H
#define LOOKOUT_APP_SINKS_WHOLE_FILE_H

#include "app/sinks/result_file.h"

/* As output_path_check(); NULL is no output and passes. */
int whole_file_check(const char *path, Error *error);

/* Writes length bytes to path. A regular file is written beside it, under another name, and takes its place
 * when all has been written; a link stays, and what it points to is replaced. In a folder where nothing can
 * be created the file itself is written, which may fail half-way. "-" is standard output, and a device or a
 * pipe is written to as it is, until its reader shall not be waited for any more: stop is as in
 * result_file_create(). */
WriteStatus whole_file_write(const char *path, const char *text, size_t length, int stop, Error *error);

#endif
