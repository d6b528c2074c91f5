/* A USB camera behind the kernel's uvcvideo driver: its pictures, and its plug pulled again and again. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "camera_probe.h"
#include "vision/convert.h"

enum { PLUGS = 20, COLOURS = 3 };

/* JPEG at a high quality, and its way through Y'CbCr with halved chroma: a few levels. */
#define COLOUR_TOLERANCE 6

/* Which of run.sh's pictures it is: pure red, green or blue. */
static int colour_of(const Frame *rgb)
{
    static const int colours[COLOURS][3] = {{255, 0, 0}, {0, 128, 0}, {0, 0, 255}}; /* as ffmpeg calls them */
    for (int i = 0; i < COLOURS; i++) {
        int worst = 0;
        for (int row = 1; row < 8; row++)
            for (int column = 1; column < 8; column++) {
                const uint8_t *pixel = rgb->planes[0] + (ptrdiff_t)(rgb->height * row / 8) * rgb->strides[0] +
                                       3 * (rgb->width * column / 8);
                for (int c = 0; c < 3; c++)
                    worst = abs(pixel[c] - colours[i][c]) > worst ? abs(pixel[c] - colours[i][c]) : worst;
            }
        if (worst <= COLOUR_TOLERANCE)
            return i;
    }
    return -1;
}

/* Reads frames until all colours were seen. */
static void expect_colours(Probe *probe, Converter *converter, Frame *rgb)
{
    int seen[COLOURS] = {0}, kinds = 0;
    for (int frame = 0; frame < 60 && kinds < COLOURS; frame++) {
        probe_frames(probe, 1);
        EXPECT(probe->frame.format == PIXEL_MJPEG && probe->frame.width == 640 && probe->frame.height == 480,
               "format %d, %dx%d", (int)probe->frame.format, probe->frame.width, probe->frame.height);
        EXPECT(converter_to_rgb(converter, &probe->frame, rgb, &probe->error) == 0, "%s",
               probe->error.message);
        int colour = colour_of(rgb);
        EXPECT(colour >= 0, "a colour that no picture has");
        kinds += !seen[colour]++;
    }
    EXPECT(kinds == COLOURS, "%d of %d pictures in 60 frames", kinds, COLOURS);
}

static void check_pictures(const char *path)
{
    probe_check("uvc MJPG 640x480 at 30");
    Converter *converter = converter_create();
    Frame rgb = {0};
    Probe probe = probe_open(path, "MJPG", 640, 480, 30);
    expect_colours(&probe, converter, &rgb);
    probe_expect_all_counted(&probe);
    probe_close(&probe);

    probe_check("uvc YUYV 640x480 at 15");
    probe = probe_open(path, "YUYV", 640, 480, 15);
    probe_frames(&probe, 3);
    for (int x = 0; x < 640; x += 2) /* a grey ramp */
        EXPECT(probe.frame.planes[0][2 * x + 1] == 128, "chroma %d", probe.frame.planes[0][2 * x + 1]);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
    frame_free(&rgb);
    converter_destroy(converter);
}

/* Pulls the plug. The first camera is not our child. */
static void unplug(int pid)
{
    EXPECT(kill(pid, SIGTERM) == 0, "process %d is gone", pid);
    waitpid(pid, NULL, 0);
}

static int plug_in(char *const command[])
{
    pid_t pid = fork();
    EXPECT(pid >= 0, "no process");
    if (!pid) {
        execv(command[0], command);
        _exit(127);
    }
    return pid;
}

static void check_plug(const char *path, int pid, char *const command[])
{
    probe_check("uvc unplugged and plugged in %d times", PLUGS);
    Converter *converter = converter_create();
    Frame rgb = {0};
    Probe probe = probe_open(path, "MJPG", 640, 480, 30);
    double longest = 0;
    for (int i = 0; i < PLUGS; i++) {
        probe_frames(&probe, 3);
        unplug(pid);
        probe_until(&probe, SOURCE_LOST, 10);
        pid = plug_in(command);
        double start = probe_seconds();
        probe_until(&probe, SOURCE_FRAME, 30);
        longest = fmax(longest, probe_seconds() - start);
    }
    expect_colours(&probe, converter, &rgb);
    EXPECT(probe.outages == PLUGS, "%lld outages", probe.outages);
    probe_expect_all_counted(&probe);
    probe_note("back after %.1f s at the latest, %lld frames damaged", longest,
               probe_count(&probe.camera->counts.damaged));
    probe_close(&probe);
    frame_free(&rgb);
    converter_destroy(converter);
    unplug(pid);
}

void uvc_checks(const char *path, int pid, char *const command[])
{
    check_pictures(path);
    check_plug(path, pid, command);
}
