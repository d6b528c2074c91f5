#include "vision/input/camera/low_light.h"

#include <ctype.h>
#include <stdio.h>

#define WINDOW_NS INT64_C(2000000000)
/* In the dark cameras go down to a half or a third of their rate; what lies above this is a slow bus. */
#define DARK_RATE 0.6

void camera_low_light_restart(CameraLowLight *low_light)
{
    low_light->measuring = false;
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

static void ask_for_control(CameraLowLight *low_light, const CameraStream *stream, double rate)
{
    struct v4l2_queryctrl query = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
    struct v4l2_control control = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
    char variable[sizeof query.name + 1];
    if (camera_device_control(&stream->device, VIDIOC_QUERYCTRL, &query) ||
        query.flags & V4L2_CTRL_FLAG_DISABLED ||
        camera_device_control(&stream->device, VIDIOC_G_CTRL, &control) || control.value == 0)
        return;
    name_of_control(query.name, sizeof query.name, variable);
    snprintf(low_light->advice, sizeof low_light->advice,
             "\"%s\" gives %.3g of %.4g frames a second to see in the dark; v4l2-ctl -d %s -c %s=0 keeps it "
             "fast, with darker pictures",
             stream->device.name, rate, stream->format.rate, stream->device.path, variable);
}

void camera_low_light_update(CameraLowLight *low_light, const CameraStream *stream, const Frame *frame)
{
    if (stream->format.rate <= 0 || low_light->advice[0])
        return;
    if (!low_light->measuring) {
        low_light->measuring = true;
        low_light->first_time_ns = frame->time_ns;
        low_light->first_sequence = frame->sequence;
        return;
    }
    int64_t elapsed = frame->time_ns - low_light->first_time_ns;
    if (elapsed < WINDOW_NS)
        return;
    double rate = 1e9 * (double)(frame->sequence - low_light->first_sequence) / (double)elapsed;
    low_light->first_time_ns = frame->time_ns;
    low_light->first_sequence = frame->sequence;
    if (rate < DARK_RATE * stream->format.rate)
        ask_for_control(low_light, stream, rate);
}
