#include "vision/convert.h"

#include <libyuv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct Converter {
    Frame scratch; /* the picture unpacked, decoded or stretched, on its way to RGB */
};

Converter *converter_create(void)
{
    return calloc(1, sizeof(Converter));
}

void converter_destroy(Converter *converter)
{
    if (!converter)
        return;
    frame_free(&converter->scratch);
    free(converter);
}

static int allocate(Frame *frame, PixelFormat format, const Frame *from, Error *error)
{
    if (from->width < 1 || from->height < 1 || from->width > FRAME_MAX_SIDE || from->height > FRAME_MAX_SIDE)
        return error_set(error, "a picture of %dx%d cannot be converted", from->width, from->height);
    if (frame_alloc(frame, format, from->width, from->height))
        return error_set(error, "out of memory for a picture of %dx%d", from->width, from->height);
    frame_copy_properties(frame, from);
    return 0;
}

/* Constants for swapped chroma: libyuv's "RGB24" is B, G, R in memory, and with U and V exchanged in both the
 * planes and the constants it becomes R, G, B. The constants of limited range have room for blue coefficients
 * up to 2; BT.709 and BT.2020 would need 2.11 and 2.14, so these come here stretched to full range. */
static const struct YuvConstants *swapped_constants(ColourMatrix matrix, ColourRange range)
{
    switch (matrix) {
    case MATRIX_BT709:
        return &kYvuF709Constants;
    case MATRIX_BT2020:
        return &kYvuV2020Constants;
    default:
        return range == RANGE_FULL ? &kYvuJPEGConstants : &kYvuI601Constants;
    }
}

static bool needs_stretching(const Frame *frame)
{
    bool has_chroma =
        frame->format != PIXEL_GREY && frame->format != PIXEL_RGB24 && frame->format != PIXEL_BGR24;
    return has_chroma && frame->range == RANGE_LIMITED && frame->matrix != MATRIX_BT601;
}

/* The samples of limited range, offset + excess, go to full + excess * (1 + gain / 512). 16-bit arithmetic,
 * which compilers do for many pixels at once. */
