#include "vision/input/pixels.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

/* Our name of a format that needs no conversion, else PIXEL_NONE. Transparency is ignored, as by FFmpeg. */
static PixelFormat same_format(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVA420P:
        return PIXEL_I420;
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVA422P:
        return PIXEL_I422;
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVA444P:
        return PIXEL_I444;
    case AV_PIX_FMT_NV12:
        return PIXEL_NV12;
    case AV_PIX_FMT_NV21:
        return PIXEL_NV21;
    case AV_PIX_FMT_YUYV422:
        return PIXEL_YUYV;
    case AV_PIX_FMT_UYVY422:
        return PIXEL_UYVY;
    case AV_PIX_FMT_GRAY8:
        return PIXEL_GREY;
    case AV_PIX_FMT_RGB24:
        return PIXEL_RGB24;
    case AV_PIX_FMT_BGR24:
        return PIXEL_BGR24;
    default:
        return PIXEL_NONE;
    }
}

/* The format of ours that a conversion with the scaler loses least in. */
static PixelFormat nearest_format(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);
    PixelFormat same = same_format(format);
    if (same != PIXEL_NONE && same != PIXEL_NV12 && same != PIXEL_NV21 && same != PIXEL_YUYV &&
        same != PIXEL_UYVY && same != PIXEL_BGR24)
        return same;
    if (description->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BAYER) ||
        format == AV_PIX_FMT_XYZ12LE || format == AV_PIX_FMT_XYZ12BE)
        return PIXEL_RGB24;
    if (description->nb_components < 3)
        return PIXEL_GREY;
    if (description->log2_chroma_w == 0 && description->log2_chroma_h == 0)
        return PIXEL_I444;
    return description->log2_chroma_w == 1 && description->log2_chroma_h == 0 ? PIXEL_I422 : PIXEL_I420;
}

static enum AVPixelFormat av_format(PixelFormat format)
{
    switch (format) {
    case PIXEL_I422:
        return AV_PIX_FMT_YUV422P;
    case PIXEL_I444:
        return AV_PIX_FMT_YUV444P;
    case PIXEL_GREY:
        return AV_PIX_FMT_GRAY8;
    case PIXEL_RGB24:
        return AV_PIX_FMT_RGB24;
    default:
        return AV_PIX_FMT_YUV420P;
    }
}

static bool is_full_range(const AVFrame *picture)
{
    if (picture->color_range != AVCOL_RANGE_UNSPECIFIED)
        return picture->color_range == AVCOL_RANGE_JPEG;
    switch (picture->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
        return true;
    default: /* grey without a range comes from pictures; FFmpeg takes it for full range, too */
        return nearest_format(picture->format) == PIXEL_GREY;
    }
}

/* Where a stream does not say, its size decides, as in players: high definition is BT.709. */
static ColourMatrix matrix_of(const AVFrame *picture)
{
    switch (picture->colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_SMPTE240M: /* within 0.01 of it */
        return MATRIX_BT709;
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return MATRIX_BT601;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return MATRIX_BT2020;
    default:
        return picture->height >= 720 ? MATRIX_BT709 : MATRIX_BT601;
    }
}

