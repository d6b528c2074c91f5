#include "vision/record/encoder.h"

#include "base/output_path.h"
#include "vision/record/picture.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_GROUP 300 /* frames; key frames come by time, once a second */
#define QUIET 100         /* added to the level of an encoder's messages, so that none is printed */

struct Encoder {
    const OutputFormat *format;
    OutputFile *file;
    const char *path;
    char name[64];
    bool fallback;
    AVRational rate;
    AVRational time_base;
    AVCodecContext *codec;
    AVFormatContext *muxer;
    AVStream *stream;
    AVPacket *packet;
    Picture picture;
    int64_t frames, last_ticks, key_ticks;
    uint8_t *header; /* until it is written */
    int header_size;
    bool has_begun;   /* the header is in the file */
    bool first_waits; /* the first frame is encoded and not yet written */
    bool has_failed;  /* no more can be encoded */
};

/* Best first. */
static const struct {
    const char *title, *name;
} video_encoders[] = {
    {"H.264", "libx264"},
    {"H.264", "libopenh264"},
    {"MPEG-4", "mpeg4"},
};

/* Fills error with the reason of the file where a write failed, else with that of libav*. */
static int fail(const Encoder *encoder, const char *doing, int status, Error *error)
{
    int reason = output_file_errno(encoder->file);
    const char *path = output_path_shown(encoder->path);
    if (reason)
        return error_set(error, "%s: %s", path, strerror(reason));
    char text[AV_ERROR_MAX_STRING_SIZE];
    return error_set(error, "%s: %s: %s", path, doing, av_make_error_string(text, sizeof text, status));
}

/* ---- encoding --------------------------------------------------------------------------------- */

/* The frame's time in the file's ticks, at least one later than the frame before. */
static int64_t ticks_of(Encoder *encoder, int64_t time_ns)
{
    int64_t ticks = av_rescale_q(time_ns, (AVRational){1, 1000000000}, encoder->time_base);
    if (encoder->frames > 0 && ticks <= encoder->last_ticks)
        ticks = encoder->last_ticks + 1;
    encoder->last_ticks = ticks;
    return ticks;
}

/* Sends a frame to the encoder. 0, or a negative AVERROR. */
static int encode(Encoder *encoder, const Frame *frame)
{
    int status = picture_fill(&encoder->picture, frame);
    if (status < 0)
        return status;
    AVFrame *picture = encoder->picture.frame;
    picture->pts = ticks_of(encoder, frame->time_ns);
    picture->quality = encoder->codec->global_quality;
    picture->sample_aspect_ratio = encoder->codec->sample_aspect_ratio;
    picture->colorspace = encoder->codec->colorspace;
    picture->color_range = encoder->codec->color_range;
    picture->color_primaries = encoder->codec->color_primaries;
    picture->color_trc = encoder->codec->color_trc;
    int key = encoder->frames == 0 || av_compare_ts(picture->pts - encoder->key_ticks, encoder->time_base, 1,
                                                    (AVRational){1, 1}) >= 0;
    picture->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    if (key)
        encoder->key_ticks = picture->pts;
    encoder->frames++;

    return avcodec_send_frame(encoder->codec, picture);
}

/* Fills encoder->packet with what is ready. 1, 0 if there is nothing, or a negative AVERROR. */
static int receive_packet(Encoder *encoder)
{
    int status = avcodec_receive_packet(encoder->codec, encoder->packet);
    return status == AVERROR(EAGAIN) || status == AVERROR_EOF ? 0 : status < 0 ? status : 1;
}

/* ---- opening ---------------------------------------------------------------------------------- */

/* Colour tags of the stream. For BT.601 primaries and transfer are left open: it is unknown whether a frame
 * came from a camera of 525 or 625 lines or from sRGB, and players will guess from the size as they do with
 * the source. */
