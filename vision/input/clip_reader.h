/* Reads one clip or picture: byte stream, decoder and pixels put together, with timestamps that increase. */
#ifndef LOOKOUT_VISION_INPUT_CLIP_READER_H
#define LOOKOUT_VISION_INPUT_CLIP_READER_H

#include "vision/input.h"
#include "vision/input/byte_stream.h"
#include "vision/input/pixels.h"
#include "vision/input/video_decoder.h"

typedef struct ClipReader {
    Input base;
    Interrupt interrupt; /* used where the reader is an input, below */
    ByteStream stream;
    VideoDecoder decoder;
    Pixels pixels;           /* kept from one open to the next */
    char *path;              /* owned; NULL where the name is the caller's */
    bool first_waits;        /* the decoder already holds the first picture */
    Orientation orientation; /* of the stream */
    int64_t sequence;        /* of the next frame */
    int64_t last_time_ns;
    int64_t time_offset_ns; /* what is added to the input's times, because its clock has jumped back */
    InputStatus end;        /* how it ended; INPUT_FRAME while it has not */
    Error end_error;
} ClipReader;

/* Opens a file or named pipe and decodes its first picture. name is borrowed until the close. The reader must
 * be zeroed or closed, and not move while open. Returns 0, or -1 with error, closed. */
int clip_reader_open(ClipReader *reader, int directory_fd, const char *name, const Interrupt *interrupt,
                     Error *error);
InputStatus clip_reader_next(ClipReader *reader, Frame *frame, Error *error);
void clip_reader_close(ClipReader *reader);  /* pixels stay, for the next open */
void clip_reader_finish(ClipReader *reader); /* closes and frees all that it holds */

/* The `open` of clip_driver (vision/input/drivers.h), for callers that take nothing but a file. */
Input *clip_open(const char *path, const InputOptions *options, Error *error);

#endif
