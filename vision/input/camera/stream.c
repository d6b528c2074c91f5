#include "vision/input/camera/stream.h"

#include <errno.h>
#include <string.h>

static struct v4l2_buffer empty_buffer(int index)
{
    return (struct v4l2_buffer){
        .index = (unsigned int)index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
}

static int map_buffer(CameraStream *stream, int index, Error *error)
{
    const CameraDevice *device = &stream->device;
    struct v4l2_buffer buffer = empty_buffer(index);
    int code = camera_device_control(device, VIDIOC_QUERYBUF, &buffer);
    if (code)
        return camera_device_fail(error, device->path, "asking for a buffer", code);
    if (buffer.length == 0 || buffer.length < stream->format.needed) {
        error_set(error, "%s: buffers of %u bytes for pictures of %zu; the driver is at fault", device->path,
                  buffer.length, stream->format.needed);
        return -EINVAL;
    }
    void *memory;
    code = device->calls->map(device->calls->context, device->fd, buffer.length, buffer.m.offset, &memory);
    if (code)
        return camera_device_fail(error, device->path, "mapping a buffer", code);
    stream->buffers[index].memory = memory;
    stream->buffers[index].length = buffer.length;
    stream->count = index + 1;
    code = camera_stream_requeue(stream, index);
    return code ? camera_device_fail(error, device->path, "queueing a buffer", code) : 0;
}

static int start(CameraStream *stream, const CameraRequest *request, Error *error)
{
    const CameraDevice *device = &stream->device;
    int code = camera_format_negotiate(device, request, &stream->format, error);
    if (code)
        return code;
    struct v4l2_requestbuffers wanted = {
        .count = CAMERA_BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    code = camera_device_control(device, VIDIOC_REQBUFS, &wanted);
    if (code)
        return camera_device_fail(error, device->path, "asking for buffers", code);
    if (wanted.count < 2) {
        error_set(error, "%s: the driver gives %u buffers, 2 are needed at least", device->path,
                  wanted.count);
        return -ENOMEM;
    }
    int count = wanted.count < CAMERA_MAX_BUFFERS ? (int)wanted.count : CAMERA_MAX_BUFFERS;
    for (int i = 0; i < count && !code; i++)
        code = map_buffer(stream, i, error);
    if (code)
        return code;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    code = camera_device_control(device, VIDIOC_STREAMON, &type);
    return code ? camera_device_fail(error, device->path, "starting", code) : 0;
}

int camera_stream_start(CameraStream *stream, CameraDevice *device, const CameraRequest *request,
                        Error *error)
{
    *stream = (CameraStream){.device = *device};
    device->fd = -1;
    int code = start(stream, request, error);
    if (code)
        camera_stream_close(stream);
    return code;
}

/* Errors do not matter here: closing the device ends everything. */
void camera_stream_close(CameraStream *stream)
{
    CameraDevice *device = &stream->device;
    if (device->fd < 0)
        return;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    camera_device_control(device, VIDIOC_STREAMOFF, &type);
    for (int i = 0; i < stream->count; i++)
        device->calls->unmap(device->calls->context, stream->buffers[i].memory, stream->buffers[i].length);
    stream->count = 0;
    camera_device_close(device);
}

int camera_stream_dequeue(const CameraStream *stream, struct v4l2_buffer *buffer)
{
    *buffer = empty_buffer(0);
    int code = camera_device_control(&stream->device, VIDIOC_DQBUF, buffer);
    if (code)
        return code == -EAGAIN ? 0 : code;
    return buffer->index < (unsigned int)stream->count ? 1 : -EPROTO;
}

int camera_stream_requeue(const CameraStream *stream, int index)
{
    struct v4l2_buffer buffer = empty_buffer(index);
    return camera_device_control(&stream->device, VIDIOC_QBUF, &buffer);
}

/* Starts as a JPEG picture and has an end. Cameras may put anything behind the end; a picture that was cut
 * short has none, because FF D9 does not occur inside. */
static bool is_whole_jpeg(const uint8_t *bytes, size_t size)
{
    if (size < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8)
        return false;
    for (size_t end = size; end >= 4;) {
        const uint8_t *marker = memrchr(bytes + 3, 0xD9, end - 3);
        if (!marker)
            return false;
        if (marker[-1] == 0xFF)
            return true;
        end = (size_t)(marker - bytes);
    }
    return false;
}

bool camera_stream_is_whole(const CameraStream *stream, const struct v4l2_buffer *buffer)
{
    size_t length = stream->buffers[buffer->index].length;
    if (buffer->flags & V4L2_BUF_FLAG_ERROR || buffer->bytesused > length)
        return false;
    if (stream->format.pixel_format == PIXEL_MJPEG)
        return is_whole_jpeg(stream->buffers[buffer->index].memory, buffer->bytesused);
    return buffer->bytesused >= stream->format.needed;
}

void camera_stream_view(const CameraStream *stream, const struct v4l2_buffer *buffer, Frame *frame)
{
    const CameraFormat *format = &stream->format;
    uint8_t *memory = stream->buffers[buffer->index].memory;
    *frame = (Frame){
        .format = format->pixel_format,
        .width = format->width,
        .height = format->height,
        .bytes = format->pixel_format == PIXEL_MJPEG ? buffer->bytesused : 0,
        .matrix = format->matrix,
        .range = format->range,
        .sar_num = 1,
        .sar_den = 1,
    };
    for (int i = 0; i < frame_plane_count(format->pixel_format); i++) {
        frame->planes[i] = memory + format->offsets[i];
        frame->strides[i] = format->strides[i];
    }
}
