#include "vision/input/clip_reader.h"

#include "vision/input/drivers.h"
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)
/* Times beyond this (73 years) are taken for errors. */
#define MAX_TIME_NS (INT64_C(1) << 61)

static int64_t nominal_step(const ClipReader *reader)
{
    return reader->base.frame_rate > 0 ? (int64_t)(1e9 / reader->base.frame_rate) : SECOND_NS / 25;
}

/* The picture's time: the input's own, but always later than that of the picture before. A missing time
 * follows from the frame rate; where the clock jumps back (joined recordings), all later times are shifted.
 */
static int64_t time_of_picture(ClipReader *reader)
{
    int64_t last = reader->last_time_ns;
    int64_t stamp = reader->decoder.frame->best_effort_timestamp;
    int64_t time = INT64_MIN;
    bool first = reader->sequence == 0;
    if (stamp != AV_NOPTS_VALUE)
        time = av_rescale_q(stamp, reader->decoder.video->time_base, (AVRational){1, SECOND_NS});
    if (time > -MAX_TIME_NS && time < MAX_TIME_NS)
        time += reader->time_offset_ns;
    if (time <= -MAX_TIME_NS || time >= MAX_TIME_NS)
        return first ? 0 : last + nominal_step(reader);
    if (first || time > last)
        return time;
    if (last - time < SECOND_NS)
        return last + FRAME_MIN_STEP_NS;
    reader->time_offset_ns += last + nominal_step(reader) - time;
    return last + nominal_step(reader);
}

/* The stream's display matrix, NULL without one. It was moved in FFmpeg 6.1, and FFmpeg 8
 * no longer has the function of before. */
static const uint8_t *display_matrix(const AVStream *stream, size_t *size)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVCodecParameters *codec = stream->codecpar;
    const AVPacketSideData *side =
        av_packet_side_data_get(codec->coded_side_data, codec->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    *size = side ? side->size : 0;
    return side ? side->data : NULL;
#else
    return av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, size);
#endif
}

static Orientation orientation_of_stream(const AVStream *stream)
{
    size_t size = 0;
    const uint8_t *side = display_matrix(stream, &size);
    int32_t matrix[9];
    if (!side || size < sizeof matrix)
        return ORIENTATION_UPRIGHT;
    memcpy(matrix, side, sizeof matrix);
    return orientation_of_matrix(matrix);
}

/* Frame rate and count by the container, for progress and as a hint for recordings. */
static void read_properties(ClipReader *reader)
{
    AVFormatContext *format = reader->decoder.format;
    AVStream *video = reader->decoder.video;
    Input *base = &reader->base;
    base->still = reader->decoder.still;
    base->frame_rate = 0;
    base->frame_count = base->still;
    if (base->still)
        return;
    AVRational average = video->avg_frame_rate.num > 0 ? video->avg_frame_rate : video->r_frame_rate;
    double rate = average.den > 0 ? av_q2d(average) : 0;
    if (rate > 1e-4 && rate < 1e6) /* from a frame in three hours on; other rates are errors */
        base->frame_rate = rate;
    double seconds = 0;
    if (video->duration > 0)
        seconds = (double)video->duration * av_q2d(video->time_base);
    else if (format->duration > 0)
        seconds = (double)format->duration / AV_TIME_BASE;
    double estimate = seconds * base->frame_rate + 0.5;
    if (estimate >= 1 && estimate < 1e15)
        base->frame_count = (int64_t)estimate;
    /* An edit list may hide some of the stored frames: then the estimate by duration, which is lower, is
     * right. */
    if (video->nb_frames > 0 && (base->frame_count == 0 || video->nb_frames < base->frame_count))
        base->frame_count = video->nb_frames;
}

/* The size at which the first picture, which the decoder holds, is to be shown. */
static void measure(ClipReader *reader)
{
    VideoDecoder *decoder = &reader->decoder;
    const AVFrame *first = decoder->frame;
    AVRational aspect = av_guess_sample_aspect_ratio(decoder->format, decoder->video, decoder->frame);
    double stretch = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;
    double width = fmin(first->width * stretch, FRAME_MAX_SIDE);
    bool swapped = orientation_swaps_sides(orientation_of_frame(first, reader->orientation));
    reader->base.width = swapped ? first->height : (int)width;
    reader->base.height = swapped ? (int)width : first->height;
}

/* Opens the decoder on the stream, which is at its start, and decodes the first picture. */
static int start(ClipReader *reader, const char *name, const char *input_format, Error *error)
{
    reader->sequence = 0;
    reader->last_time_ns = 0;
    reader->time_offset_ns = 0;
    reader->end = INPUT_FRAME;
    if (video_decoder_open(&reader->decoder, &reader->stream, name, input_format, error))
        return -1;
    read_properties(reader);
    reader->orientation = orientation_of_stream(reader->decoder.video);
    reader->first_waits = video_decoder_next(&reader->decoder);
    if (reader->first_waits) {
        measure(reader);
        return 0;
    }
    if (interrupt_is_raised(reader->stream.interrupt))
        error_set(error, "%s: stopped while waiting for it", name);
    else if (!video_decoder_damage(&reader->decoder, error))
        error_set(error, "%s: not one picture of it can be decoded (%s)", name,
                  reader->decoder.format->iformat->name);
    return -1;
}

int clip_reader_open(ClipReader *reader, int directory_fd, const char *name, const Interrupt *interrupt,
                     Error *error)
{
    if (!byte_stream_open(&reader->stream, directory_fd, name, interrupt, error) &&
        !start(reader, name, NULL, error))
        return 0;
    clip_reader_close(reader);
    return -1;
}

