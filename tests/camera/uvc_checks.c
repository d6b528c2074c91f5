/* A USB camera: MJPEG and raw pictures as they were sent, and unplugging. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "camera_probe.h"
#include "vision/convert.h"

enum { MOST_PICTURES = 32, UNPLUGS = 20 };

/* The JPEG files that the camera sends over and over, in their order. */
typedef struct Pictures {
    uint8_t *bytes[MOST_PICTURES];
    size_t sizes[MOST_PICTURES];
    int count;
} Pictures;

static Pictures load_pictures(char *const command[])
{
    Pictures pictures = {.count = 0};
    for (int i = 1; command[i] && pictures.count < MOST_PICTURES; i++) {
        FILE *file = fopen(command[i], "rb");
        enum { ROOM = 1 << 20 };
        uint8_t *bytes = malloc(ROOM);
        EXPECT(file && bytes, "%s", command[i]);
        pictures.bytes[pictures.count] = bytes;
        pictures.sizes[pictures.count++] = fread(bytes, 1, ROOM, file);
        fclose(file);
    }
    EXPECT(pictures.count > 1, "no pictures");
    return pictures;
}

static void free_pictures(Pictures *pictures)
{
    for (int i = 0; i < pictures->count; i++)
        free(pictures->bytes[i]);
}

/* Which of the pictures a frame is, byte by byte; the driver may add the end of a packet. */
static int picture_of(const Pictures *pictures, const Frame *frame)
{
    for (int i = 0; i < pictures->count; i++)
        if (frame->bytes >= pictures->sizes[i] &&
            !memcmp(frame->planes[0], pictures->bytes[i], pictures->sizes[i]))
            return i;
    return -1;
}

static void check_pictures(const char *path, const Pictures *pictures)
{
    probe_check("usb camera, MJPG");
    Probe probe = probe_open(path, "MJPG", 640, 480, 30);
    EXPECT(strstr(input_describe(probe.camera), ": 640x480 MJPG at 30 fps"), "%s",
           input_describe(probe.camera));
    Converter *converter = converter_create();
    Frame rgb = {0};
    int last = -1;
    int64_t last_sequence = 0;
    for (int i = 0; i < 60; i++) {
        probe_frames(&probe, 1);
        int picture = picture_of(pictures, &probe.frame);
        EXPECT(picture >= 0, "frame %lld of %zu bytes is none of the pictures",
               (long long)probe.frame.sequence, probe.frame.bytes);
        int64_t step = probe.frame.sequence - last_sequence;
        EXPECT(last < 0 || (last + step) % pictures->count == picture, "picture %d %lld frames after %d",
               picture, (long long)step, last);
        last = picture;
        last_sequence = probe.frame.sequence;
        EXPECT(converter_to_rgb(converter, &probe.frame, &rgb, &probe.error) == 0, "%s", probe.error.message);
    }
    EXPECT(rgb.width == 640 && rgb.height == 480, "%dx%d", rgb.width, rgb.height);
    probe_note("%lld frames, %lld skipped, %lld dropped, %lld damaged", probe.frames,
               probe_count(&probe.camera->counts.skipped), probe_count(&probe.camera->counts.dropped),
               probe_count(&probe.camera->counts.damaged));
    probe_expect_all_counted(&probe);
    frame_free(&rgb);
    converter_destroy(converter);
    probe_close(&probe);
}

/* The camera's raw pictures are a ramp that moves. */
static void check_raw(const char *path)
{
    probe_check("usb camera, YUYV");
    Probe probe = probe_open(path, "YUYV", 640, 480, 5);
    for (int i = 0; i < 5; i++) {
        probe_frames(&probe, 1);
        for (int y = 0; y < 480; y++) {
            const uint8_t *row = probe.frame.planes[0] + (ptrdiff_t)y * probe.frame.strides[0];
            for (int x = 0; x < 640; x++) {
                EXPECT(row[2 * x] == (uint8_t)(row[0] + x), "%d at %d,%d", row[2 * x], x, y);
                EXPECT(row[2 * x + 1] == 128, "chroma %d at %d,%d", row[2 * x + 1], x, y);
            }
        }
    }
    probe_expect_all_counted(&probe);
    probe_close(&probe);
}

static int plug_in(char *const command[])
{
    int pid = fork();
    EXPECT(pid >= 0, "no process");
    if (pid == 0) {
        execv(command[0], command);
        _exit(127);
    }
    return pid;
}

static void check_plug(const char *path, int pid, char *const command[], const Pictures *pictures)
{
    probe_check("usb camera, unplugged and plugged in %d times", UNPLUGS);
    Probe probe = probe_open(path, "MJPG", 0, 0, 30);
    double longest = 0;
    for (int i = 0; i < UNPLUGS; i++) {
        probe_frames(&probe, 3);
        EXPECT(kill(pid, SIGTERM) == 0, "no camera to pull");
        probe_until(&probe, INPUT_LOST, 10);
        if (i == 0)
            probe_note("%s", probe.error.message);
        else
            waitpid(pid, NULL, 0);
        EXPECT(probe_read(&probe) == INPUT_LOST, "a frame of a camera that is not there");
        double start = probe_seconds();
        pid = plug_in(command);
        probe_until(&probe, INPUT_FRAME, 30);
        longest = probe_seconds() - start > longest ? probe_seconds() - start : longest;
        EXPECT(picture_of(pictures, &probe.frame) >= 0, "a wrong picture after %d", i);
    }
    EXPECT(probe.outages == UNPLUGS, "%lld outages", probe.outages);
    probe_note("back after %.1f s at most", longest);
    probe_expect_all_counted(&probe);
    probe_close(&probe);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

void uvc_checks(const char *path, int pid, char *const command[])
{
    Pictures pictures = load_pictures(command);
    check_pictures(path, &pictures);
    check_raw(path);
    check_plug(path, pid, command, &pictures);
    free_pictures(&pictures);
}