static void tag_colours(AVCodecContext *codec, ColourMatrix matrix, ColourRange range)
{
    static const struct {
        enum AVColorSpace space;
        enum AVColorPrimaries primaries;
        enum AVColorTransferCharacteristic transfer;
    } tags[MATRIX_COUNT] = {
        [MATRIX_BT601] = {AVCOL_SPC_SMPTE170M, AVCOL_PRI_UNSPECIFIED, AVCOL_TRC_UNSPECIFIED},
        [MATRIX_BT709] = {AVCOL_SPC_BT709, AVCOL_PRI_BT709, AVCOL_TRC_BT709},
        [MATRIX_BT2020] = {AVCOL_SPC_BT2020_NCL, AVCOL_PRI_BT2020, AVCOL_TRC_BT2020_10},
    };
    codec->colorspace = tags[matrix].space;
    codec->color_primaries = tags[matrix].primaries;
    codec->color_trc = tags[matrix].transfer;
    codec->color_range = range == RANGE_FULL ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

/* Options of each encoder. */
static int set_quality(const Encoder *encoder, AVCodecContext *codec, AVDictionary **options)
{
    const char *name = codec->codec->name;
    int status = 0;
    if (strcmp(name, "libx264") == 0) {
        codec->thread_count = 2; /* the other cores are for the detector */
        if ((status = av_dict_set(options, "preset", "veryfast", 0)) < 0 ||
            (status = av_dict_set(options, "tune", "zerolatency", 0)) < 0 ||
            (status = av_dict_set(options, "crf", "23", 0)) < 0 ||
            (status = av_dict_set(options, "forced-idr", "1", 0)) < 0)
            return status;
        /* zerolatency would write into the stream that its frame rate is constant */
        return av_dict_set(options, "x264-params", "force-cfr=0", 0);
    }
    codec->thread_count = 1;
    if (strcmp(name, "libopenh264") == 0)
        codec->bit_rate = (int64_t)(0.12 * codec->width * codec->height * av_q2d(encoder->rate));
    if (strcmp(name, "mpeg4") == 0 || strcmp(name, "mjpeg") == 0) {
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = FF_QP2LAMBDA * (codec->codec_id == AV_CODEC_ID_MJPEG ? 2 : 3);
    }
    return status;
}

static int open_codec(Encoder *encoder, const AVCodec *codec, const Frame *first)
{
    AVDictionary *options = NULL;
    AVCodecContext *context = avcodec_alloc_context3(codec);
    int status = AVERROR(ENOMEM);
    if (!context)
        goto out;

    context->log_level_offset = QUIET;
    context->width = encoder->picture.frame->width;
    context->height = encoder->picture.frame->height;
    context->pix_fmt = encoder->picture.frame->format;
    context->sample_aspect_ratio = (AVRational){first->sar_num, first->sar_den};
    context->time_base = encoder->time_base;
    context->framerate = encoder->rate;
    context->gop_size = LONGEST_GROUP;
    context->max_b_frames = 0;
    context->field_order = AV_FIELD_PROGRESSIVE;
    if (context->pix_fmt == AV_PIX_FMT_RGB24)
        context->color_range = AVCOL_RANGE_JPEG;
    else
        tag_colours(context, encoder->picture.matrix, encoder->picture.range);
    if (encoder->muxer->oformat->flags & AVFMT_GLOBALHEADER)
        context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    status = set_quality(encoder, context, &options);
    if (status >= 0)
        status = avcodec_open2(context, codec, &options);
out:
    av_dict_free(&options);
    if (status < 0)
        avcodec_free_context(&context);
    encoder->codec = context;
    return status;
}

/* Clips take the first encoder that opens. */
static int open_video(Encoder *encoder, const Frame *first, const char *only)
{
    int status = AVERROR_ENCODER_NOT_FOUND;
    for (size_t i = 0; i < sizeof video_encoders / sizeof video_encoders[0]; i++) {
        if (only && strcmp(only, video_encoders[i].name) != 0)
            continue;
        const AVCodec *codec = avcodec_find_encoder_by_name(video_encoders[i].name);
        if (!codec)
            continue;
        status = open_codec(encoder, codec, first);
        if (status < 0)
            continue;
        snprintf(encoder->name, sizeof encoder->name, "%s (%s)", video_encoders[i].title,
                 video_encoders[i].name);
        encoder->fallback = i > 0;
        return 0;
    }
    return status;
}

static int open_by_id(Encoder *encoder, const Frame *first, enum AVCodecID id, const char *name)
{
    const AVCodec *codec = avcodec_find_encoder(id);
    snprintf(encoder->name, sizeof encoder->name, "%s", name);
    return codec ? open_codec(encoder, codec, first) : AVERROR_ENCODER_NOT_FOUND;
}

static int open_encoder(Encoder *encoder, const Frame *first, const char *only)
{
    Picture *picture = &encoder->picture;
    int status;
    switch (encoder->format->kind) {
    case OUTPUT_MATROSKA:
    case OUTPUT_MP4:
        status = picture_init(picture, AV_PIX_FMT_YUV420P, first, first->matrix, first->range, true);
        return status < 0 ? status : open_video(encoder, first, only);
    case OUTPUT_Y4M:
        status = picture_init(picture, AV_PIX_FMT_YUV420P, first, first->matrix, first->range, false);
        return status < 0 ? status : open_by_id(encoder, first, AV_CODEC_ID_WRAPPED_AVFRAME, "uncompressed");
    case OUTPUT_JPEG: /* JFIF knows BT.601 in full range only */
        status = picture_init(picture, AV_PIX_FMT_YUVJ420P, first, MATRIX_BT601, RANGE_FULL, false);
        return status < 0 ? status : open_by_id(encoder, first, AV_CODEC_ID_MJPEG, "JPEG");
    case OUTPUT_PNG:
        status = picture_init(picture, AV_PIX_FMT_RGB24, first, MATRIX_BT601, RANGE_FULL, false);
        return status < 0 ? status : open_by_id(encoder, first, AV_CODEC_ID_PNG, "PNG");
    }
    return AVERROR_BUG;
}

static int open_stream(Encoder *encoder, double frame_rate)
{
    encoder->stream = avformat_new_stream(encoder->muxer, NULL);
    if (!encoder->stream)
        return AVERROR(ENOMEM);
    encoder->stream->time_base = encoder->time_base;
    encoder->stream->sample_aspect_ratio = encoder->codec->sample_aspect_ratio;
    /* y4m's header needs a rate, and its frames follow each other at that rate whatever their timestamps; the
     * others get one only where it is known */
    if (frame_rate > 0 || encoder->format->kind == OUTPUT_Y4M)
        encoder->stream->avg_frame_rate = encoder->rate;
    return avcodec_parameters_from_context(encoder->stream->codecpar, encoder->codec);
}

/* Short clusters and fragments, each of which is written as soon as it is complete: of a program that is
 * killed less than a second is missing. */
static int set_muxer_options(const OutputFormat *format, AVDictionary **options)
{
    if (format->kind == OUTPUT_MATROSKA)
        return av_dict_set(options, "cluster_time_limit", "500", 0);
    if (format->kind != OUTPUT_MP4)
        return 0;
    /* frag_discont: keeps the first timestamp, which need not be 0 */
    int status =
        av_dict_set(options, "movflags", "frag_keyframe+empty_moov+default_base_moof+frag_discont", 0);
    if (status >= 0)
        status = av_dict_set(options, "use_editlist", "0", 0);
    if (status >= 0)
        status = av_dict_set(options, "frag_duration", "500000", 0);
    if (status >= 0)
        status = av_dict_set_int(options, "video_track_timescale", format->ticks, 0);
    return status;
}

/* Has the muxer write its header into memory. */
static int make_header(Encoder *encoder)
{
    AVIOContext *memory;
    AVDictionary *options = NULL;
    int status = avio_open_dyn_buf(&memory);
    if (status < 0)
        return status;
    memory->seekable = output_file_io(encoder->file)->seekable; /* what a header contains depends on it */
    encoder->muxer->pb = memory;
    status = set_muxer_options(encoder->format, &options);
    if (status >= 0)
        status = avformat_write_header(encoder->muxer, &options);
    av_dict_free(&options);
    avio_flush(memory);
    if (status >= 0)
        status = memory->error;
    encoder->header_size = avio_close_dyn_buf(memory, &encoder->header);
    encoder->muxer->pb = output_file_io(encoder->file);
    return status;
}

/* Writes the header, which replaces an old file. */
static int begin_file(Encoder *encoder)
{
    int status = output_file_begin(encoder->file);
    if (status < 0)
        return status;
    encoder->has_begun = true;
    avio_write(encoder->muxer->pb, encoder->header, encoder->header_size);
    avio_flush(encoder->muxer->pb);
    av_freep(&encoder->header);
    return encoder->muxer->pb->error;
}

/* The file is begun once there is a packet to be written: some encoders return the first one with the second
 * frame. */
static int encode_first(Encoder *encoder, const Frame *first)
{
    int status = encode(encoder, first);
    if (status >= 0)
        status = receive_packet(encoder);
    encoder->first_waits = true;
    return status > 0 || (status == 0 && !output_file_has_stake(encoder->file)) ? begin_file(encoder)
                                                                                : status;
}

Encoder *encoder_create(const OutputFormat *format, OutputFile *file, const Frame *first,
                        const EncoderOptions *options, Error *error)
{
    av_log_set_level(AV_LOG_QUIET); /* errors are reported by us, in one line */
    Encoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) {
        error_set(error, "%s: out of memory", output_path_shown(options->path));
        return NULL;
    }
    encoder->format = format;
    encoder->file = file;
    encoder->path = options->path;
    encoder->last_ticks = encoder->key_ticks = INT64_MIN;
    bool known = isfinite(options->frame_rate) && options->frame_rate > 0.001 && options->frame_rate < 10000;
    encoder->rate = known ? av_d2q(options->frame_rate, 1001000) : (AVRational){25, 1};

    encoder->time_base = format->ticks > 0 ? (AVRational){1, format->ticks} : av_inv_q(encoder->rate);

    const char *doing = "memory";
    int status = AVERROR(ENOMEM);
    encoder->packet = av_packet_alloc();
    if (!encoder->packet)
        goto failed;
    doing = format->muxer;
    status = avformat_alloc_output_context2(&encoder->muxer, NULL, format->muxer, NULL);
    if (status < 0)
        goto failed;
    encoder->muxer->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS;
    encoder->muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_MAKE_NON_NEGATIVE;
    doing = "no encoder can be opened";
    status = open_encoder(encoder, first, options->video);
    if (status < 0)
        goto failed;
    doing = "stream";
    status = open_stream(encoder, known ? options->frame_rate : 0);
    if (status < 0)
        goto failed;
    if (output_file_open(file, error) != 0)
        goto out;
    doing = "header";
    status = make_header(encoder);
    if (status < 0)
        goto failed;
    doing = "first frame";
    status = encode_first(encoder, first);
    if (status < 0)
        goto failed;
    return encoder;

failed:
    fail(encoder, doing, status, error);
out:
    encoder_destroy(encoder);
    return NULL;
}

