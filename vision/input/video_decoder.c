#include "vision/input/video_decoder.h"

#include <errno.h>
#include <inttypes.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include <string.h>

#include "vision/frame.h"
#include "vision/input/container_end.h"

enum {
    DECODER_THREADS = 2, /* few, because each holds pictures of its own, and the cores are for the detector */
    MAX_DEMUX_ERRORS = 16, /* one after the other, until the rest of the input is given up */
};

/* For playlists, references and the like: only the given file is opened. */
static int refuse_to_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                          AVDictionary **options)
{
    (void)io, (void)url, (void)flags, (void)options;
    *(bool *)format->opaque = true;
    return AVERROR(EPERM);
}

static bool is_interrupted(const VideoDecoder *decoder)
{
    return interrupt_is_raised(decoder->stream->interrupt);
}

/* For demuxers that search for long without reading. */
static int interrupt_callback(void *interrupt)
{
    return interrupt_is_raised(interrupt);
}

static int fail_stopped(const VideoDecoder *decoder, Error *error)
{
    return error_set(error, "%s: stopped while waiting for it", decoder->name);
}

/* Returns -1 with error where an error was one of reading, not of what was read, else 0. */
static int reading_failed(const VideoDecoder *decoder, Error *error)
{
    if (is_interrupted(decoder))
        return fail_stopped(decoder, error);
    if (decoder->stream->read_error)
        return error_set(error, "%s: %s", decoder->name, strerror(decoder->stream->read_error));
    return 0;
}

static bool is_cut(const VideoDecoder *decoder, const char *format_names)
{
    return decoder->stream->size >= 0 &&
           container_is_cut(decoder->stream->fd, decoder->stream->size, format_names);
}

static int fail_to_open(const VideoDecoder *decoder, const AVInputFormat *input, int result, Error *error)
{
    if (reading_failed(decoder, error))
        return -1;
    if (decoder->refers_elsewhere || av_match_name(input->name, "concat,hls,dash,rtsp,sdp,imf,vobsub"))
        return error_set(error,
                         "%s: refers to other files or addresses (%s), which are never opened; give the "
                         "clip itself",
                         decoder->name, input->name);
    if (is_cut(decoder, input->name))
        return error_set(error, "%s: is cut off before anything that can be read (%s)", decoder->name,
                         input->name);
    if (result != AVERROR(ENOMEM) && !strcmp(input->name, "yuv4mpegpipe"))
        return error_set(error, "%s: is not y4m, as ffmpeg -i CLIP -f yuv4mpegpipe - makes it",
                         decoder->name);
    return error_set(error, "%s: cannot be read as %s: %s", decoder->name, input->name, av_err2str(result));
}

/* Finds out what the input is and reads its header. */
static int open_input(VideoDecoder *decoder, const char *input_format, Error *error)
{
    ByteStream *stream = decoder->stream;
    const AVInputFormat *input = input_format ? av_find_input_format(input_format) : NULL;
    /* Without the file name: some formats are recognised by it alone, and image2 would take it as a pattern.
     */
    if (!input && av_probe_input_buffer2(stream->io, &input, NULL, NULL, 0, 0) < 0) {
        if (reading_failed(decoder, error))
            return -1;
        return error_set(error, "%s: is not a video or picture that FFmpeg knows", decoder->name);
    }
    /* Two or three JPEG pictures in a row are either a short clip or a picture with previews behind it. */
    if (av_match_name(input->name, "jpeg_pipe") && av_match_ext(decoder->name, "mjpeg,mjpg"))
        input = av_find_input_format("mjpeg");
    decoder->format = avformat_alloc_context();
    if (!decoder->format)
        return error_set(error, "%s: out of memory", decoder->name);
    decoder->format->pb = stream->io;
    decoder->format->opaque = &decoder->refers_elsewhere;
    decoder->format->io_open = refuse_to_open;
    decoder->format->interrupt_callback = (AVIOInterruptCB){interrupt_callback, (void *)stream->interrupt};
    /* For demuxers that open files without io_open. */
    int result = av_opt_set(decoder->format, "protocol_whitelist", "none", 0);
    if (result >= 0)
        result =
            avformat_open_input(&decoder->format, NULL, input, NULL); /* frees the context when it fails */
    if (result >= 0)
        result = avformat_find_stream_info(decoder->format, NULL);
    if (result >= 0 && is_interrupted(decoder))
        result = AVERROR_EXIT;
    return result < 0 ? fail_to_open(decoder, input, result, error) : 0;
}