static InputStatus finish_with(ClipReader *reader, InputStatus end, Error *error)
{
    reader->end = end;
    if (end == INPUT_DAMAGED)
        *error = reader->end_error;
    return end;
}

InputStatus clip_reader_next(ClipReader *reader, Frame *frame, Error *error)
{
    VideoDecoder *decoder = &reader->decoder;
    if (reader->end != INPUT_FRAME)
        return finish_with(reader, reader->end, error);
    if (interrupt_is_raised(reader->stream.interrupt))
        return finish_with(reader, INPUT_END, error);
    if (!reader->first_waits && !video_decoder_next(decoder))
        return finish_with(
            reader, video_decoder_damage(decoder, &reader->end_error) ? INPUT_DAMAGED : INPUT_END, error);
    reader->first_waits = false;
    Error problem;
    if (pixels_view(
            &reader->pixels, decoder->frame, orientation_of_frame(decoder->frame, reader->orientation),
            av_guess_sample_aspect_ratio(decoder->format, decoder->video, decoder->frame), frame, &problem)) {
        error_set(&reader->end_error, "%s: frame %lld: %s", decoder->name, (long long)reader->sequence,
                  problem.message);
        return finish_with(reader, INPUT_DAMAGED, error);
    }
    frame->time_ns = reader->last_time_ns = time_of_picture(reader);
    frame->sequence = reader->sequence++;
    return INPUT_FRAME;
}

void clip_reader_close(ClipReader *reader)
{
    video_decoder_close(&reader->decoder);
    byte_stream_close(&reader->stream);
    reader->first_waits = false;
}

void clip_reader_finish(ClipReader *reader)
{
    clip_reader_close(reader);
    pixels_finish(&reader->pixels);
    free(reader->path);
    reader->path = NULL;
}

/* ---- as an input ------------------------------------------------------------------------------- */

static InputStatus clip_read(Input *input, Frame *frame, Error *error)
{
    return clip_reader_next((ClipReader *)input, frame, error);
}

static void clip_interrupt(Input *input)
{
    interrupt_raise(&((ClipReader *)input)->interrupt);
}

/* Opening again is the one way back to the start that works with every format. */
static int clip_rewind(Input *input, Error *error)
{
    ClipReader *reader = (ClipReader *)input;
    video_decoder_close(&reader->decoder);
    reader->first_waits = false;
    int failed = byte_stream_rewind(&reader->stream)
                     ? error_set(error, "%s: cannot be read again from the start", reader->path)
                     : start(reader, reader->path, NULL, error);
    if (failed) {
        reader->end = INPUT_DAMAGED;
        reader->end_error = *error;
    }
    return failed;
}

static const char *clip_describe(const Input *input)
{
    return ((const ClipReader *)input)->path;
}

static void clip_destroy(Input *input)
{
    ClipReader *reader = (ClipReader *)input;
    clip_reader_finish(reader);
    interrupt_finish(&reader->interrupt);
    free(reader);
}

/* A reader without a stream. NULL with error. */
static ClipReader *create(const InputDriver *driver, const char *name, const InputOptions *options,
                          Error *error)
{
    ClipReader *reader = calloc(1, sizeof *reader);
    char *own_name = strdup(name);
    if (!reader || !own_name)
        error_set(error, "%s: out of memory", name);
    else if (!interrupt_init(&reader->interrupt, options->stop, error)) {
        reader->path = own_name;
        reader->base.functions = driver;
        return reader;
    }
    free(reader);
    free(own_name);
    return NULL;
}

Input *clip_open(const char *path, const InputOptions *options, Error *error)
{
    ClipReader *reader = create(&clip_driver, path, options, error);
    if (!reader)
        return NULL;
    if (clip_reader_open(reader, AT_FDCWD, reader->path, &reader->interrupt, error)) {
        clip_destroy(&reader->base);
        return NULL;
    }
    reader->base.seekable = reader->stream.size >= 0;
    return &reader->base;
}

static bool clip_takes(const char *path, const struct stat *status)
{
    return path && status;
}

/* A file or named pipe. */
const InputDriver clip_driver = {
    .takes = clip_takes,
    .open = clip_open,
    .read = clip_read,
    .interrupt = clip_interrupt,
    .rewind = clip_rewind,
    .describe = clip_describe,
    .destroy = clip_destroy,
};

static bool stdin_takes(const char *path, const struct stat *status)
{
    (void)status;
    return path && !strcmp(path, "-");
}

static Input *stdin_open(const char *path, const InputOptions *options, Error *error)
{
    (void)path;
    ClipReader *reader = create(&stdin_driver, "standard input", options, error);
    if (!reader)
        return NULL;
    if (byte_stream_open_stdin(&reader->stream, &reader->interrupt, error) ||
        start(reader, reader->path, "yuv4mpegpipe", error)) {
        clip_destroy(&reader->base);
        return NULL;
    }
    return &reader->base;
}

static int stdin_visit_files(const char *path, FileVisitor *visit, void *context)
{
    (void)path;
    struct stat status;
    return fstat(STDIN_FILENO, &status) ? 0 : visit(context, "standard input", &status);
}

/* y4m on standard input. */
const InputDriver stdin_driver = {
    .takes = stdin_takes,
    .open = stdin_open,
    .visit_files = stdin_visit_files,
    .read = clip_read,
    .interrupt = clip_interrupt,
    .describe = clip_describe,
    .destroy = clip_destroy,
};
