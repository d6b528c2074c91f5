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
    if (buffer.length == 0 || buffer.length < stream->agreement.needed) {
        error_set(error, "%s: buffers of %u bytes for pictures of %zu; the driver is at fault", device->path,
                  buffer.length, stream->agreement.needed);
        return -EINVAL;
    }
    void *memory;
    code = device->calls->map(device->calls->context, device->fd, buffer.length, buffer.m.offset, &memory);
    if (code)
        return camera_device_fail(error, device->path, "mapping a buffer", code);
    stream->buffers[index].memory = memory;
    stream->buffers[index].length = buffer.length;
    stream->count = index + 1;
    code = camera_stream_give_back(stream, index);
    return code ? camera_device_fail(error, device->path, "queueing a buffer", code) : 0;
}

static int start(CameraStream *stream, const CameraWish *wish, Error *error)
{
    const CameraDevice *device = &stream->device;
    int code = camera_agree(device, wish, &stream->agreement, error);
    if (code)
        return code;
    struct v4l2_requestbuffers request = {
        .count = CAMERA_BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    code = camera_device_control(device, VIDIOC_REQBUFS, &request);
    if (code)
        return camera_device_fail(error, device->path, "asking for buffers", code);
    if (request.count < 2) {
        error_set(error, "%s: the driver gives %u buffers, 2 are needed at least", device->path,
                  request.count);
        return -ENOMEM;
    }
    int count = request.count < CAMERA_MOST_BUFFERS ? (int)request.count : CAMERA_MOST_BUFFERS;
    for (int i = 0; i < count && !code; i++)
        code = map_buffer(stream, i, error);
    if (code)
        return code;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    code = camera_device_control(device, VIDIOC_STREAMON, &type);
    return code ? camera_device_fail(error, device->path, "starting", code) : 0;
}

int camera_stream_start(CameraStream *stream, CameraDevice *device, const CameraWish *wish, Error *error)
{
    *stream = (CameraStream){.device = *device};
    device->fd = -1;
    int code = start(stream, wish, error);
    if (code)
        camera_stream_close(stream);
    return code;
}

/* Nothing that fails here matters: closing the device ends everything. */
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

int camera_stream_take(const CameraStream *stream, struct v4l2_buffer *buffer)
{
    *buffer = empty_buffer(0);
    int code = camera_device_control(&stream->device, VIDIOC_DQBUF, buffer);
    if (code)
        return code == -EAGAIN ? 0 : code;
    return buffer->index < (unsigned int)stream->count ? 1 : -EPROTO;
}

int camera_stream_give_back(const CameraStream *stream, int index)
{
    struct v4l2_buffer buffer = empty_buffer(index);
    return camera_device_control(&stream->device, VIDIOC_QBUF, &buffer);
}

/* Starts as a JPEG picture and has an end. Cameras may put anything behind the end; a picture that was cut
 * short has none, because FF D9 does not occur inside. */
static int is_whole_jpeg(const uint8_t *bytes, size_t size)
{
    if (size < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8)
        return 0;
    for (size_t end = size; end >= 4;) {
        const uint8_t *marker = memrchr(bytes + 3, 0xD9, end - 3);
        if (!marker)
            return 0;
        if (marker[-1] == 0xFF)
            return 1;
        end = (size_t)(marker - bytes);
    }
    return 0;
}

int camera_stream_is_whole(const CameraStream *stream, const struct v4l2_buffer *buffer)
{
    size_t length = stream->buffers[buffer->index].length;
    if (buffer->flags & V4L2_BUF_FLAG_ERROR || buffer->bytesused > length)
        return 0;
    if (stream->agreement.format == PIXEL_MJPEG)
        return is_whole_jpeg(stream->buffers[buffer->index].memory, buffer->bytesused);
    return buffer->bytesused >= stream->agreement.needed;
}

void camera_stream_view(const CameraStream *stream, const struct v4l2_buffer *buffer, Frame *frame)
{
    const CameraAgreement *agreement = &stream->agreement;
    uint8_t *memory = stream->buffers[buffer->index].memory;
    *frame = (Frame){
        .format = agreement->format,
        .width = agreement->width,
        .height = agreement->height,
        .bytes = agreement->format == PIXEL_MJPEG ? buffer->bytesused : 0,
        .matrix = agreement->matrix,
        .range = agreement->range,
        .sar_num = 1,
        .sar_den = 1,
    };
    for (int i = 0; i < frame_plane_count(agreement->format); i++) {
        frame->planes[i] = memory + agreement->offsets[i];
        frame->strides[i] = agreement->strides[i];
    }
}