void encoder_destroy(Encoder *encoder)
{
    if (!encoder)
        return;
    picture_free(&encoder->picture);
    avcodec_free_context(&encoder->codec);
    avformat_free_context(encoder->muxer);
    av_packet_free(&encoder->packet);
    av_free(encoder->header);
    free(encoder);
}

const char *encoder_name(const Encoder *encoder, bool *fallback)
{
    *fallback = encoder->fallback;
    return encoder->name;
}

/* ---- writing ---------------------------------------------------------------------------------- */

/* Writes the packet that was received. 0, or a negative AVERROR. */
static int write_packet(Encoder *encoder)
{
    AVPacket *packet = encoder->packet;
    int status = encoder->has_begun ? 0 : begin_file(encoder);
    if (status < 0)
        return status;
    packet->stream_index = 0;
    if (packet->duration <= 0)
        packet->duration = av_rescale_q(1, av_inv_q(encoder->rate), encoder->time_base);
    av_packet_rescale_ts(packet, encoder->time_base, encoder->stream->time_base);
    status = av_write_frame(encoder->muxer, packet);
    av_packet_unref(packet);
    return status < 0 ? status : 0;
}

/* The same for all packets that are ready. */
static int write_packets(Encoder *encoder)
{
    int status;
    while ((status = receive_packet(encoder)) > 0 && (status = write_packet(encoder)) == 0)
        ;
    return status;
}

