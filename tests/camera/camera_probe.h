/* Checks of vision/input/camera on real drivers, in a virtual machine that run.sh starts. */
#ifndef LOOKOUT_TESTS_CAMERA_CAMERA_PROBE_H
#define LOOKOUT_TESTS_CAMERA_CAMERA_PROBE_H

#include "vision/input/open.h"

/* Ends the program where a condition does not hold: the machine is thrown away anyway. */
#define EXPECT(condition, ...)                                                                               \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            probe_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                         \
    } while (0)
void probe_fail(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));

/* Starts a check; the one before is finished: it is reported, and must have left no descriptor and no mapping
 * of a device behind. NULL: only finishes. */
void probe_check(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Adds to what is reported of the check. */
void probe_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A camera under test, with what it has delivered. */
typedef struct Probe {
    Input *camera;
    Frame frame;      /* the last one */
    Error error;      /* why the camera was lost */
    long long frames; /* delivered */
    long long first_sequence;
    int64_t first_time_ns;
    long long outages; /* times that LOST followed a frame */
    int is_lost;
} Probe;

Probe probe_open(const char *path, const char *format, int width, int height, double rate);
/* Reads once; times and numbers must go on, and a view must be sane. */
InputStatus probe_read(Probe *probe);
void probe_frames(Probe *probe, int count); /* reads that many frames; the camera must not be lost */
void probe_until(Probe *probe, InputStatus status, double seconds);
/* Every sequence number is that of a frame that was delivered, skipped, dropped or damaged. */
void probe_expect_all_counted(const Probe *probe);
void probe_close(Probe *probe);

long long probe_count(const atomic_llong *count);
double probe_seconds(void); /* CLOCK_MONOTONIC */

void vivid_checks(const char *path);
/* The simulated camera is plugged in; kill(pid) unplugs it, and running command again plugs it in. */
void uvc_checks(const char *path, int pid, char *const command[]);

#endif
