/* A camera that streams into memory-mapped buffers. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_STREAM_H
#define LOOKOUT_VISION_INPUT_CAMERA_STREAM_H

#include <stdbool.h>

#include "vision/input/camera/format.h"

/* The reader holds one, the driver fills one, and the others let the reader be late. */
enum { CAMERA_BUFFERS = 6, CAMERA_MAX_BUFFERS = 32 };

typedef struct CameraStream {
    CameraDevice device; /* fd -1: no stream */
    CameraFormat format;
    struct {
        void *memory;
        size_t length;
    } buffers[CAMERA_MAX_BUFFERS];
    int count;
} CameraStream;

/* Takes over an open device, negotiates a format and starts streaming. Returns 0, or a negative errno with
 * error; the device is closed then. */
int camera_stream_start(CameraStream *stream, CameraDevice *device, const CameraRequest *request,
                        Error *error);
/* Stops, unmaps and closes; frames of it must not be looked at any more. Does nothing if it is closed. */
void camera_stream_close(CameraStream *stream);

/* Takes a filled buffer from the driver: 1, 0 when there is none now, or a negative errno. Never waits. */
int camera_stream_dequeue(const CameraStream *stream, struct v4l2_buffer *buffer);
/* Returns a buffer to the driver, to be filled: 0 or a negative errno. */
int camera_stream_requeue(const CameraStream *stream, int index);

/* Whether a dequeued buffer holds a whole picture, as far as can be said without decoding it. */
bool camera_stream_is_whole(const CameraStream *stream, const struct v4l2_buffer *buffer);
/* Makes frame a view of a whole buffer; time and sequence are left to the caller. */
void camera_stream_view(const CameraStream *stream, const struct v4l2_buffer *buffer, Frame *frame);

#endif
