/* The best video stream of one input, decoded by libav*: every picture once, in the order of display. */
#ifndef LOOKOUT_VISION_INPUT_VIDEO_DECODER_H
#define LOOKOUT_VISION_INPUT_VIDEO_DECODER_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

#include "base/error.h"
#include "vision/input/byte_stream.h"

typedef struct VideoDecoder {
    ByteStream *stream; /* borrowed */
    const char *name;   /* of the input, for messages; borrowed */
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *video;
    AVPacket *packet;
    AVFrame *frame;        /* the picture decoded last */
    bool still;            /* the input is a single picture */
    bool packet_waits;     /* packet holds the second packet, which was read ahead to find out whether it is
                              `still` */
    bool draining;         /* the input has ended, and the decoder returns what it holds back */
    bool refers_elsewhere; /* the input asked for another file */
    int demux_errors;      /* one after the other */
    int64_t next_byte;     /* position behind the last packet; -1 where unknown */
    int64_t decoded;       /* pictures so far */
    int64_t broken;        /* packets that did not decode and pictures that decoded with errors */
    bool broken_off;       /* reading failed before the end */
} VideoDecoder;

/* Opens the input at the stream's current position. input_format: NULL to find out, or a libav* name. name is
 * what messages call it. The decoder must not move while it is open. Returns 0, or -1 with error. */
int video_decoder_open(VideoDecoder *decoder, ByteStream *stream, const char *name, const char *input_format,
                       Error *error);
/* Decodes the next picture into decoder->frame, which stays valid until the next call. False at the end and
 * when reading was interrupted. */
bool video_decoder_next(VideoDecoder *decoder);
/* After the end: -1, with error filled, when some of the input was broken or missing, else 0. */
int video_decoder_damage(const VideoDecoder *decoder, Error *error);
void video_decoder_close(VideoDecoder *decoder); /* does nothing to a zeroed or closed one */

#endif
