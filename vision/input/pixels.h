/* From libav*'s pictures to upright frames: views of the same memory where our formats allow, else converted.
 */
#ifndef LOOKOUT_VISION_INPUT_PIXELS_H
#define LOOKOUT_VISION_INPUT_PIXELS_H

#include <libavutil/frame.h>
#include <stdbool.h>

#include "base/error.h"
#include "vision/convert.h"
#include "vision/frame.h"
#include "vision/input/orientation.h"

struct SwsContext;

/* Buffers that are kept from picture to picture. Zeroed: empty. */
typedef struct Pixels {
    struct SwsContext *scaler;
    int scaler_width, scaler_height, scaler_format; /* what scaler was made for */
    bool scaler_full_range;
    Frame converted;      /* by the scaler */
    Converter *converter; /* to I420, where a format cannot be turned */
    Frame planar;
    Frame upright;
} Pixels;

/* Fills frame with a view of the upright picture, valid as long as picture and until the next call: format,
 * size, planes, colour, and the aspect ratio (0/1: unknown). Time and sequence are the caller's. Returns 0,
 * or -1 with error (a format that cannot be converted, a side above FRAME_MAX_SIDE, out of memory), which
 * names no file. */
int pixels_view(Pixels *pixels, const AVFrame *picture, Orientation orientation, AVRational aspect,
                Frame *frame, Error *error);
void pixels_finish(Pixels *pixels);

#endif
