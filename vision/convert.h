/* Colour conversion with libyuv, from any frame to the two formats the program works in. */
#ifndef LOOKOUT_VISION_CONVERT_H
#define LOOKOUT_VISION_CONVERT_H

#include "base/error.h"
#include "vision/frame.h"

/* Owns the scratch picture that some formats pass through, so that nothing is allocated for a frame of the
 * same size and format as the one before. To be used by one thread at a time. */
typedef struct Converter Converter;

Converter *converter_create(void); /* NULL when out of memory */
void converter_destroy(Converter *converter);

/* Both fill `to` (allocating on the first call or when the size changes) and copy the properties; they return
 * 0, or -1 with error (out of memory, a damaged MJPEG picture). The matrix and range of `from` are honoured
 * for every format; odd sizes are fine; `to` may not be `from`.
 * converter_to_rgb gives PIXEL_RGB24, what the detector reads.
 * converter_to_i420 gives PIXEL_I420 in the same matrix and range, what is drawn on, shown and recorded: of
 * an I420 frame a copy; grey keeps its range; RGB becomes BT.601, limited; MJPEG is BT.601, full. */
int converter_to_rgb(Converter *converter, const Frame *from, Frame *to, Error *error);
int converter_to_i420(Converter *converter, const Frame *from, Frame *to, Error *error);

#endif
