/* The picture that an encoder takes: every frame of a recording in the size, matrix and range of the first.
 */
#ifndef LOOKOUT_VISION_RECORD_PICTURE_H
#define LOOKOUT_VISION_RECORD_PICTURE_H

#include "vision/frame.h"

#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <stdbool.h>

typedef struct Picture {
    AVFrame *frame;
    int width, height; /* of the recording's content; frame is larger where it was rounded up to even sides */
    ColourMatrix matrix;
    ColourRange range;
    struct SwsContext *scaler; /* for frames of another size, matrix or range: that of `scaled` */
    Frame scaled;              /* no pixels, only size, matrix and range */
} Picture;

/* Allocates the pixels: AV_PIX_FMT_YUV420P, YUVJ420P or RGB24, in the size of `like`, rounded up to even
 * numbers if `even`. The picture must be zeroed. 0, or a negative AVERROR. */
int picture_init(Picture *picture, enum AVPixelFormat format, const Frame *like, ColourMatrix matrix,
                 ColourRange range, bool even);
/* Fills the pixels from an I420 frame: copied where size, matrix and range are the same, else scaled and
 * converted; a padding row or column repeats the last one. 0, or a negative AVERROR. */
int picture_fill(Picture *picture, const Frame *from);
void picture_free(Picture *picture);

#endif
