#include "vision/input/orientation.h"

#include <libyuv.h>
#include <stdlib.h>
#include <string.h>

Orientation orientation_of_matrix(const int32_t matrix[9])
{
    /* (x, y) goes to (a x + c y, b x + d y). */
    int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (llabs(a) + llabs(d) >= llabs(b) + llabs(c)) {
        if (a >= 0)
            return d >= 0 ? ORIENTATION_UPRIGHT : ORIENTATION_FLIP;
        return d >= 0 ? ORIENTATION_MIRROR : ORIENTATION_TURN_180;
    }
    if (c >= 0)
        return b >= 0 ? ORIENTATION_TRANSPOSE : ORIENTATION_TURN_270;
    return b >= 0 ? ORIENTATION_TURN_90 : ORIENTATION_TRANSVERSE;
}

Orientation orientation_of_frame(const AVFrame *picture, Orientation fallback)
{
    const AVFrameSideData *side = av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX);
    if (side && side->size >= 9 * sizeof(int32_t)) {
        int32_t matrix[9];
        memcpy(matrix, side->data, sizeof matrix);
        return orientation_of_matrix(matrix);
    }
    const AVDictionaryEntry *exif = av_dict_get(picture->metadata, "Orientation", NULL, 0);
    long value = exif ? strtol(exif->value, NULL, 10) : 0;
    return value >= ORIENTATION_UPRIGHT && value <= ORIENTATION_TURN_270 ? (Orientation)value : fallback;
}

bool orientation_swaps_sides(Orientation orientation)
{
    return orientation >= ORIENTATION_TRANSPOSE;
}

/* libyuv takes a negative height as a request to flip the picture top to bottom before turning it. */
static void turn_bytes(Orientation orientation, const uint8_t *from, int from_stride, uint8_t *to,
                       int to_stride, int width, int height)
{
    static const struct {
        enum RotationMode turn;
        int flip;
    } steps[] = {
        [ORIENTATION_UPRIGHT] = {kRotate0, 0},      [ORIENTATION_MIRROR] = {kRotate180, 1},
        [ORIENTATION_TURN_180] = {kRotate180, 0},   [ORIENTATION_FLIP] = {kRotate0, 1},
        [ORIENTATION_TRANSPOSE] = {kRotate90, 1},   [ORIENTATION_TURN_90] = {kRotate90, 0},
        [ORIENTATION_TRANSVERSE] = {kRotate270, 1}, [ORIENTATION_TURN_270] = {kRotate270, 0},
    };
    RotatePlane(from, from_stride, to, to_stride, width, steps[orientation].flip ? -height : height,
                steps[orientation].turn);
}

/* Pixels of three bytes, which libyuv cannot turn. */
static void turn_pixels(Orientation orientation, const Frame *from, Frame *to)
{
    bool swap = orientation_swaps_sides(orientation);
    bool from_right = orientation == ORIENTATION_MIRROR || orientation == ORIENTATION_TURN_180 ||
                      orientation == ORIENTATION_TRANSVERSE || orientation == ORIENTATION_TURN_270;
    bool from_bottom = orientation == ORIENTATION_FLIP || orientation == ORIENTATION_TURN_180 ||
                       orientation == ORIENTATION_TRANSVERSE || orientation == ORIENTATION_TURN_90;
    ptrdiff_t pixel_step = from_right ? -3 : 3;
    ptrdiff_t row_step = from_bottom ? -(ptrdiff_t)from->strides[0] : from->strides[0];
    const uint8_t *corner = from->planes[0] + (from_right ? (ptrdiff_t)(from->width - 1) * 3 : 0) +
                            (from_bottom ? (ptrdiff_t)(from->height - 1) * from->strides[0] : 0);
    ptrdiff_t x_step = swap ? row_step : pixel_step;
    ptrdiff_t y_step = swap ? pixel_step : row_step;
    for (int y = 0; y < to->height; y++) {
        const uint8_t *source = corner + y * y_step;
        uint8_t *target = to->planes[0] + (ptrdiff_t)y * to->strides[0];
        for (int x = 0; x < to->width; x++, target += 3)
            memcpy(target, source + x * x_step, 3);
    }
}

int orientation_apply(Orientation orientation, const Frame *from, Frame *to)
{
    bool swap = orientation_swaps_sides(orientation);
    if (frame_alloc(to, from->format, swap ? from->height : from->width, swap ? from->width : from->height))
        return -1;
    if (from->format == PIXEL_RGB24 || from->format == PIXEL_BGR24)
        turn_pixels(orientation, from, to);
    else
        for (int i = 0; i < frame_plane_count(from->format); i++)
            turn_bytes(orientation, from->planes[i], from->strides[i], to->planes[i], to->strides[i],
                       frame_plane_width(from->format, i, from->width),
                       frame_plane_height(from->format, i, from->height));
    frame_copy_properties(to, from);
    if (swap) {
        to->sar_num = from->sar_den;
        to->sar_den = from->sar_num;
    }
    return 0;
}
