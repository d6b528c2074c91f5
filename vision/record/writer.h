/*
 * Recording: a thread of its own encodes and writes frames with libav*. By suffix: .mkv and (fragmented) .mp4
 * with H.264 where there is an encoder, .y4m, .jpg and .png for single pictures; "-" is y4m on standard
 * output; no suffix or a path under /dev is Matroska.
 */
#ifndef LOOKOUT_VISION_RECORD_WRITER_H
#define LOOKOUT_VISION_RECORD_WRITER_H

#include "base/error.h"
#include "vision/frame.h"

typedef struct Writer Writer;

typedef struct WriterOptions {
    double frame_rate; /* expected rate, a hint for the encoder and the rate in y4m; 0: unknown (25 is
                          assumed) */
    int still;         /* the source is a single picture */
    int live;          /* a full queue drops the frame and counts it, instead of making the caller wait */
} WriterOptions;

/* Checks what can be checked from the path alone (directory writable, format known, no clip into a picture);
 * the file is created, or an existing one replaced, with the first frame. Returns NULL with error. */
Writer *writer_create(const char *path, const WriterOptions *options, Error *error);

/* Queues a copy of an I420 frame; blocks while the bounded queue is full (unless live). The first one is
 * encoded at once: where that fails, as without memory or threads, no file is created and an old one is as it
 * was. A frame of another size, matrix or range than the first is converted to the first's. Timestamps are
 * the frames' own; one that does not increase is moved to the file's next tick (y4m has none: its frames
 * follow each other at the expected rate). Returns 0, or -1 with error once encoding or writing has failed
 * (disk full, ...), for good. */
int writer_write(Writer *writer, const Frame *frame, Error *error);

/* Encodes what is queued, writes the trailer and closes, checking every result. Returns 0, or -1 with error.
 * Called once, before destroy; destroying an unfinished writer abandons the recording: what was written
 * stays, without a trailer. */
int writer_finish(Writer *writer, Error *error);
void writer_destroy(Writer *writer);

/* Frames that a full queue cost a live recording. */
int64_t writer_dropped(const Writer *writer);
/* Nonzero if the failure is that nobody reads the pipe any more (EPIPE; the program ignores SIGPIPE). */
int writer_broken_pipe(const Writer *writer);
/* What it encodes with, as "H.264 (libx264)"; "" before the first frame. fallback: nonzero when it is not the
 * encoder that was wished for, which is worth telling. */
const char *writer_encoder(const Writer *writer, int *fallback);

#endif
