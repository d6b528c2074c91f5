/* Where frames come from: an input that is open, whatever it is. vision/input/open.h opens one. */
#ifndef LOOKOUT_VISION_INPUT_H
#define LOOKOUT_VISION_INPUT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/file_visitor.h"
#include "vision/frame.h"

typedef enum InputStatus {
    INPUT_FRAME,   /* a frame was delivered */
    INPUT_END,     /* no more frames, all is well, or reading was interrupted */
    INPUT_DAMAGED, /* no more frames, and some of the input was broken or missing; error says what. Whatever
                      could be read was delivered before. */
    INPUT_LOST,    /* live inputs only: there is no frame now; error names the input and says why, as
                      "/dev/video0: it was unplugged". Reading again goes on trying to get it back, and says
                      this again after a quarter of a second at most. */
} InputStatus;

/* What is asked of a camera; 0 where the choice is free. */
typedef struct CameraOptions {
    int width, height; /* both 0: chosen: a size near 640x480 */
    double frame_rate; /* frames a second; 0: chosen: about 30, or what the device gets nearest to it */
    uint32_t format;   /* FOURCC, see camera_fourcc_named(); 0: the one that reaches the rate */
} CameraOptions;

typedef struct InputOptions {
    CameraOptions camera;   /* for cameras only */
    const atomic_int *stop; /* may be NULL; otherwise it outlives the input, and setting it nonzero (a signal
                               handler may) interrupts opening and reading within a tenth of a second */
} InputOptions;

typedef struct Input Input;

/* A kind of input. The functions of the first group open one and may be NULL in a driver whose inputs are
 * made otherwise; the others work on an open input. */
typedef struct InputDriver {
    /* Whether the driver opens this path, without opening anything. path is NULL where the user named none,
     * status where nothing of that name exists. */
    bool (*takes)(const char *path, const struct stat *status);
    /* Returns NULL with error filled when there is not one frame to be had. */
    Input *(*open)(const char *path, const InputOptions *options, Error *error);
    /* See input_visit_files(). NULL: the path itself. */
    int (*visit_files)(const char *path, FileVisitor *visit, void *context);

    /* Delivers the next frame: a view of the reader's pixels (often the decoder's own reference pictures, not
     * to be written to), valid until the next call. Times are the input's own and strictly increase; sequence
     * counts from 0. After INPUT_END or INPUT_DAMAGED every further call says the same again. */
    InputStatus (*read)(Input *input, Frame *frame, Error *error);
    /* See input_interrupt(). */
    void (*interrupt)(Input *input);
    /* Starts again at the first frame (times and sequence start again too); 0, or -1 with error. Only called
     * where input->seekable; may be NULL in a driver without such inputs. */
    int (*rewind)(Input *input, Error *error);
    /* A line that the user ought to read, after a read(): what is wrong with the input's settings and how to
     * put it right; NULL: nothing. It comes once and then stays the same. NULL where there never is any. */
    const char *(*advice)(const Input *input);
    /* See input_describe(). */
    const char *(*describe)(const Input *input);
    void (*destroy)(Input *input);
} InputDriver;

/* Frames that a camera took and that were not delivered. Any thread may read them while the input runs. */
typedef struct InputCounts {
    atomic_llong skipped; /* older than the newest when read() was called */
    atomic_llong dropped; /* by the driver: gaps in its sequence numbers */
    atomic_llong damaged; /* flagged by the driver, cut short or not decodable */
    atomic_llong lost;    /* not frames: how often the input was lost */
} InputCounts;

/* First member of every input. */
struct Input {
    const InputDriver *functions;
    bool live;     /* frames come at their own pace and have CLOCK_MONOTONIC times: the newest one counts */
    bool seekable; /* can be read again from the start */
    bool still;    /* a single picture */
    int64_t frame_count; /* expected number of frames, 0 where unknown; for progress only */
    int width, height;  /* of the first picture on a screen with square pixels, 0 where it is not known yet */
    double frame_rate;  /* frames a second, 0 where unknown or meaningless (pictures) */
    InputCounts counts; /* all 0 unless live */
};

/* One line that names the input: of a camera its name and format, as "HD Webcam: 640x480 YUYV at 30 fps",
 * which may change when it was lost; of others their path. Valid until the next read(); for the thread that
 * reads, or any before the first read(). */
const char *input_describe(const Input *input);

/* Makes a read() that waits or decodes return INPUT_END at once, now and from then on. Any thread. */
void input_interrupt(Input *input);

void input_destroy(Input *input); /* takes NULL */

#endif
