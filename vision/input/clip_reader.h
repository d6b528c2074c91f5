/* Reads one clip or picture: bytes, decoder and pixels put together, with clean timestamps. */
#ifndef LOOKOUT_VISION_INPUT_CLIP_READER_H
#define LOOKOUT_VISION_INPUT_CLIP_READER_H

#include "vision/input.h"
#include "vision/input/byte_stream.h"
#include "vision/input/pixels.h"
#include "vision/input/video_decoder.h"

typedef struct ClipReader {
    Input base;
    Interrupt interrupt; /* of an input of its own */
    ByteStream stream;
    VideoDecoder decoder;
    Pixels pixels;           /* kept from one open to the next */
    char *path;              /* owned; NULL where the name is the caller's */
    int first_waits;         /* the decoder already holds the first picture */
    Orientation orientation; /* of the stream */
    int64_t sequence;        /* of the next frame */
    int64_t last_time_ns;
    int64_t time_offset_ns; /* makes up for jumps back in the input's clock */
    InputStatus end;        /* how it ended; INPUT_FRAME before */
    Error end_error;
} ClipReader;

/* Opens a file or named pipe and decodes its first picture. name is borrowed until the close. The reader must
 * be zeroed or closed, and not move while open. Returns 0, or -1 with error, closed. */
int clip_reader_open(ClipReader *reader, int directory_fd, const char *name, const Interrupt *interrupt,
                     Error *error);
InputStatus clip_reader_next(ClipReader *reader, Frame *frame, Error *error);
void clip_reader_close(ClipReader *reader);  /* pixels stay, for the next open */
void clip_reader_finish(ClipReader *reader); /* closes and frees all that it holds */

/* The same as inputs: a file or named pipe, and y4m on standard input. */
extern const InputDriver clip_driver, stdin_driver;
/* The `open` of clip_driver, for who wants a file and nothing else. */
Input *clip_open(const char *path, const InputOptions *options, Error *error);

#endif
