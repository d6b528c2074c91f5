/*
 * Recording: encodes and writes frames with libav*, in the thread that calls it, which takes as long as
 * encoder, disk or reader do: whoever must not wait has a thread and a queue before it. By suffix: .mkv and
 * (fragmented) .mp4 with H.264 where there is an encoder, .y4m, .jpg and .png for single pictures; "-" is y4m
 * on standard output; no suffix or a path under /dev is Matroska.
 */
#ifndef LOOKOUT_VISION_RECORD_WRITER_H
#define LOOKOUT_VISION_RECORD_WRITER_H

#include <stdbool.h>

#include "base/error.h"
#include "vision/frame.h"

typedef struct Writer Writer;

typedef struct WriterOptions {
    double frame_rate; /* expected rate, a hint for the encoder and the rate in y4m; 0: unknown (25 is
                          assumed) */
    bool still;        /* the source is a single picture */
} WriterOptions;

/* Checks what can be checked from the path alone (directory writable, format known, no clip into a picture)
 * and touches no file: it is created, or an existing one replaced, with the first frame. Returns NULL with
 * error. */
Writer *writer_create(const char *path, const WriterOptions *options, Error *error);

/* Encodes and writes an I420 frame. With the first one the file is opened, or created, and it is encoded
 * before an old file is emptied: where that fails, as without memory, an old file stays as it was, and one
 * that was created is removed when it is closed. A frame of another size, matrix or range than the first is
 * converted to the first's. Timestamps are the frames' own; one that does not increase is moved to the file's
 * next tick (y4m has none: its frames follow each other at the expected rate). Returns 0, or -1 with error
 * once anything has failed (memory, disk full, ...), for good. The encoder may start threads, which inherit
 * the signal mask of the caller: base/thread.h. */
int writer_write(Writer *writer, const Frame *picture, Error *error);

/* Writes what the encoder holds back and the trailer, and closes, checking every result. Returns 0, or -1
 * with error. Called once, before destroy; destroying an unfinished writer abandons the recording: what was
 * written stays, without a trailer. */
int writer_finish(Writer *writer, Error *error);
void writer_destroy(Writer *writer); /* takes NULL */

/* Any thread: opening or writing a file that waits (a pipe without a reader, or with one that does not read)
 * gives up, as does everything later that would wait, and no file is begun any more. One that never waits, a
 * regular file, is still written and completed. */
void writer_cancel(Writer *writer);

/* Whether it has failed because nobody reads the pipe any more (EPIPE; the program ignores SIGPIPE). */
bool writer_broken_pipe(const Writer *writer);
/* What it encodes with, as "H.264 (libx264)"; "" before the first frame; valid until destroy. *fallback: not
 * the best encoder, which is worth a message. */
const char *writer_encoder(const Writer *writer, bool *fallback);

#endif
