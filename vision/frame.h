/* The one frame type: pixels in memory, how they are to be understood, and when they were captured. */
#ifndef LOOKOUT_VISION_FRAME_H
#define LOOKOUT_VISION_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* Byte order in memory, 8 bits a sample. Chroma planes of an odd size are rounded up. */
typedef enum PixelFormat {
    PIXEL_NONE,
    PIXEL_I420,  /* Y, U, V; chroma halved in both directions */
    PIXEL_I422,  /* Y, U, V; chroma halved horizontally */
    PIXEL_I444,  /* Y, U, V */
    PIXEL_NV12,  /* Y, then interleaved U V; chroma halved in both directions */
    PIXEL_NV21,  /* Y, then interleaved V U */
    PIXEL_YUYV,  /* packed Y0 U Y1 V */
    PIXEL_UYVY,  /* packed U Y0 V Y1 */
    PIXEL_GREY,  /* Y alone */
    PIXEL_RGB24, /* packed R, G, B */
    PIXEL_BGR24, /* packed B, G, R */
    PIXEL_MJPEG, /* a JPEG picture in planes[0], `bytes` long */
    PIXEL_FORMATS,
} PixelFormat;

typedef enum ColourMatrix { MATRIX_BT601, MATRIX_BT709, MATRIX_BT2020, MATRIX_COUNT } ColourMatrix;
typedef enum ColourRange { RANGE_LIMITED, RANGE_FULL, RANGE_COUNT } ColourRange;

/* Inputs move a frame that is not later than the one before by the finest step that Matroska records. */
#define FRAME_MIN_STEP_NS INT64_C(1000000)

typedef struct Frame {
    PixelFormat format;
    int width, height;   /* of the upright picture, in stored samples */
    uint8_t *planes[3];  /* first pixel of each plane; unused ones NULL */
    int strides[3];      /* bytes between rows, positive */
    size_t bytes;        /* of a PIXEL_MJPEG picture, else 0 */
    ColourMatrix matrix; /* of YUV formats; GREY follows range alone */
    ColourRange range;
    int sar_num, sar_den; /* sample aspect ratio, 1:1 where unknown; both > 0 */
    int64_t time_ns;      /* the source's timestamp in nanoseconds; a clip need not start at 0 */
    int64_t sequence;     /* number of the frame as captured, from 0; gaps show dropped frames */
    void *memory;         /* the block that frame_alloc() made, NULL in a view of somebody else's pixels */
    size_t memory_size;
} Frame;

#define FRAME_MAX_SIDE 16384

int frame_plane_count(PixelFormat format);
/* Bytes of pixels in a row of a plane, and rows of a plane. */
int frame_plane_width(PixelFormat format, int plane, int width);
int frame_plane_height(PixelFormat format, int plane, int height);

/* Gives frame a buffer for format (any but NONE and MJPEG) and size, 1..FRAME_MAX_SIDE a side, rows 64-byte
 * aligned. Keeps the old buffer where it is large enough, so that calling it for every frame costs nothing.
 * The frame must be zeroed or have been filled by this function. Returns 0, or -1 when out of memory (the
 * frame is then empty). */
int frame_alloc(Frame *frame, PixelFormat format, int width, int height);
void frame_free(Frame *frame); /* frees the buffer and zeroes the frame; takes NULL and views */
/* Copies what describes a picture but is not pixels: matrix, range, aspect ratio, time, sequence. */
void frame_copy_properties(Frame *to, const Frame *from);
/* Copies the pixels alone, into a frame of the same format (not MJPEG) and size, which may be a view. */
void frame_copy_pixels(Frame *to, const Frame *from);
/* Makes `to` a copy of its own of the pixels and properties (not of MJPEG). Returns 0 or -1 when out of
 * memory. */
int frame_copy(Frame *to, const Frame *from);

#endif
