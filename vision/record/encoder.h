/* Encoding and muxing with libav*, in the thread that calls it. */
#ifndef LOOKOUT_VISION_RECORD_ENCODER_H
#define LOOKOUT_VISION_RECORD_ENCODER_H

#include <stdbool.h>

#include "base/error.h"
#include "vision/frame.h"
#include "vision/record/file.h"
#include "vision/record/format.h"

typedef struct Encoder Encoder;

typedef struct EncoderOptions {
    const char *path;  /* for messages; must outlive the encoder */
    double frame_rate; /* expected, 0: unknown */
    const char *video; /* the one libavcodec encoder to use for clips; NULL: the best there is */
} EncoderOptions;

/* Opens an encoder for frames like `first`, then the file, which it creates if there is none, and encodes
 * `first`. An old file is emptied once an encoded frame is there to be written, which may come with the next
 * frame. The file must outlive the encoder. NULL with error: unless it is the header that could not be
 * written, an old file stays as it was, and output_file_close() removes one that was created. */
Encoder *encoder_create(const OutputFormat *format, OutputFile *file, const Frame *first,
                        const EncoderOptions *options, Error *error);
/* Encodes an I420 frame and writes what is ready; 0, or -1 with error. The first one must be `first` again,
 * of which only the writing is left. */
int encoder_write(Encoder *encoder, const Frame *frame, Error *error);
/* Writes what the encoder holds back, unless it has failed, and what the muxer does, and the trailer; 0, or
 * -1 with error. */
int encoder_finish(Encoder *encoder, Error *error);
void encoder_destroy(Encoder *encoder); /* takes NULL */

/* As "H.264 (libx264)". *fallback: not the best one of the formats that were tried. */
const char *encoder_name(const Encoder *encoder, bool *fallback);

#endif