static inline uint8_t stretch(uint8_t sample, int16_t offset, int16_t gain, int16_t full)
{
    int16_t excess = (int16_t)(sample - offset);
    int16_t more = (int16_t)((int16_t)(excess * gain + 256) >> 9);
    int16_t level = (int16_t)(full + excess + more);
    return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

static inline uint8_t stretch_luma(uint8_t sample)
{
    return stretch(sample, 16, 84, 0); /* 255 / 219 */
}

static inline uint8_t stretch_chroma(uint8_t sample)
{
    return stretch(sample, 128, 71, 128); /* 255 / 224 */
}

/* Planar frames of the same format and size, or the same frame. */
static void stretch_range(const Frame *from, Frame *to)
{
    for (int plane = 0; plane < frame_plane_count(from->format); plane++) {
        int width = frame_plane_width(from->format, plane, from->width);
        for (int y = 0; y < frame_plane_height(from->format, plane, from->height); y++) {
            const uint8_t *in = from->planes[plane] + (ptrdiff_t)y * from->strides[plane];
            uint8_t *out = to->planes[plane] + (ptrdiff_t)y * to->strides[plane];
            if (plane == 0)
                for (int x = 0; x < width; x++)
                    out[x] = stretch_luma(in[x]);
            else
                for (int x = 0; x < width; x++)
                    out[x] = stretch_chroma(in[x]);
        }
    }
    to->range = RANGE_FULL;
}

static void copy_plane(const Frame *from, Frame *to, int plane)
{
    CopyPlane(from->planes[plane], from->strides[plane], to->planes[plane], to->strides[plane],
              frame_plane_width(to->format, plane, to->width),
              frame_plane_height(to->format, plane, to->height));
}

static void grey_to_rgb(const Frame *from, Frame *to)
{
    for (int y = 0; y < from->height; y++) {
        const uint8_t *grey = from->planes[0] + (ptrdiff_t)y * from->strides[0];
        uint8_t *rgb = to->planes[0] + (ptrdiff_t)y * to->strides[0];
        for (int x = 0; x < from->width; x++, rgb += 3)
            rgb[0] = rgb[1] = rgb[2] = from->range == RANGE_FULL ? grey[x] : stretch_luma(grey[x]);
    }
}

/* Decodes a JPEG picture into an I420 frame: BT.601, full range. */
static int decode_mjpeg(const Frame *from, Frame *to, Error *error)
{
    int width = 0, height = 0;
    if (!from->planes[0] || MJPGSize(from->planes[0], from->bytes, &width, &height))
        return error_set(error, "a damaged JPEG picture");
    if (width != from->width || height != from->height)
        return error_set(error, "a JPEG picture of %dx%d, expected %dx%d", width, height, from->width,
                         from->height);
    if (allocate(to, PIXEL_I420, from, error))
        return -1;
    to->matrix = MATRIX_BT601;
    to->range = RANGE_FULL;
    if (MJPGToI420(from->planes[0], from->bytes, to->planes[0], to->strides[0], to->planes[1], to->strides[1],
                   to->planes[2], to->strides[2], width, height, width, height))
        return error_set(error, "a JPEG picture that is damaged or of an unusual chroma format");
    return 0;
}

/* Packed YUV to planes with the same chroma. */
static int unpack(const Frame *from, Frame *to, Error *error)
{
    if (allocate(to, PIXEL_I422, from, error))
        return -1;
    int (*unpack_function)(const uint8_t *, int, uint8_t *, int, uint8_t *, int, uint8_t *, int, int, int) =
        from->format == PIXEL_YUYV ? YUY2ToI422 : UYVYToI422;
    unpack_function(from->planes[0], from->strides[0], to->planes[0], to->strides[0], to->planes[1],
                    to->strides[1], to->planes[2], to->strides[2], from->width, from->height);
    return 0;
}

int converter_to_rgb(Converter *converter, const Frame *from, Frame *to, Error *error)
{
    const Frame *source = from;
    Frame *scratch = &converter->scratch;
    if (from->format == PIXEL_YUYV || from->format == PIXEL_UYVY || from->format == PIXEL_MJPEG) {
        if (from->format == PIXEL_MJPEG ? decode_mjpeg(from, scratch, error) : unpack(from, scratch, error))
            return -1;
        source = scratch;
    }
    if (needs_stretching(source)) {
        if (source != scratch && allocate(scratch, source->format, source, error))
            return -1;
        stretch_range(source, scratch);
        source = scratch;
    }
    if (allocate(to, PIXEL_RGB24, from, error))
        return -1;
    const struct YuvConstants *constants = swapped_constants(source->matrix, source->range);
    const uint8_t *const *planes = (const uint8_t *const *)source->planes;
    const int *strides = source->strides;
    uint8_t *rgb = to->planes[0];
    int stride = to->strides[0], width = from->width, height = from->height;
    int failed = 0;
    switch (source->format) {
    case PIXEL_I420:
        failed = I420ToRGB24Matrix(planes[0], strides[0], planes[2], strides[2], planes[1], strides[1], rgb,
                                   stride, constants, width, height);
        break;
    case PIXEL_I422:
        failed = I422ToRGB24Matrix(planes[0], strides[0], planes[2], strides[2], planes[1], strides[1], rgb,
                                   stride, constants, width, height);
        break;
    case PIXEL_I444:
        failed = I444ToRGB24Matrix(planes[0], strides[0], planes[2], strides[2], planes[1], strides[1], rgb,
                                   stride, constants, width, height);
        break;
    case PIXEL_NV12:
        failed = NV21ToRGB24Matrix(planes[0], strides[0], planes[1], strides[1], rgb, stride, constants,
                                   width, height);
        break;
    case PIXEL_NV21:
        failed = NV12ToRGB24Matrix(planes[0], strides[0], planes[1], strides[1], rgb, stride, constants,
                                   width, height);
        break;
    case PIXEL_GREY:
        grey_to_rgb(source, to);
        break;
    case PIXEL_RGB24:
        copy_plane(source, to, 0);
        break;
    case PIXEL_BGR24: /* swaps the outer two bytes, whichever they are */
        failed = RAWToRGB24(planes[0], strides[0], rgb, stride, width, height);
        break;
    default:
        failed = -1;
    }
    return failed ? error_set(error, "a picture of pixel format %d cannot be converted", (int)from->format)
                  : 0;
}

/* Chroma planes of I422 or I444 to I420: the mean of what a sample covers, at the edges of what is there.
 * libyuv's I422ToI420 and I444ToI420 rescale planes of odd sizes instead and shift colours against the
 * picture. */
static void halve_chroma(const Frame *from, Frame *to)
{
    int width = frame_plane_width(to->format, 1, to->width);
    int height = frame_plane_height(to->format, 1, to->height);
    int pairs = from->format == PIXEL_I444 ? from->width / 2 : 0;
    for (int plane = 1; plane < 3; plane++)
        for (int y = 0; y < height; y++) {
            int lower = 2 * y + 1 < from->height ? 2 * y + 1 : 2 * y;
            const uint8_t *a = from->planes[plane] + (ptrdiff_t)(2 * y) * from->strides[plane];
            const uint8_t *b = from->planes[plane] + (ptrdiff_t)lower * from->strides[plane];
            uint8_t *out = to->planes[plane] + (ptrdiff_t)y * to->strides[plane];
            for (int x = 0; x < pairs; x++)
                out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);
            /* All of I422; the last column of an odd I444. */
            for (int x = pairs; x < width; x++)
                out[x] = (uint8_t)((a[x + pairs] + b[x + pairs] + 1) >> 1);
        }
}

