/* The file that a muxer writes: an OutputStream, so that a path is never taken for a URL, the reason of a
 * failed write is known, and waiting can be cancelled. */
#ifndef LOOKOUT_VISION_RECORD_FILE_H
#define LOOKOUT_VISION_RECORD_FILE_H

#include "base/error.h"

#include <libavformat/avio.h>
#include <stdbool.h>

typedef struct OutputFile OutputFile;

/* Nothing is created until output_file_open(). path must outlive the file. NULL with error: out of memory. */
OutputFile *output_file_create(const char *path, Error *error);
/* Creates the file, or opens an existing one and leaves it as it is; waits for the reader of a FIFO. 0, or -1
 * with error. */
int output_file_open(OutputFile *file, Error *error);
/* As output_stream_begin_matters(). */
bool output_file_has_stake(const OutputFile *file);
/* Before the first write: empties an existing file. A file that is closed without it is as it was before
 * output_file_open(). 0, or a negative AVERROR. */
int output_file_begin(OutputFile *file);
/* Closes the descriptor, if open; 0, or -1 with error if a write or the closing failed. */
int output_file_close(OutputFile *file, Error *error);
void output_file_destroy(OutputFile *file); /* takes NULL */

/* What a muxer writes through; owned by the file. */
AVIOContext *output_file_io(OutputFile *file);

/* The errno of the first write that failed, 0 if none did. Every later write fails like it. */
int output_file_errno(const OutputFile *file);

/* From any thread: an opening or a write that waits for a reader gives up, as does every later one. */
void output_file_cancel(OutputFile *file);

#endif