static int open_codec(VideoDecoder *decoder, Error *error)
{
    AVFormatContext *format = decoder->format;
    const AVCodec *codec = NULL;
    int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (index == AVERROR_DECODER_NOT_FOUND)
        return error_set(error, "%s: FFmpeg has no decoder for its video", decoder->name);
    if (index < 0 || format->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC) {
        if (is_cut(decoder, format->iformat->name))
            return fail_to_open(decoder, format->iformat, AVERROR_INVALIDDATA, error);
        return error_set(error, "%s: there is no video in it (%s)", decoder->name, format->iformat->name);
    }
    decoder->video = format->streams[index];
    for (unsigned i = 0; i < format->nb_streams; i++)
        format->streams[i]->discard = (int)i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;

    decoder->still = av_stristr(format->iformat->name, "_pipe") != NULL;
    decoder->codec = avcodec_alloc_context3(codec);
    decoder->packet = av_packet_alloc();
    decoder->frame = av_frame_alloc();
    if (!decoder->codec || !decoder->packet || !decoder->frame)
        return error_set(error, "%s: out of memory", decoder->name);
    decoder->codec->pkt_timebase = decoder->video->time_base;
    decoder->codec->thread_count = decoder->still ? 1 : DECODER_THREADS;
    decoder->codec->max_pixels = (int64_t)FRAME_MAX_SIDE * FRAME_MAX_SIDE;
    int result = avcodec_parameters_to_context(decoder->codec, decoder->video->codecpar);
    if (result >= 0)
        result = avcodec_open2(decoder->codec, codec, NULL);
    if (result < 0)
        return error_set(error, "%s: its video cannot be decoded (%s): %s", decoder->name, codec->name,
                         av_err2str(result));
    return 0;
}

