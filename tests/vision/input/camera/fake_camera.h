/* Simulated video devices behind a CameraCalls table, which fail where a test wants it and count what is left
 * open. */
#ifndef LOOKOUT_TESTS_VISION_INPUT_CAMERA_FAKE_CAMERA_H
#define LOOKOUT_TESTS_VISION_INPUT_CAMERA_FAKE_CAMERA_H

#include <linux/videodev2.h>
#include <stdatomic.h>

#include "vision/input/camera/calls.h"

enum { FAKE_NODES = 4, FAKE_MODES = 24, FAKE_BUFFERS = 8, FAKE_FAULTS = 64 };

/* What can fail besides an ioctl, which is named by its request. */
enum { FAKE_OPEN = 1, FAKE_MAP, FAKE_WAIT, FAKE_LIST };

/* What happens to a frame. */
typedef enum FakeFault {
    FAULT_NONE,
    FAULT_DROPPED, /* its number is used up */
    FAULT_FLAGGED, /* whole, with V4L2_BUF_FLAG_ERROR */
    FAULT_SHORT,   /* one byte is missing at its end */
    FAULT_EMPTY,
    FAULT_TOO_LONG, /* says that it has more bytes than its buffer */
} FakeFault;

/* One size and rate of a format; 0/0: the rate is not listed, 0x0: nor is the size. A range where
 * most_width is set: sizes in steps of 8 and rates from 1 to denominator/numerator. */
typedef struct FakeMode {
    uint32_t fourcc;
    unsigned int width, height;
    unsigned int numerator, denominator;
    unsigned int most_width, most_height;
} FakeMode;

typedef struct FakeBuffer {
    uint8_t *memory;
    size_t length;
    int mapped, queued, filled;
    struct v4l2_buffer info; /* of a filled one */
} FakeBuffer;

typedef struct FakeNode {
    int number;
    atomic_int present; /* can be changed at any time: plug and unplug */
    atomic_int broken;  /* a fatal streaming error, until the device is opened again */
    atomic_int silent;  /* delivers nothing */
    unsigned int caps;  /* device_caps */
    const char *driver, *card, *bus;
    FakeMode modes[FAKE_MODES];  /* those of one format together; ends with a fourcc of 0 */
    int lists_no_formats;        /* no VIDIOC_ENUM_FMT */
    int lists_no_rates;          /* no VIDIOC_ENUM_FRAMEINTERVALS */
    unsigned int most_buffers;   /* of FAKE_BUFFERS; 0: all */
    unsigned int missing_bytes;  /* at the end of every buffer */
    struct v4l2_pix_format like; /* colorspace, ycbcr_enc, quantization; extra bytes a line in bytesperline */
    int first_sequence;          /* at every start */
    int has_dark_control, dark_control;
    double slowed; /* factor by which every interval is longer than negotiated; 1 is normal */
    unsigned int timestamp_flags;
    int64_t timestamp_offset_ns;
    unsigned char faults[FAKE_FAULTS]; /* FakeFault of the first frames after a start */
    /* Fills a picture, returns the bytes used; NULL: luma, or all bytes, are the sequence number. */
    size_t (*draw)(const struct FakeNode *node, uint32_t sequence, uint8_t *memory, size_t length);
    const void *pictures; /* for draw */
    /* state */
    int opened, streaming, was_removed;
    int times_opened;
    struct v4l2_pix_format format;
    unsigned int numerator, denominator;
    FakeBuffer buffers[FAKE_BUFFERS];
    int buffer_count;
    uint32_t sequence; /* of the next frame */
    int started;       /* frames since the start */
    int64_t next_ns;
} FakeNode;

typedef struct FakeCamera {
    CameraCalls calls; /* for camera_open_with() */
    FakeNode nodes[FAKE_NODES];
    int node_count;
    int real_time; /* use the real clock; otherwise one that only waiting moves */
    int64_t clock_ns;
    void (*on_wait)(struct FakeCamera *fake); /* before every wait; may change anything; may be NULL */
    struct {
        unsigned long what;
        int code, skip, times;
    } failure;
    int failures; /* injected so far */
    int mappings, descriptors;
    int settings_changed; /* VIDIOC_S_CTRL and the like were called */
} FakeCamera;

/* One YUYV and MJPG camera at /dev/video0, 640x480 and 320x240 at 30 and 15 a second. */
void fake_camera_init(FakeCamera *fake);
/* Adds a node like the first, under another number. */
FakeNode *fake_camera_add(FakeCamera *fake, int number, const char *card, const char *bus);
/* Lets a call fail with -code, `times` times after having worked `skip` times. */
void fake_camera_fail(FakeCamera *fake, unsigned long what, int code, int skip, int times);
/* Frees what is left, and fails the test if anything was. */
void fake_camera_finish(FakeCamera *fake);

#endif
