/* Where frames come from: cameras, clips, pictures, directories of pictures, y4m on a pipe. One table of
 * functions each. */
#ifndef LOOKOUT_VISION_INPUT_INPUT_H
#define LOOKOUT_VISION_INPUT_INPUT_H

#include <stdatomic.h>

#include "base/error.h"
#include "base/file_visitor.h"
#include "vision/frame.h"

typedef enum InputStatus {
    INPUT_FRAME,   /* a frame was delivered */
    INPUT_END,     /* no more frames, all is well (or a wait for input was ended by the stop flag) */
    INPUT_DAMAGED, /* no more frames, and some of the input was broken or missing; error says what. Whatever
                       could be read was delivered before. */
    INPUT_LOST,    /* cameras only: there is no picture now, error says why. Reading again goes on trying to
                       get the camera back, a quarter of a second at most before it says this again. */
} InputStatus;

typedef struct Input Input;

typedef struct InputDriver {
    const char *name;
    /* Delivers the next frame: a view of the reader's pixels (often the decoder's own reference pictures, not
     * to be written to), valid until the next call. Times are the input's own and strictly increase; sequence
     * counts from 0. After INPUT_END or INPUT_DAMAGED every further call says the same again. */
    InputStatus (*read)(Input *source, Frame *frame, Error *error);
    /* Makes a read() that waits return INPUT_END at once, now and from then on. Any thread may call it. NULL
     * where reading never waits for long. */
    void (*interrupt)(Input *source);
    /* A line that the user ought to read, after a read(): what is wrong with the source's settings and how to
     * put it right; NULL: nothing. It comes once and then stays the same. NULL where there never is any. */
    const char *(*advice)(const Input *source);
    /* Starts again at the first frame (times and sequence start again too); 0, or -1 with error. NULL where
     * the input cannot: a pipe. */
    int (*rewind)(Input *source, Error *error);
    void (*destroy)(Input *source);
} InputDriver;

/* Frames that a camera took and that were not delivered. Any thread may read them while the source runs. */
typedef struct InputCounts {
    atomic_llong skipped; /* older than the newest when read() was called */
    atomic_llong dropped; /* by the driver: gaps in its sequence numbers */
    atomic_llong damaged; /* flagged by the driver, cut short or not decodable */
    atomic_llong lost;    /* not frames: how often the camera was lost */
} InputCounts;

/* First member of every source. */
struct Input {
    const InputDriver *functions;
    int64_t frame_count; /* expected number of frames, 0 where unknown; for progress only */
    int width, height;  /* of the first picture on a screen with square pixels, 0 where it is not known yet */
    double frame_rate;  /* frames a second, 0 where unknown or meaningless (pictures) */
    int still;          /* nonzero: a single picture */
    int live;           /* nonzero: a camera, whose frames' times are CLOCK_MONOTONIC */
    InputCounts counts; /* all 0 unless live */
};

/* Opens whatever `path` is: "-" (y4m on standard input), a directory (its pictures in the byte order of their
 * names, 25 a second), or a file or named pipe that FFmpeg can read. Paths are opened as plain files, never
 * as URLs or patterns, and nothing that a file refers to is opened. Returns NULL with error filled when there
 * is not one frame to be had (no such file, not a video, ...). stop may be NULL; otherwise it outlives the
 * source, and setting it nonzero (a signal handler may) ends a wait for a pipe within a tenth of a second. */
Input *input_open(const char *path, const atomic_int *stop, Error *error);
void input_destroy(Input *source); /* takes NULL */

/* Visits the files that input_open() would read for this path, without opening them: the file itself, that
 * which standard input comes from, or the pictures of a directory. What cannot be looked at is left to
 * input_open() to report. Returns 0, or what the visitor ended the round with. */
int input_visit_files(const char *path, FileVisitor *visit, void *context);

#endif
