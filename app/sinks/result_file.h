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

typedef struct ResultFile {
    const char *path; /* as the user gave it */
    int fd;           /* -1: not open */
} ResultFile;

/* Creates or empties the file; "-" is standard output. path must outlive the ResultFile. */
WriteStatus result_file_open(ResultFile *file, const char *path, Error *error);
WriteStatus result_file_write(ResultFile *file, const char *text, size_t length, Error *error);
/* Takes a file that was never opened. */
WriteStatus result_file_close(ResultFile *file, Error *error);

/* Standard output is a pipe or socket that nobody reads any more. */
int stdout_is_closed(void);

#endif