/* The packet already holds the first frame, unless the encoder has not returned it yet. */
static int write_first(Encoder *encoder)
{
    encoder->first_waits = false;
    return encoder->packet->data ? write_packet(encoder) : 0;
}

int encoder_write(Encoder *encoder, const Frame *frame, Error *error)
{
    int status;
    if (encoder->first_waits) {
        status = write_first(encoder);
    } else if (encoder->format->still) {
        return error_set(error, "%s: holds a single picture; use .mkv, .mp4 or .y4m for more",
                         output_path_shown(encoder->path));
    } else {
        status = encode(encoder, frame);
    }
    if (status >= 0)
        status = write_packets(encoder);
    encoder->has_failed = status < 0;
    return status < 0 ? fail(encoder, "encoding", status, error) : 0;
}

int encoder_finish(Encoder *encoder, Error *error)
{
    int status = 0;
    if (!encoder->has_failed) {
        status = avcodec_send_frame(encoder->codec, NULL);
        if (status >= 0)
            status = write_packets(encoder);
    }
    if (status >= 0 && !encoder->has_begun)
        return 0; /* there was not one packet, and the file is as it was */
    if (status >= 0)
        status = av_write_trailer(encoder->muxer);
    if (status >= 0) {
        avio_flush(encoder->muxer->pb);
        status = encoder->muxer->pb->error;
    }
    return status < 0 ? fail(encoder, "finishing", status, error) : 0;
}
