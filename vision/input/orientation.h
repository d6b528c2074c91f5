/* How a stored picture has to be turned or mirrored to be upright. */
#ifndef LOOKOUT_VISION_INPUT_ORIENTATION_H
#define LOOKOUT_VISION_INPUT_ORIENTATION_H

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "vision/frame.h"

/* The eight orientations with EXIF's numbers: what has to be done to the stored picture. */
typedef enum Orientation {
    ORIENTATION_UPRIGHT = 1,
    ORIENTATION_MIRROR = 2, /* left and right swapped */
    ORIENTATION_TURN_180 = 3,
    ORIENTATION_FLIP = 4,      /* top and bottom swapped */
    ORIENTATION_TRANSPOSE = 5, /* mirrored at the diagonal from the upper left */
    ORIENTATION_TURN_90 = 6,   /* clockwise */
    ORIENTATION_TRANSVERSE = 7,
    ORIENTATION_TURN_270 = 8,
} Orientation;

/* Of a display matrix as in AV_PKT_DATA_DISPLAYMATRIX: 3x3, row major, 16.16 fixed point, (x, y, 1) * matrix.
 * Other angles go to the nearest quarter turn. */
Orientation orientation_of_matrix(const int32_t matrix[9]);
/* A picture's own orientation (a display matrix, or EXIF), else fallback. */
Orientation orientation_of_frame(const AVFrame *picture, Orientation fallback);
/* Whether width and height change places. */
bool orientation_swaps_sides(Orientation orientation);

/* Fills `to` with the upright picture and the properties; the aspect ratio turns with it. Formats: I420,
 * I444, GREY, RGB24, BGR24. Returns 0, or -1 when out of memory. */
int orientation_apply(Orientation orientation, const Frame *from, Frame *to);

#endif
