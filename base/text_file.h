/* A whole file as text in memory. */
#ifndef LOOKOUT_BASE_TEXT_FILE_H
#define LOOKOUT_BASE_TEXT_FILE_H

#include "base/error.h"
#include <stddef.h>

/* Reads a file of at most `most` bytes. Returns its bytes and a NUL, to be freed by the caller, and in size
 * their number without the NUL; NULL with an error that names the path. */
char *text_file_read(const char *path, size_t most, size_t *size, Error *error);

#endif
