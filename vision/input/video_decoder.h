/* The best video stream of one input, decoded by libav*: every picture once, in the order of display. */
#ifndef LOOKOUT_VISION_INPUT_VIDEO_DECODER_H
#define LOOKOUT_VISION_INPUT_VIDEO_DECODER_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/error.h"
#include "vision/input/byte_stream.h"

typedef struct VideoDecoder {
    ByteStream *stream; /* borrowed */
    const char *name;   /* of the input, for messages; borrowed */
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *video;
    AVPacket *packet;
    AVFrame *frame;       /* the picture decoded last */
    int still;            /* nonzero: the input is a single picture */
    int packet_waits;     /* packet holds the second packet, read ahead to learn about still */
    int draining;         /* the input has ended */
    int refers_elsewhere; /* the input asked for another file */
    int demux_errors;     /* in a row */
    int64_t next_byte;    /* position behind the last packet; -1 where unknown */
    int64_t decoded;      /* pictures so far */
    int64_t broken;       /* packets that did not decode and pictures that decoded with errors */
    int broken_off;       /* reading failed before the end */
} VideoDecoder;

/* Opens the input at the stream's current position. input_format: NULL to find out, or a libav* name. name is
 * what messages call it. The decoder must not move while it is open. Returns 0, or -1 with error. */
int video_decoder_open(VideoDecoder *decoder, ByteStream *stream, const char *name, const char *input_format,
                       Error *error);
/* Decodes the next picture into decoder->frame, which stays valid until the next call. Returns 1, or 0 at the
 * end. */
int video_decoder_next(VideoDecoder *decoder);
/* After the end: nonzero, with error filled, when some of the input was broken or missing. */
int video_decoder_damage(const VideoDecoder *decoder, Error *error);
void video_decoder_close(VideoDecoder *decoder); /* fine for a zeroed or closed one */

#endif
