/* A camera that streams: the format that was agreed with the driver, and its buffers. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_STREAM_H
#define LOOKOUT_VISION_INPUT_CAMERA_STREAM_H

#include "vision/input/camera/device.h"

/* One is with the reader, one is being filled, and the others let the reader be late. */
enum { CAMERA_BUFFERS = 6, CAMERA_MOST_BUFFERS = 32 };

/* What was agreed with the driver. */
typedef struct CameraAgreement {
    uint32_t fourcc;
    PixelFormat format;
    int width, height;
    int strides[3];
    size_t offsets[3]; /* of the planes in a buffer */
    size_t needed;     /* bytes of a whole picture; 0 for MJPEG */
    ColourMatrix matrix;
    ColourRange range;
    double rate; /* frames a second, 0 where the driver does not tell */
} CameraAgreement;

typedef struct CameraStream {
    CameraDevice device; /* fd -1: no stream */
    CameraAgreement agreement;
    struct {
        void *memory;
        size_t length;
    } buffers[CAMERA_MOST_BUFFERS];
    int count;
} CameraStream;

/* Agrees on the format that fulfils the wish best and on the rate. Returns 0, or a negative errno with error
 * (EINVAL: the camera cannot do what is wished). */
int camera_agree(const CameraDevice *device, const CameraWish *wish, CameraAgreement *agreement,
                 Error *error);

/* Works out planes, colour and what else follows from the driver's format. Returns 0, or -1 with error (which
 * names no camera) where it makes no sense. */
int camera_agreement_fill(CameraAgreement *agreement, const struct v4l2_pix_format *format, Error *error);

/* Takes over an open device, agrees on a format and starts streaming. Returns 0, or a negative errno with
 * error; the device is closed then. */
int camera_stream_start(CameraStream *stream, CameraDevice *device, const CameraWish *wish, Error *error);
/* Stops, unmaps and closes; frames of it must not be looked at any more. May be closed already. */
void camera_stream_close(CameraStream *stream);

/* Takes a filled buffer: 1, 0 when there is none now, or a negative errno. Never waits. */
int camera_stream_take(const CameraStream *stream, struct v4l2_buffer *buffer);
/* Gives a buffer back to the driver: 0 or a negative errno. */
int camera_stream_give_back(const CameraStream *stream, int index);

/* Nonzero if a taken buffer holds a whole picture, as far as can be told without decoding it. */
int camera_stream_is_whole(const CameraStream *stream, const struct v4l2_buffer *buffer);
/* Makes frame a view of a whole buffer; time and sequence are left to the caller. */
void camera_stream_view(const CameraStream *stream, const struct v4l2_buffer *buffer, Frame *frame);

#endif
