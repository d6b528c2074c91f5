/* The system calls that a camera needs, as a table, so that tests can simulate cameras and every error. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_CALLS_H
#define LOOKOUT_VISION_INPUT_CAMERA_CALLS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define CAMERA_MAX_NODES 256 /* as many as V4L2 has minor numbers */

/* All calls return a negative errno where they fail; EINTR comes from `wait` only. */
typedef struct CameraCalls {
    void *context;                                /* passed to every call */
    int (*open)(void *context, const char *path); /* for reading and writing, non-blocking; a descriptor */
    void (*close)(void *context, int fd);
    int (*control)(void *context, int fd, unsigned long request, void *argument);    /* ioctl */
    int (*map)(void *context, int fd, size_t length, int64_t offset, void **memory); /* shared, read-only */
    void (*unmap)(void *context, void *memory, size_t length);
    int (*wait)(void *context, struct pollfd *fds, int count, int milliseconds); /* poll */
    int64_t (*now)(void *context);                                               /* clock_now_ns() */
    /* Fills numbers with the N of every /dev/videoN there is, ascending; returns how many, at most room. */
    int (*list)(void *context, int *numbers, int room);
} CameraCalls;

extern const CameraCalls camera_system_calls;

#endif
