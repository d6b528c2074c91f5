/*
 * A file, pipe, device or standard output that is written to, and whose waiting can be ended: opening a FIFO
 * waits for a reader, writing waits for the reader of a pipe or for a device. One thread opens, writes and
 * closes; output_stream_cancel() may be called by any. A regular file is never waited for, and is therefore
 * completed even after that.
 *
 * Functions that return int return 0, or -1 with errno; the first failure stays, and every later write fails
 * with the same errno. Without a reader, writing fails with EPIPE, provided that the program ignores SIGPIPE,
 * and beyond the limit on a file's size with EFBIG, provided that it ignores SIGXFSZ.
 */
#ifndef LOOKOUT_BASE_OUTPUT_STREAM_H
#define LOOKOUT_BASE_OUTPUT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct OutputStream OutputStream;

/* Touches nothing yet. path: "-" is standard output; must outlive the stream. stop: a descriptor that becomes
 * readable, and stays so, when nothing shall be waited for any more, as by output_stream_cancel(); -1: none.
 * NULL with errno. */
OutputStream *output_stream_create(const char *path, int stop);
/* Closes it, ignoring errors, if it is open. Takes NULL. */
void output_stream_destroy(OutputStream *stream);

/* Creates the file, or opens an existing one and leaves it as it is. ECANCELED: there was no reader before
 * the waiting was ended. */
int output_stream_open(OutputStream *stream);

/* Empties an existing regular file that was opened by its path. The first write does that too; until then a
 * file that is closed is as it was before output_stream_open(), and one that was created is removed. */
int output_stream_begin(OutputStream *stream);
/* Whether output_stream_begin() changes what is on the disk, if nothing were written after it: old content is
 * lost, or a new, empty file stays. */
bool output_stream_begin_matters(const OutputStream *stream);

/* Writes all of it. ECANCELED: the waiting was ended, now or before. */
int output_stream_write(OutputStream *stream, const void *bytes, size_t size);

/* Regular files only. */
bool output_stream_is_seekable(const OutputStream *stream);
/* As lseek(). */
int64_t output_stream_seek(OutputStream *stream, int64_t offset, int whence);
/* In bytes, or -1 with errno. */
int64_t output_stream_size(const OutputStream *stream);

/* Takes a stream that is not open. Standard output stays open for others. */
int output_stream_close(OutputStream *stream);

/* The errno of the first failure of beginning, writing or closing, 0 if there was none. */
int output_stream_errno(const OutputStream *stream);

/* From any thread: an opening or a write that waits gives up with ECANCELED, and every later one on what can
 * be waited for fails so at once. */
void output_stream_cancel(OutputStream *stream);

#endif
