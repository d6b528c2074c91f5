#include "vision/input/camera/camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vision/input/camera/low_light.h"
#include "vision/input/camera/search.h"
#include "vision/input/camera/stream.h"
#include "vision/input/camera/timeline.h"
#include "vision/input/drivers.h"
#include "vision/interrupt.h"

#define MILLISECOND_NS INT64_C(1000000)
#define SECOND_NS INT64_C(1000000000)
/* How long a camera may take to deliver its first frame. */
#define START_NS (3 * SECOND_NS)
/* How often read() reports that a camera is lost. */
#define REPORT_NS (250 * MILLISECOND_NS)
/* Pauses between attempts to reopen a lost camera; the first attempt is made at once. */
#define MIN_PAUSE_NS (100 * MILLISECOND_NS)
#define MAX_PAUSE_NS SECOND_NS

typedef struct Camera {
    Input base;
    const CameraCalls *calls;
    Interrupt interrupt;
    CameraRequest request;
    CameraSearch search;
    CameraStream stream;
    int held; /* index of the buffer that the last frame is a view of, -1 for none */
    CameraTimeline timeline;
    CameraLowLight low_light;
    int64_t started_ns; /* the stream */
    bool lost;
    Error reason; /* of the loss, while lost */
    int64_t next_try_ns, pause_ns;
    char description[96]; /* one line, see input_describe() */
} Camera;