int converter_to_i420(Converter *converter, const Frame *from, Frame *to, Error *error)
{
    (void)converter;
    if (from->format == PIXEL_MJPEG)
        return decode_mjpeg(from, to, error);
    if (allocate(to, PIXEL_I420, from, error))
        return -1;
    const uint8_t *const *planes = (const uint8_t *const *)from->planes;
    const int *strides = from->strides;
    uint8_t *y = to->planes[0], *u = to->planes[1], *v = to->planes[2];
    int y_stride = to->strides[0], u_stride = to->strides[1], v_stride = to->strides[2];
    int width = from->width, height = from->height;
    int failed = 0;
    switch (from->format) {
    case PIXEL_I420:
        for (int plane = 0; plane < 3; plane++)
            copy_plane(from, to, plane);
        break;
    case PIXEL_I422:
    case PIXEL_I444:
        copy_plane(from, to, 0);
        halve_chroma(from, to);
        break;
    case PIXEL_NV12:
        failed = NV12ToI420(planes[0], strides[0], planes[1], strides[1], y, y_stride, u, u_stride, v,
                            v_stride, width, height);
        break;
    case PIXEL_NV21:
        failed = NV21ToI420(planes[0], strides[0], planes[1], strides[1], y, y_stride, u, u_stride, v,
                            v_stride, width, height);
        break;
    case PIXEL_YUYV:
        failed = YUY2ToI420(planes[0], strides[0], y, y_stride, u, u_stride, v, v_stride, width, height);
        break;
    case PIXEL_UYVY:
        failed = UYVYToI420(planes[0], strides[0], y, y_stride, u, u_stride, v, v_stride, width, height);
        break;
    case PIXEL_GREY:
        copy_plane(from, to, 0);
        SetPlane(u, u_stride, (width + 1) / 2, (height + 1) / 2, 128);
        SetPlane(v, v_stride, (width + 1) / 2, (height + 1) / 2, 128);
        break;
    case PIXEL_RGB24:
    case PIXEL_BGR24: {
        int (*to_yuv)(const uint8_t *, int, uint8_t *, int, uint8_t *, int, uint8_t *, int, int, int) =
            from->format == PIXEL_RGB24 ? RAWToI420 : RGB24ToI420;
        failed = to_yuv(planes[0], strides[0], y, y_stride, u, u_stride, v, v_stride, width, height);
        to->matrix = MATRIX_BT601;
        to->range = RANGE_LIMITED;
        break;
    }
    default:
        failed = -1;
    }
    return failed ? error_set(error, "a picture of pixel format %d cannot be converted", (int)from->format)
                  : 0;
}
