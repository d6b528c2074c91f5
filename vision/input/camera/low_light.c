#include "vision/input/camera/low_light.h"

#include <ctype.h>
#include <stdio.h>

#define WINDOW_NS INT64_C(2000000000)
/* Cameras go down to a half or a third; what lies between is a slow bus. */
#define DIM_RATE 0.6

void camera_low_light_restart(CameraLowLight *dimness)
{
    dimness->measuring = 0;
}

/* "Exposure, Dynamic Framerate" -> "exposure_dynamic_framerate", as v4l2-ctl calls it. */
static void name_of_control(const unsigned char *name, size_t length, char *variable)
{
    size_t used = 0;
    for (size_t i = 0; i < length && name[i]; i++)
        if (name[i] < 0x80 && isalnum(name[i]))
            variable[used++] = (char)tolower(name[i]);
        else if (used && variable[used - 1] != '_')
            variable[used++] = '_';
    if (used && variable[used - 1] == '_')
        used--;
    variable[used] = '\0';
}

static void look_for_control(CameraLowLight *dimness, const CameraStream *stream, double rate)
{
    struct v4l2_queryctrl query = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
    struct v4l2_control control = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
    char variable[sizeof query.name + 1];
    if (camera_device_control(&stream->device, VIDIOC_QUERYCTRL, &query) ||
        query.flags & V4L2_CTRL_FLAG_DISABLED ||
        camera_device_control(&stream->device, VIDIOC_G_CTRL, &control) || control.value == 0)
        return;
    name_of_control(query.name, sizeof query.name, variable);
    snprintf(dimness->advice, sizeof dimness->advice,
             "\"%s\" gives %.3g of %.4g frames a second to see in the dark; v4l2-ctl -d %s -c %s=0 keeps it "
             "fast, with darker pictures",
             stream->device.name, rate, stream->agreement.rate, stream->device.path, variable);
}

void camera_low_light_watch(CameraLowLight *dimness, const CameraStream *stream, const Frame *frame)
{
    if (stream->agreement.rate <= 0 || dimness->advice[0])
        return;
    if (!dimness->measuring) {
        dimness->measuring = 1;
        dimness->first_time_ns = frame->time_ns;
        dimness->first_sequence = frame->sequence;
        return;
    }
    int64_t elapsed = frame->time_ns - dimness->first_time_ns;
    if (elapsed < WINDOW_NS)
        return;
    double rate = 1e9 * (double)(frame->sequence - dimness->first_sequence) / (double)elapsed;
    dimness->first_time_ns = frame->time_ns;
    dimness->first_sequence = frame->sequence;
    if (rate < DIM_RATE * stream->agreement.rate)
        look_for_control(dimness, stream, rate);
}