static int64_t now_ns(const Camera *camera)
{
    return camera->calls->now(camera->calls->context);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void begin_stream(Camera *camera)
{
    const CameraFormat *format = &camera->stream.format;
    int used =
        snprintf(camera->description, sizeof camera->description, "%s: %dx%d %s", camera->stream.device.name,
                 format->width, format->height, camera_fourcc(format->fourcc).text);
    if (format->rate > 0)
        snprintf(camera->description + used, sizeof camera->description - (size_t)used, " at %.4g fps",
                 format->rate);
    camera->started_ns = now_ns(camera);
    camera->held = -1;
    camera_timeline_restart(&camera->timeline);
    camera_low_light_restart(&camera->low_light);
}

/* Closes the stream, because it failed or could not be opened, and sets the time of the next attempt: at once
 * where it had run for more than a second. */
static void end_stream(Camera *camera)
{
    int64_t now = now_ns(camera);
    camera_stream_close(&camera->stream);
    camera->held = -1;
    if (!camera->lost && now - camera->started_ns > SECOND_NS)
        camera->pause_ns = 0;
    camera->next_try_ns = now + camera->pause_ns;
    camera->pause_ns = sooner(later(2 * camera->pause_ns, MIN_PAUSE_NS), MAX_PAUSE_NS);
    if (!camera->lost) {
        camera->lost = true;
        atomic_fetch_add(&camera->base.counts.lost, 1);
        camera_search_restart(&camera->search);
    }
}

/* How long a running stream may deliver nothing before it counts as lost. */
static int64_t patience_ns(const Camera *camera)
{
    double rate = camera->stream.format.rate;
    return rate > 0 ? later(SECOND_NS, (int64_t)(8e9 / rate)) : SECOND_NS;
}

/* When a stream that has delivered nothing since `entered` counts as lost. */
static int64_t deadline_ns(const Camera *camera, int64_t entered)
{
    int64_t start = camera->started_ns + later(START_NS, patience_ns(camera));
    return camera->lost ? start : later(start, entered + patience_ns(camera));
}

static void reopen(Camera *camera)
{
    if (camera_search_open(&camera->search, &camera->stream, &camera->request, &camera->reason))
        end_stream(camera);
    else
        begin_stream(camera);
}

/* Dequeues all filled buffers and keeps the newest whole one, with its sequence number. Returns 1, 0 when
 * there is none, or a negative errno. Bounded by the number of buffers, because the driver goes on filling
 * them. */
static int take_newest(Camera *camera, struct v4l2_buffer *newest, int64_t *sequence)
{
    const CameraStream *stream = &camera->stream;
    InputCounts *counts = &camera->base.counts;
    int found = 0;
    for (int i = 0; i < stream->count; i++) {
        struct v4l2_buffer buffer;
        int result = camera_stream_dequeue(stream, &buffer);
        if (result <= 0) /* an error will be reported by the next call again */
            return found ? 1 : result;
        atomic_fetch_add(&counts->dropped, camera_timeline_number(&camera->timeline, buffer.sequence));
        int unwanted = found ? (int)newest->index : -1;
        if (!camera_stream_is_whole(stream, &buffer)) {
            atomic_fetch_add(&counts->damaged, 1);
            unwanted = (int)buffer.index;
        } else {
            if (found)
                atomic_fetch_add(&counts->skipped, 1);
            *newest = buffer;
            *sequence = camera->timeline.sequence;
            found = 1;
        }
        if (unwanted >= 0) {
            int code = camera_stream_requeue(stream, unwanted);
            if (code)
                return code;
        }
    }
    return found;
}

static int64_t stamp_of(const struct v4l2_buffer *buffer, int64_t now)
{
    if ((buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        return now;
    return buffer->timestamp.tv_sec * SECOND_NS + buffer->timestamp.tv_usec * INT64_C(1000);
}

static void deliver(Camera *camera, const struct v4l2_buffer *buffer, int64_t sequence, Frame *frame)
{
    int64_t now = now_ns(camera);
    camera->held = (int)buffer->index;
    camera->lost = false;
    camera_stream_view(&camera->stream, buffer, frame);
    frame->sequence = sequence;
    frame->time_ns = camera_timeline_time(&camera->timeline, stamp_of(buffer, now), now);
    camera_low_light_update(&camera->low_light, &camera->stream, frame);
}

static void set_reason(Camera *camera, int code)
{
    const char *path = camera->stream.device.path;
    if (code == -ENODEV)
        error_set(&camera->reason, "%s: it was unplugged, or its driver stopped", path);
    else
        camera_device_fail(&camera->reason, path, "streaming", code);
}

/* What poll() found: 1 with a frame, 0 to wait again, -1 when the stream has failed, with the reason. */
static int handle_events(Camera *camera, short events, Frame *frame)
{
    struct v4l2_buffer buffer;
    int64_t sequence = 0;
    if (!events)
        return 0;
    int result = take_newest(camera, &buffer, &sequence);
    if (result > 0) {
        deliver(camera, &buffer, sequence, frame);
        return 1;
    }
    if (result == 0 && !(events & (POLLERR | POLLHUP | POLLNVAL)))
        return 0;
    set_reason(camera, result ? result : -EIO);
    return -1;
}

/* Waits for the device or the interruption. Returns the device's events, or a negative errno; ECANCELED:
 * interrupted. */
static int wait_until(Camera *camera, int64_t time)
{
    struct pollfd fds[2] = {{.fd = camera->stream.device.fd, .events = POLLIN},
                            {.fd = camera->interrupt.fd, .events = POLLIN}};
    int64_t left = later(time - now_ns(camera), 0);
    int result = camera->calls->wait(camera->calls->context, fds, 2,
                                     (int)((left + MILLISECOND_NS - 1) / MILLISECOND_NS));
    if (result < 0)
        return result == -EINTR ? 0 : result;
    return fds[1].revents ? -ECANCELED : fds[0].revents;
}

static bool is_open(const Camera *camera)
{
    return camera->stream.device.fd >= 0;
}

/* Waits once, for a frame or for the next attempt to reopen a lost camera. Returns 1 with a frame, 0 to wait
 * again, -1 when the stream has failed, with the reason, or -ECANCELED. */
static int wait_once(Camera *camera, int64_t entered, Frame *frame)
{
    int64_t until;
    if (!is_open(camera) && now_ns(camera) >= camera->next_try_ns)
        reopen(camera);
    if (is_open(camera))
        until = deadline_ns(camera, entered);
    else
        until = camera->next_try_ns;
    int64_t deadline = until;
    if (camera->lost)
        until = sooner(until, entered + REPORT_NS);
    if (camera->interrupt.stop)
        until = sooner(until, now_ns(camera) + INTERRUPT_STOP_MS * MILLISECOND_NS);
    int events = wait_until(camera, until);
    if (events == -ECANCELED || !is_open(camera))
        return events;
    if (events < 0) {
        set_reason(camera, events);
        return -1;
    }
    int result = handle_events(camera, (short)events, frame);
    if (result == 0 && now_ns(camera) >= deadline) {
        error_set(&camera->reason, "%s: no picture for %.3g seconds", camera->stream.device.path,
                  (double)(deadline - later(entered, camera->started_ns)) / 1e9);
        return -1;
    }
    return result;
}

static InputStatus camera_read(Input *source, Frame *frame, Error *error)
{
    Camera *camera = (Camera *)source;
    int64_t entered = now_ns(camera);
    bool was_lost = camera->lost;
    int result = 0;
    if (camera->held >= 0) {
        int code = camera_stream_requeue(&camera->stream, camera->held);
        camera->held = -1;
        if (code) {
            set_reason(camera, code);
            result = -1;
        }
    }
    for (;;) {
        if (interrupt_is_raised(&camera->interrupt))
            return INPUT_END;
        if (result == 0)
            result = wait_once(camera, entered, frame);
        if (result == -ECANCELED)
            return INPUT_END;
        if (result > 0)
            return INPUT_FRAME;
        if (result < 0)
            end_stream(camera);
        result = 0;
        if (camera->lost && (!was_lost || now_ns(camera) >= entered + REPORT_NS)) {
            *error = camera->reason;
            return INPUT_LOST;
        }
    }
}

static void camera_interrupt(Input *input)
{
    interrupt_raise(&((Camera *)input)->interrupt);
}

static const char *camera_advice(const Input *input)
{
    const char *advice = ((const Camera *)input)->low_light.advice;
    return *advice ? advice : NULL;
}

static const char *camera_describe(const Input *input)
{
    return ((const Camera *)input)->description;
}

static void camera_destroy(Input *input)
{
    Camera *camera = (Camera *)input;
    camera_stream_close(&camera->stream);
    camera_search_finish(&camera->search);
    interrupt_finish(&camera->interrupt);
    free(camera);
}

Input *camera_open_with(const CameraCalls *calls, const char *path, const InputOptions *options, Error *error)
{
    const CameraOptions *asked = &options->camera;
    Camera *camera = calloc(1, sizeof *camera);
    if (!camera) {
        error_set(error, "out of memory for a camera");
        return NULL;
    }
    camera->base.functions = &camera_driver;
    camera->base.live = true;
    camera->calls = calls;
    camera->request = (CameraRequest){asked->format, asked->width, asked->height, asked->frame_rate};
    camera->stream.device.fd = -1;
    camera_timeline_start(&camera->timeline);
    if (!interrupt_init(&camera->interrupt, options->stop, error) &&
        !camera_search_start(&camera->search, calls, path, error) &&
        !camera_search_open(&camera->search, &camera->stream, &camera->request, error)) {
        begin_stream(camera);
        camera->base.width = camera->stream.format.width;
        camera->base.height = camera->stream.format.height;
        camera->base.frame_rate = camera->stream.format.rate;
        return &camera->base;
    }
    camera_destroy(&camera->base);
    return NULL;
}

static bool camera_takes(const char *path, const struct stat *status)
{
    if (!path)
        return true;
    return status ? S_ISCHR(status->st_mode) : !strncmp(path, "/dev/video", strlen("/dev/video"));
}

static Input *camera_open(const char *path, const InputOptions *options, Error *error)
{
    return camera_open_with(&camera_system_calls, path, options, error);
}

/* Takes character devices, as cameras are, names of video devices that do not exist, and NULL: the first
 * capture device. Opening fails where there is no such device, it is not a capture device (the error says
 * what it is), it lacks a size, rate or format, is busy, may not be opened (the error names the group), ...
 * No control of the device (exposure, focus, ...) is touched.
 *
 * The first call of read() waits for the first frame, which many cameras take a second for. Frames are whole;
 * MJPEG pictures have an end, but only decoding them shows whether they are damaged inside: whoever finds one
 * counts it in `damaged`. advice() names the control that lets the camera halve its rate in the dark, when it
 * does. */
const InputDriver camera_driver = {
    .takes = camera_takes,
    .open = camera_open,
    .read = camera_read,
    .interrupt = camera_interrupt,
    .advice = camera_advice,
    .describe = camera_describe,
    .destroy = camera_destroy,
};