/* Reads the video's next packet into decoder->packet. False at the end. */
static bool read_packet(VideoDecoder *decoder)
{
    for (;;) {
        int result = av_read_frame(decoder->format, decoder->packet);
        if (result >= 0) {
            decoder->demux_errors = 0;
            if (decoder->packet->stream_index == decoder->video->index) {
                decoder->next_byte =
                    decoder->packet->pos < 0 ? -1 : decoder->packet->pos + decoder->packet->size;
                decoder->broken += (decoder->packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
                return true;
            }
            av_packet_unref(decoder->packet);
            continue;
        }
        if (result == AVERROR_EOF || decoder->stream->read_error || is_interrupted(decoder))
            return false;
        /* Some demuxers can go on behind a broken place. */
        bool passing = result == AVERROR(EAGAIN) || result == AVERROR_INVALIDDATA;
        if (!passing || ++decoder->demux_errors >= MAX_DEMUX_ERRORS) {
            decoder->broken_off = true;
            return false;
        }
        decoder->broken += result == AVERROR_INVALIDDATA;
    }
}

static void send_packet(VideoDecoder *decoder)
{
    bool waiting = decoder->packet_waits;
    decoder->packet_waits = false;
    if (!waiting && !read_packet(decoder)) {
        decoder->draining = true;
        avcodec_send_packet(decoder->codec, NULL);
        return;
    }
    int result = avcodec_send_packet(decoder->codec, decoder->packet);
    av_packet_unref(decoder->packet);
    /* A recorded broadcast may start anywhere: what comes before its first complete picture is no damage. */
    bool before_start = decoder->decoded == 0 && decoder->format->iformat->flags & AVFMT_TS_DISCONT;
    if (result < 0 && !before_start)
        decoder->broken++;
}

/* Finds out whether a picture file is a single picture, by reading ahead one packet. A JPEG may have
 * previews, depth maps or a clip behind the picture, which are ignored; the other formats may be streams of
 * pictures. */
static void look_for_second_picture(VideoDecoder *decoder)
{
    if (!read_packet(decoder)) {
        decoder->draining = true;
        return;
    }
    avcodec_send_packet(decoder->codec, decoder->packet);
    av_packet_unref(decoder->packet);
    if (av_match_name(decoder->format->iformat->name, "jpeg_pipe") || !read_packet(decoder)) {
        decoder->draining = true;
        av_packet_unref(decoder->packet);
    } else {
        decoder->packet_waits = true;
        decoder->still = false;
    }
    if (decoder->draining)
        avcodec_send_packet(decoder->codec, NULL);
}

int video_decoder_open(VideoDecoder *decoder, ByteStream *stream, const char *name, const char *input_format,
                       Error *error)
{
    av_log_set_level(AV_LOG_QUIET); /* errors are reported by us, in one line */
    memset(decoder, 0, sizeof *decoder);
    decoder->stream = stream;
    decoder->name = name;
    decoder->next_byte = -1;
    if (open_input(decoder, input_format, error) || open_codec(decoder, error)) {
        video_decoder_close(decoder);
        return -1;
    }
    if (decoder->still)
        look_for_second_picture(decoder);
    return 0;
}

bool video_decoder_next(VideoDecoder *decoder)
{
    while (!is_interrupted(decoder)) {
        int result = avcodec_receive_frame(decoder->codec, decoder->frame);
        if (result >= 0) {
            decoder->decoded++;
            decoder->broken +=
                decoder->frame->flags & AV_FRAME_FLAG_CORRUPT || decoder->frame->decode_error_flags;
            return true;
        }
        if (result == AVERROR_EOF)
            return false;
        if (result != AVERROR(EAGAIN))
            decoder->broken++;
        else if (decoder->draining)
            return false;
        else
            send_packet(decoder);
    }
    return false;
}

int video_decoder_damage(const VideoDecoder *decoder, Error *error)
{
    const char *frames = decoder->decoded == 1 ? "frame" : "frames";
    const char *format_name = decoder->format->iformat->name;
    if (is_interrupted(decoder))
        return 0;
    if (decoder->stream->read_error)
        return error_set(error, "%s: reading failed after %" PRId64 " %s: %s", decoder->name,
                         decoder->decoded, frames, strerror(decoder->stream->read_error));
    bool bytes_are_left = !strcmp(format_name, "yuv4mpegpipe") && decoder->next_byte >= 0 &&
                          avio_tell(decoder->stream->io) > decoder->next_byte;
    if (is_cut(decoder, format_name) || (bytes_are_left && !decoder->broken_off))
        return error_set(error, "%s: ends early, after %" PRId64 " %s: the file is cut off", decoder->name,
                         decoder->decoded, frames);
    if (decoder->broken_off)
        return error_set(error, "%s: is broken after %" PRId64 " %s, the rest cannot be read", decoder->name,
                         decoder->decoded, frames);
    if (decoder->broken > 0)
        return error_set(error, "%s: is damaged: %" PRId64 " of its pictures did not decode without errors",
                         decoder->name, decoder->broken);
    return 0;
}

void video_decoder_close(VideoDecoder *decoder)
{
    avcodec_free_context(&decoder->codec);
    av_packet_free(&decoder->packet);
    av_frame_free(&decoder->frame);
    avformat_close_input(&decoder->format);
    memset(decoder, 0, sizeof *decoder);
}
