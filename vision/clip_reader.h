/* Reads one clip or picture: bytes, decoder and pixels put together, with clean timestamps. */
#ifndef LOOKOUT_CLIP_READER_H
#define LOOKOUT_CLIP_READER_H

#include "vision/byte_stream.h"
#include "vision/pixels.h"
#include "vision/source.h"
#include "vision/video_decoder.h"

typedef struct ClipReader {
    Source base;
    ByteStream stream;
    VideoDecoder decoder;
    Pixels pixels;           /* kept from one open to the next */
    char *path;              /* owned; NULL where the name is the caller's */
    int first_waits;         /* the decoder already holds the first picture */
    Orientation orientation; /* of the stream */
    int64_t sequence;        /* of the next frame */
    int64_t last_time_ns;
    int64_t time_offset_ns; /* makes up for jumps back in the input's clock */
    SourceStatus end;       /* how it ended; SOURCE_FRAME before */
    VisionError end_error;
} ClipReader;

/* Opens a file or named pipe and decodes its first picture. name is borrowed until the close. The reader must
 * be zeroed or closed, and not move while open. Returns 0, or -1 with error, closed. */
int clip_reader_open(ClipReader *reader, int directory_fd, const char *name, const atomic_int *stop,
                     VisionError *error);
SourceStatus clip_reader_next(ClipReader *reader, Frame *frame, VisionError *error);
void clip_reader_close(ClipReader *reader);  /* pixels stay, for the next open */
void clip_reader_finish(ClipReader *reader); /* closes and frees all that it holds */

/* The same as sources. */
Source *clip_source_open(const char *path, const atomic_int *stop, VisionError *error);
Source *stdin_source_open(const atomic_int *stop, VisionError *error);

#endif
