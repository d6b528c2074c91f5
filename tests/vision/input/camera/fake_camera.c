#include "tests/vision/input/camera/fake_camera.h"

#include "vision/input/camera/modes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SECOND_NS INT64_C(1000000000)
enum { FIRST_FD = 1000, PAGE = 4096 };

static int injected(FakeCamera *fake, unsigned long what)
{
    if (fake->failure.what != what || fake->failure.times == 0)
        return 0;
    if (fake->failure.skip > 0) {
        fake->failure.skip--;
        return 0;
    }
    fake->failure.times--;
    fake->failures++;
    return -fake->failure.code;
}

static FakeNode *node_of(FakeCamera *fake, int fd)
{
    if (fd < FIRST_FD || fd >= FIRST_FD + fake->node_count)
        fail_msg("descriptor %d is none of ours", fd);
    FakeNode *node = &fake->nodes[fd - FIRST_FD];
    assert_true(node->opened);
    return node;
}

static int64_t fake_now(void *context)
{
    FakeCamera *fake = context;
    struct timespec now;
    if (!fake->real_time)
        return fake->clock_ns;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static int fake_open(void *context, const char *path)
{
    FakeCamera *fake = context;
    int code = injected(fake, FAKE_OPEN);
    if (code)
        return code;
    for (int i = 0; i < fake->node_count; i++) {
        FakeNode *node = &fake->nodes[i];
        char name[32];
        snprintf(name, sizeof name, "/dev/video%d", node->number);
        if (strcmp(name, path) || !node->present)
            continue;
        if (node->opened)
            return -EBUSY;
        node->opened = 1;
        node->times_opened++;
        node->was_removed = 0;
        node->broken = 0;
        fake->descriptors++;
        return FIRST_FD + i;
    }
    return -ENOENT;
}

static void free_buffers(FakeNode *node)
{
    for (int i = 0; i < node->buffer_count; i++) {
        assert_false(node->buffers[i].mapped);
        free(node->buffers[i].memory);
    }
    memset(node->buffers, 0, sizeof node->buffers);
    node->buffer_count = 0;
}

static void fake_close(void *context, int fd)
{
    FakeCamera *fake = context;
    FakeNode *node = node_of(fake, fd);
    free_buffers(node);
    node->opened = node->streaming = 0;
    fake->descriptors--;
}

static int fake_map(void *context, int fd, size_t length, int64_t offset, void **memory)
{
    FakeCamera *fake = context;
    FakeNode *node = node_of(fake, fd);
    int code = injected(fake, FAKE_MAP);
    if (code)
        return code;
    int64_t index = offset / PAGE;
    if (index < 0 || index >= node->buffer_count || length != node->buffers[index].length)
        return -EINVAL;
    node->buffers[index].mapped = 1;
    *memory = node->buffers[index].memory;
    fake->mappings++;
    return 0;
}

static void fake_unmap(void *context, void *memory, size_t length)
{
    FakeCamera *fake = context;
    for (int i = 0; i < fake->node_count; i++)
        for (int j = 0; j < fake->nodes[i].buffer_count; j++) {
            FakeBuffer *buffer = &fake->nodes[i].buffers[j];
            if (buffer->memory != memory)
                continue;
            assert_true(buffer->mapped);
            assert_int_equal(buffer->length, length);
            buffer->mapped = 0;
            fake->mappings--;
            return;
        }
    fail_msg("not a mapping");
}

static int fake_list(void *context, int *numbers, int room)
{
    FakeCamera *fake = context;
    int count = 0;
    int code = injected(fake, FAKE_LIST);
    if (code)
        return code;
    for (int number = 0; number < 64; number++)
        for (int i = 0; i < fake->node_count && count < room; i++)
            if (fake->nodes[i].present && fake->nodes[i].number == number)
                numbers[count++] = number;
    return count;
}

/* Puts the frame that is due into a queued buffer, if there is one. */
static void produce(FakeNode *node)
{
    int64_t due = node->next_ns;
    FakeFault fault = node->started < FAKE_FAULTS ? (FakeFault)node->faults[node->started] : FAULT_NONE;
    uint32_t sequence = node->sequence++;
    FakeBuffer *buffer = NULL;
    double interval = 1e9 * node->numerator / (node->denominator ? node->denominator : 1);
    node->next_ns += (int64_t)(interval * (node->slowed > 0 ? node->slowed : 1));
    node->started++;
    for (int i = 0; i < node->buffer_count && !buffer; i++)
        if (node->buffers[i].queued && !node->buffers[i].filled)
            buffer = &node->buffers[i];
    if (fault == FAULT_DROPPED || !buffer)
        return;
    size_t used = buffer->length;
    if (node->draw) {
        used = node->draw(node, sequence, buffer->memory, buffer->length);
    } else {
        memset(buffer->memory, (int)(sequence & 0xff), buffer->length);
        if (node->format.pixelformat == V4L2_PIX_FMT_MJPEG) {
            memcpy(buffer->memory, "\xFF\xD8", 2);
            memcpy(buffer->memory + buffer->length - 2, "\xFF\xD9", 2);
        }
    }
    used = fault == FAULT_SHORT ? used - 1 : fault == FAULT_EMPTY ? 0 : used;
    int64_t stamp = due + node->timestamp_offset_ns;
    buffer->filled = 1;
    buffer->info = (struct v4l2_buffer){
        .bytesused = (unsigned int)(fault == FAULT_TOO_LONG ? buffer->length + 1 : used),
        .flags = node->timestamp_flags | (fault == FAULT_FLAGGED ? V4L2_BUF_FLAG_ERROR : 0u),
        .sequence = sequence,
        .timestamp = {.tv_sec = stamp / SECOND_NS, .tv_usec = stamp % SECOND_NS / 1000},
    };
}

static int is_ready(const FakeNode *node)
{
    for (int i = 0; i < node->buffer_count; i++)
        if (node->buffers[i].filled)
            return 1;
    return 0;
}

static void catch_up(FakeCamera *fake, FakeNode *node)
{
    while (node->streaming && !node->silent && node->next_ns <= fake_now(fake))
        produce(node);
}

static short events_of(FakeCamera *fake, FakeNode *node)
{
    catch_up(fake, node);
    if (!node->present)
        node->was_removed = 1;
    if (node->was_removed)
        return POLLERR | POLLHUP;
    if (node->broken || !node->streaming)
        return POLLERR;
    return is_ready(node) ? POLLIN | POLLRDNORM : 0;
}

/* Moves the clock to the next event, but not beyond the limit. */
static void pass_time(FakeCamera *fake, const FakeNode *node, int64_t limit, int wake_fd)
{
    int64_t next = limit;
    if (node && node->streaming && !node->silent && node->next_ns < next)
        next = node->next_ns;
    if (!fake->real_time) {
        fake->clock_ns = next;
        return;
    }
    int64_t left = next - fake_now(fake);
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    poll(&wake, 1, left > 0 ? (int)((left + 999999) / 1000000) : 0);
}

static int fake_wait(void *context, struct pollfd *fds, int count, int milliseconds)
{
    FakeCamera *fake = context;
    assert_int_equal(count, 2);
    assert_true(milliseconds >= 0);
    if (fake->on_wait)
        fake->on_wait(fake);
    int code = injected(fake, FAKE_WAIT);
    if (code)
        return code;
    FakeNode *node = fds[0].fd < 0 ? NULL : node_of(fake, fds[0].fd);
    int64_t limit = fake_now(fake) + milliseconds * INT64_C(1000000);
    for (;;) {
        struct pollfd wake = {.fd = fds[1].fd, .events = POLLIN};
        fds[1].revents = poll(&wake, 1, 0) > 0 ? wake.revents : 0;
        fds[0].revents = node ? events_of(fake, node) : 0;
        if (fds[0].revents || fds[1].revents)
            return !!fds[0].revents + !!fds[1].revents;
        if (fake_now(fake) >= limit)
            return 0;
        pass_time(fake, node, limit, fds[1].fd);
    }
}

static int query_capability(const FakeNode *node, struct v4l2_capability *about)
{
    memset(about, 0, sizeof *about);
    snprintf((char *)about->driver, sizeof about->driver, "%s", node->driver);
    snprintf((char *)about->card, sizeof about->card, "%s", node->card);
    snprintf((char *)about->bus_info, sizeof about->bus_info, "%s", node->bus);
    about->device_caps = node->caps;
    /* of the whole device, which always includes capture */
    about->capabilities = node->caps | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

/* The n-th different value of a list; the index of its first mode, or -1. */
static int nth_format(const FakeNode *node, unsigned int index)
{
    for (int i = 0; node->modes[i].fourcc; i++)
        if ((i == 0 || node->modes[i].fourcc != node->modes[i - 1].fourcc) && index-- == 0)
            return i;
    return -1;
}

static int nth_size(const FakeNode *node, uint32_t fourcc, unsigned int index)
{
    const FakeMode *last = NULL;
    for (int i = 0; node->modes[i].fourcc; i++) {
        const FakeMode *mode = &node->modes[i];
        if (mode->fourcc != fourcc)
            continue;
        if ((!last || mode->width != last->width || mode->height != last->height) && index-- == 0)
            return i;
        last = mode;
    }
    return -1;
}

static int enumerate_format(const FakeNode *node, struct v4l2_fmtdesc *format)
{
    int found = node->lists_no_formats ? -1 : nth_format(node, format->index);
    if (found < 0)
        return -EINVAL;
    format->pixelformat = node->modes[found].fourcc;
    format->flags = 0;
    return 0;
}

static int enumerate_size(const FakeNode *node, struct v4l2_frmsizeenum *size)
{
    int found = nth_size(node, size->pixel_format, size->index);
    if (found < 0 || node->modes[found].width == 0)
        return node->modes[0].width == 0 ? -ENOTTY : -EINVAL;
    const FakeMode *mode = &node->modes[found];
    if (mode->most_width) {
        size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
        size->stepwise = (struct v4l2_frmsize_stepwise){mode->width,  mode->most_width,  8,
                                                        mode->height, mode->most_height, 8};
    } else {
        size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        size->discrete = (struct v4l2_frmsize_discrete){mode->width, mode->height};
    }
    return 0;
}

static int enumerate_interval(const FakeNode *node, struct v4l2_frmivalenum *interval)
{
    unsigned int index = interval->index;
    if (node->lists_no_rates)
        return -ENOTTY;
    for (const FakeMode *mode = node->modes; mode->fourcc; mode++) {
        if (mode->fourcc != interval->pixel_format || !mode->denominator)
            continue;
        if (mode->most_width) {
            interval->type = V4L2_FRMIVAL_TYPE_STEPWISE;
            interval->stepwise.min = (struct v4l2_fract){mode->numerator, mode->denominator};
            interval->stepwise.max = interval->stepwise.step = (struct v4l2_fract){1, 1};
            return index == 0 ? 0 : -EINVAL;
        }
        if (mode->width == interval->width && mode->height == interval->height && index-- == 0) {
            interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
            interval->discrete = (struct v4l2_fract){mode->numerator, mode->denominator};
            return 0;
        }
    }
    return -EINVAL;
}

/* Sets the requested format and size if the device has them, or else its first. */
static int set_format(FakeNode *node, struct v4l2_pix_format *format)
{
    const FakeMode *chosen = &node->modes[0];
    if (node->buffer_count)
        return -EBUSY;
    for (const FakeMode *mode = node->modes; mode->fourcc; mode++)
        if (mode->fourcc == format->pixelformat &&
            (mode->width == 0 || mode->most_width ||
             (mode->width == format->width && mode->height == format->height))) {
            chosen = mode;
            break;
        }
    int free_size = chosen->fourcc == format->pixelformat && (chosen->width == 0 || chosen->most_width);
    unsigned int width = free_size ? format->width : chosen->width;
    unsigned int height = free_size ? format->height : chosen->height;
    *format = node->like;
    format->width = width;
    format->height = height;
    format->pixelformat = chosen->fourcc;
    format->field = V4L2_FIELD_NONE;
    PixelFormat ours = camera_pixel_format(chosen->fourcc);
    format->bytesperline =
        ours == PIXEL_MJPEG ? 0
                            : (unsigned int)frame_plane_width(ours, 0, (int)width) + node->like.bytesperline;
    format->sizeimage = ours == PIXEL_MJPEG ? width * height : 0;
    for (int i = 0; ours != PIXEL_MJPEG && i < frame_plane_count(ours); i++)
        format->sizeimage += (ours == PIXEL_I420 && i ? format->bytesperline / 2 : format->bytesperline) *
                             (unsigned int)frame_plane_height(ours, i, (int)height);
    node->format = *format;
    node->numerator = chosen->numerator;
    node->denominator = chosen->denominator;
    return 0;
}

static int parameters(FakeNode *node, struct v4l2_streamparm *values, int set)
{
    struct v4l2_captureparm *capture = &values->parm.capture;
    if (!node->modes[0].denominator)
        return -ENOTTY;
    if (set)
        for (const FakeMode *mode = node->modes; mode->fourcc; mode++)
            if (mode->fourcc == node->format.pixelformat && mode->width == node->format.width &&
                mode->height == node->format.height && mode->numerator == capture->timeperframe.numerator &&
                mode->denominator == capture->timeperframe.denominator) {
                node->numerator = mode->numerator;
                node->denominator = mode->denominator;
            }
    capture->capability = V4L2_CAP_TIMEPERFRAME;
    capture->timeperframe = (struct v4l2_fract){node->numerator, node->denominator};
    return 0;
}

static int request_buffers(FakeNode *node, struct v4l2_requestbuffers *request)
{
    free_buffers(node);
    unsigned int most = node->most_buffers ? node->most_buffers : FAKE_BUFFERS;
    if (request->count > most)
        request->count = most;
    for (unsigned int i = 0; i < request->count; i++) {
        node->buffers[i].length = node->format.sizeimage - node->missing_bytes;
        node->buffers[i].memory = malloc(node->buffers[i].length);
        assert_non_null(node->buffers[i].memory);
    }
    node->buffer_count = (int)request->count;
    return 0;
}

static int query_buffer(const FakeNode *node, struct v4l2_buffer *info)
{
    if (info->index >= (unsigned int)node->buffer_count)
        return -EINVAL;
    info->length = (unsigned int)node->buffers[info->index].length;
    info->m.offset = info->index * PAGE;
    return 0;
}

static int queue(FakeCamera *fake, FakeNode *node, const struct v4l2_buffer *info)
{
    catch_up(fake, node);
    if (info->index >= (unsigned int)node->buffer_count)
        return -EINVAL;
    FakeBuffer *buffer = &node->buffers[info->index];
    if (buffer->queued)
        fail_msg("buffer %u is queued twice", info->index);
    buffer->queued = 1;
    return 0;
}

static int dequeue(FakeCamera *fake, FakeNode *node, struct v4l2_buffer *info)
{
    FakeBuffer *oldest = NULL;
    catch_up(fake, node);
    if (node->broken)
        return -EIO;
    for (int i = 0; i < node->buffer_count; i++) {
        FakeBuffer *buffer = &node->buffers[i];
        if (buffer->filled && (!oldest || (int32_t)(buffer->info.sequence - oldest->info.sequence) < 0))
            oldest = buffer;
    }
    if (!oldest)
        return -EAGAIN;
    oldest->queued = oldest->filled = 0;
    *info = oldest->info;
    info->index = (unsigned int)(oldest - node->buffers);
    return 0;
}

static int start_stream(FakeCamera *fake, FakeNode *node)
{
    node->streaming = 1;
    node->started = 0;
    node->sequence = (uint32_t)node->first_sequence;
    if (!node->denominator)
        node->numerator = 1, node->denominator = 30;
    node->next_ns = fake_now(fake) + (int64_t)(1e9 * node->numerator / node->denominator);
    return 0;
}

static int dark_control(const FakeNode *node, unsigned long request, void *argument)
{
    if (!node->has_dark_control)
        return -EINVAL;
    if (request == VIDIOC_QUERYCTRL) {
        struct v4l2_queryctrl *query = argument;
        if (query->id != V4L2_CID_EXPOSURE_AUTO_PRIORITY)
            return -EINVAL;
        snprintf((char *)query->name, sizeof query->name, "Exposure, Dynamic Framerate");
        query->flags = 0;
    } else {
        ((struct v4l2_control *)argument)->value = node->dark_control;
    }
    return 0;
}

static int fake_control(void *context, int fd, unsigned long request, void *argument)
{
    FakeCamera *fake = context;
    FakeNode *node = node_of(fake, fd);
    int code = injected(fake, request);
    if (code)
        return code;
    if (!node->present || node->was_removed) {
        node->was_removed = 1;
        return -ENODEV;
    }
    switch (request) {
    case VIDIOC_QUERYCAP:
        return query_capability(node, argument);
    case VIDIOC_ENUM_FMT:
        return enumerate_format(node, argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return enumerate_size(node, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return enumerate_interval(node, argument);
    case VIDIOC_G_FMT:
        ((struct v4l2_format *)argument)->fmt.pix.pixelformat = node->modes[0].fourcc;
        return 0;
    case VIDIOC_S_FMT:
        return set_format(node, &((struct v4l2_format *)argument)->fmt.pix);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return parameters(node, argument, request == VIDIOC_S_PARM);
    case VIDIOC_REQBUFS:
        return request_buffers(node, argument);
    case VIDIOC_QUERYBUF:
        return query_buffer(node, argument);
    case VIDIOC_QBUF:
        return queue(fake, node, argument);
    case VIDIOC_DQBUF:
        return dequeue(fake, node, argument);
    case VIDIOC_STREAMON:
        return start_stream(fake, node);
    case VIDIOC_STREAMOFF:
        node->streaming = 0;
        return 0;
    case VIDIOC_QUERYCTRL:
    case VIDIOC_G_CTRL:
        return dark_control(node, request, argument);
    default:
        fake->settings_changed++;
        return -ENOTTY;
    }
}

void fake_camera_init(FakeCamera *fake)
{
    static const FakeMode modes[] = {
        {V4L2_PIX_FMT_YUYV, 640, 480, 1, 30, 0, 0},  {V4L2_PIX_FMT_YUYV, 640, 480, 1, 15, 0, 0},
        {V4L2_PIX_FMT_YUYV, 320, 240, 1, 30, 0, 0},  {V4L2_PIX_FMT_YUYV, 320, 240, 1, 15, 0, 0},
        {V4L2_PIX_FMT_MJPEG, 640, 480, 1, 30, 0, 0}, {V4L2_PIX_FMT_MJPEG, 320, 240, 1, 30, 0, 0},
    };
    memset(fake, 0, sizeof *fake);
    fake->calls = (CameraCalls){.context = fake,
                                .open = fake_open,
                                .close = fake_close,
                                .control = fake_control,
                                .map = fake_map,
                                .unmap = fake_unmap,
                                .wait = fake_wait,
                                .now = fake_now,
                                .list = fake_list};
    fake->clock_ns = 5000 * SECOND_NS;
    FakeNode *node = fake_camera_add(fake, 0, "Fake Camera", "usb-0000:00:14.0-1");
    memcpy(node->modes, modes, sizeof modes);
}

FakeNode *fake_camera_add(FakeCamera *fake, int number, const char *card, const char *bus)
{
    assert_true(fake->node_count < FAKE_NODES);
    FakeNode *node = &fake->nodes[fake->node_count++];
    node->number = number;
    node->present = 1;
    node->caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
    node->driver = "fake";
    node->card = card;
    node->bus = bus;
    node->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    node->like.colorspace = V4L2_COLORSPACE_SRGB;
    memcpy(node->modes, fake->nodes[0].modes, sizeof node->modes);
    return node;
}

void fake_camera_fail(FakeCamera *fake, unsigned long what, int code, int skip, int times)
{
    fake->failure.what = what;
    fake->failure.code = code;
    fake->failure.skip = skip;
    fake->failure.times = times;
    fake->failures = 0;
}

void fake_camera_finish(FakeCamera *fake)
{
    assert_int_equal(fake->mappings, 0);
    assert_int_equal(fake->descriptors, 0);
    assert_int_equal(fake->settings_changed, 0);
}
