/* Bytes for libav*, from a file descriptor that is opened here, so that a path is never taken for a URL. */
#ifndef LOOKOUT_VISION_INPUT_BYTE_STREAM_H
#define LOOKOUT_VISION_INPUT_BYTE_STREAM_H

#include <libavformat/avio.h>

#include "base/error.h"
#include "vision/interrupt.h"

typedef struct ByteStream {
    AVIOContext *io; /* NULL: closed */
    int fd;
    bool owned;     /* close fd with the stream */
    int64_t size;   /* bytes of a regular file when it was opened; -1: a pipe, which cannot be seeked */
    int read_error; /* errno of the first read that failed, else 0 */
    const Interrupt *interrupt; /* borrowed; ends reading */
} ByteStream;

/* Opens a regular file or named pipe, relative to directory_fd (or AT_FDCWD). Devices, sockets and
 * directories are refused without being opened. The stream must not move while it is open. Returns 0, or -1
 * with error, which names the path. */
int byte_stream_open(ByteStream *stream, int directory_fd, const char *path, const Interrupt *interrupt,
                     Error *error);
/* Standard input, read from where it stands and never seeked. */
int byte_stream_open_stdin(ByteStream *stream, const Interrupt *interrupt, Error *error);
/* Back to the first byte with an empty buffer; 0, or -1 for a pipe. */
int byte_stream_rewind(ByteStream *stream);
void byte_stream_close(ByteStream *stream); /* does nothing to a zeroed or closed one */

#endif