static int prepare_scaler(Pixels *pixels, const AVFrame *picture, PixelFormat target, bool full_range)
{
    if (pixels->scaler && pixels->scaler_width == picture->width &&
        pixels->scaler_height == picture->height && pixels->scaler_format == picture->format &&
        pixels->scaler_full_range == full_range)
        return 0;
    sws_freeContext(pixels->scaler);
    pixels->scaler = sws_alloc_context();
    if (!pixels->scaler)
        return -1;
    const struct {
        const char *name;
        int64_t value;
    } options[] = {
        {"srcw", picture->width},
        {"srch", picture->height},
        {"src_format", picture->format},
        {"dstw", picture->width},
        {"dsth", picture->height},
        {"dst_format", av_format(target)},
        {"src_range", full_range},
        {"dst_range", full_range},
        {"sws_flags", SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (av_opt_set_int(pixels->scaler, options[i].name, options[i].value, 0) < 0)
            return -1;
    if (sws_init_context(pixels->scaler, NULL, NULL) < 0)
        return -1;
    pixels->scaler_width = picture->width;
    pixels->scaler_height = picture->height;
    pixels->scaler_format = picture->format;
    pixels->scaler_full_range = full_range;
    return 0;
}

static int convert_with_scaler(Pixels *pixels, const AVFrame *picture, bool full_range, Error *error)
{
    const char *name = av_get_pix_fmt_name(picture->format);
    PixelFormat target = nearest_format(picture->format);
    if (!sws_isSupportedInput(picture->format) || prepare_scaler(pixels, picture, target, full_range)) {
        sws_freeContext(pixels->scaler);
        pixels->scaler = NULL;
        return error_set(error, "pictures of the format %s cannot be converted", name);
    }
    Frame *to = &pixels->converted;
    if (frame_alloc(to, target, picture->width, picture->height))
        return error_set(error, "out of memory for a picture of %dx%d", picture->width, picture->height);
    uint8_t *planes[4] = {to->planes[0], to->planes[1], to->planes[2]};
    int strides[4] = {to->strides[0], to->strides[1], to->strides[2]};
    if (sws_scale(pixels->scaler, (const uint8_t *const *)picture->data, picture->linesize, 0,
                  picture->height, planes, strides) != picture->height)
        return error_set(error, "pictures of the format %s cannot be converted", name);
    return 0;
}

/* The picture's own memory as a frame; -1 where our formats or positive strides do not allow it. */
static int view_directly(const AVFrame *picture, Frame *frame)
{
    frame->format = same_format(picture->format);
    if (frame->format == PIXEL_NONE)
        return -1;
    for (int i = 0; i < frame_plane_count(frame->format); i++) {
        if (!picture->data[i] || picture->linesize[i] < frame_plane_width(frame->format, i, picture->width))
            return -1;
        frame->planes[i] = picture->data[i];
        frame->strides[i] = picture->linesize[i];
    }
    return 0;
}

static int turn_upright(Pixels *pixels, Orientation orientation, Frame *frame, Error *error)
{
    const Frame *from = frame;
    switch (frame->format) {
    case PIXEL_I420:
    case PIXEL_I444:
    case PIXEL_GREY:
    case PIXEL_RGB24:
    case PIXEL_BGR24:
        break;
    default: /* the others have chroma that a quarter turn would change: half as wide as luma, but not half as
                high, or packed */
        if (!pixels->converter)
            pixels->converter = converter_create();
        if (!pixels->converter)
            return error_set(error, "out of memory");
        if (converter_to_i420(pixels->converter, frame, &pixels->planar, error))
            return -1;
        from = &pixels->planar;
    }
    if (orientation_apply(orientation, from, &pixels->upright))
        return error_set(error, "out of memory for a picture of %dx%d", frame->width, frame->height);
    *frame = pixels->upright;
    return 0;
}

int pixels_view(Pixels *pixels, const AVFrame *picture, Orientation orientation, AVRational aspect,
                Frame *frame, Error *error)
{
    memset(frame, 0, sizeof *frame);
    if (picture->width < 1 || picture->height < 1 || picture->width > FRAME_MAX_SIDE ||
        picture->height > FRAME_MAX_SIDE)
        return error_set(error, "a picture of %dx%d; sides of 1 to %d are supported", picture->width,
                         picture->height, FRAME_MAX_SIDE);
    if (!av_pix_fmt_desc_get(picture->format))
        return error_set(error, "pictures of an unknown format");
    bool full_range = is_full_range(picture);
    if (view_directly(picture, frame)) {
        if (convert_with_scaler(pixels, picture, full_range, error))
            return -1;
        *frame = pixels->converted;
    }
    frame->width = picture->width;
    frame->height = picture->height;
    frame->matrix = matrix_of(picture);
    frame->range = full_range ? RANGE_FULL : RANGE_LIMITED;
    bool known = aspect.num > 0 && aspect.den > 0;
    frame->sar_num = known ? aspect.num : 1;
    frame->sar_den = known ? aspect.den : 1;
    if (orientation != ORIENTATION_UPRIGHT && turn_upright(pixels, orientation, frame, error))
        return -1;
    frame->memory = NULL;
    frame->memory_size = 0;
    return 0;
}

void pixels_finish(Pixels *pixels)
{
    sws_freeContext(pixels->scaler);
    frame_free(&pixels->converted);
    converter_destroy(pixels->converter);
    frame_free(&pixels->planar);
    frame_free(&pixels->upright);
    memset(pixels, 0, sizeof *pixels);
}
