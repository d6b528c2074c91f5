/* A text file that is written as it comes, every result checked. */
#ifndef LOOKOUT_APP_SINKS_RESULT_FILE_H
#define LOOKOUT_APP_SINKS_RESULT_FILE_H

#include "base/error.h"
#include <stddef.h>

typedef enum WriteStatus {
    WRITE_OK = 0,
    WRITE_FAILED = -1, /* error says why */
    WRITE_CLOSED = 1,  /* whoever read our standard output has gone: nothing to complain about */
} WriteStatus;

typedef struct ResultFile ResultFile;

/* Touches nothing yet. path: "-" is standard output; must outlive the file. stop: a descriptor that becomes
 * readable when no reader shall be waited for any more, as signals_fd(); -1: none. NULL with error. */
ResultFile *result_file_create(const char *path, int stop, Error *error);
/* Closes it, ignoring errors, if it is open. Takes NULL. */
void result_file_destroy(ResultFile *file);

/* The first write creates the file, or empties it. Waits for the reader of a pipe. */
WriteStatus result_file_write(ResultFile *file, const char *text, size_t length, Error *error);
/* Takes a file to which nothing was written. */
WriteStatus result_file_close(ResultFile *file, Error *error);

/* From any thread: a write that waits for a reader fails, and so does every later one. */
void result_file_cancel(ResultFile *file);

#endif
