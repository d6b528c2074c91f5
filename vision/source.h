/* Where frames come from: cameras, clips, pictures, directories of pictures, y4m on a pipe. One table of
 * functions each. */
#ifndef LOOKOUT_SOURCE_H
#define LOOKOUT_SOURCE_H

#include <stdatomic.h>

#include "vision/error.h"
#include "vision/file_visitor.h"
#include "vision/frame.h"

typedef enum SourceStatus {
    SOURCE_FRAME,   /* a frame was delivered */
    SOURCE_END,     /* no more frames, all is well (or a wait for input was ended by the stop flag) */
    SOURCE_DAMAGED, /* no more frames, and some of the input was broken or missing; error says what. Whatever
                       could be read was delivered before. */
    SOURCE_LOST,    /* cameras only: there is no picture now, error says why. Reading again goes on trying to
                       get the camera back, a quarter of a second at most before it says this again. */
} SourceStatus;

typedef struct Source Source;

typedef struct SourceFunctions {
    const char *name;
    /* Delivers the next frame: a view of the reader's pixels (often the decoder's own reference pictures, not
     * to be written to), valid until the next call. Times are the input's own and strictly increase; sequence
     * counts from 0. After SOURCE_END or SOURCE_DAMAGED every further call says the same again. */
    SourceStatus (*read)(Source *source, Frame *frame, VisionError *error);
    /* Makes a read() that waits return SOURCE_END at once, now and from then on. Any thread may call it. NULL
     * where reading never waits for long. */
    void (*interrupt)(Source *source);
    /* A line that the user ought to read, after a read(): what is wrong with the source's settings and how to
     * put it right; NULL: nothing. It comes once and then stays the same. NULL where there never is any. */
    const char *(*advice)(const Source *source);
    /* Starts again at the first frame (times and sequence start again too); 0, or -1 with error. NULL where
     * the input cannot: a pipe. */
    int (*rewind)(Source *source, VisionError *error);
    void (*destroy)(Source *source);
} SourceFunctions;

/* Frames that a camera took and that were not delivered. Any thread may read them while the source runs. */
typedef struct SourceCounts {
    atomic_llong skipped; /* older than the newest when read() was called */
    atomic_llong dropped; /* by the driver: gaps in its sequence numbers */
    atomic_llong damaged; /* flagged by the driver, cut short or not decodable */
    atomic_llong lost;    /* not frames: how often the camera was lost */
} SourceCounts;

/* First member of every source. */
struct Source {
    const SourceFunctions *functions;
    int64_t frame_count; /* expected number of frames, 0 where unknown; for progress only */
    int width, height; /* of the first picture on a screen with square pixels, 0 where it is not known yet */
    double frame_rate; /* frames a second, 0 where unknown or meaningless (pictures) */
    int still;         /* nonzero: a single picture */
    int live;          /* nonzero: a camera, whose frames' times are CLOCK_MONOTONIC */
    SourceCounts counts; /* all 0 unless live */
};

/* Opens whatever `path` is: "-" (y4m on standard input), a directory (its pictures in the byte order of their
 * names, 25 a second), or a file or named pipe that FFmpeg can read. Paths are opened as plain files, never
 * as URLs or patterns, and nothing that a file refers to is opened. Returns NULL with error filled when there
 * is not one frame to be had (no such file, not a video, ...). stop may be NULL; otherwise it outlives the
 * source, and setting it nonzero (a signal handler may) ends a wait for a pipe within a tenth of a second. */
Source *source_open(const char *path, const atomic_int *stop, VisionError *error);
void source_destroy(Source *source); /* takes NULL */

/* Visits the files that source_open() would read for this path, without opening them: the file itself, that
 * which standard input comes from, or the pictures of a directory. What cannot be looked at is left to
 * source_open() to report. Returns 0, or what the visitor ended the round with. */
int source_visit_files(const char *path, FileVisitor *visit, void *context);

#endif
