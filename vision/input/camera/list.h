/* All video devices: the cameras, and those that are no camera. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_LIST_H
#define LOOKOUT_VISION_INPUT_CAMERA_LIST_H

#include <stdbool.h>

#include "base/error.h"
#include "vision/input/camera/calls.h"
#include "vision/input/camera/modes.h"

typedef struct CameraEntry {
    char path[24];     /* "/dev/video0" */
    char name[40];     /* as the driver calls it; empty where it did not answer */
    char bus[40];      /* where it is plugged in */
    bool usable;       /* lookout can open it, as far as can be said without doing so */
    Error problem;     /* otherwise: why not */
    CameraModes modes; /* of usable ones; rates of a range of sizes are those nearest to 640x480 */
} CameraEntry;

typedef struct CameraList {
    CameraEntry *entries; /* in the order of their numbers */
    int count;
} CameraList;

/* Asks every /dev/video*. No setting of any device is changed. Returns 0, or -1 with error (out of memory,
 * /dev cannot be read). */
int camera_list(CameraList *list, Error *error);
/* The same with other system calls. */
int camera_list_with(const CameraCalls *calls, CameraList *list, Error *error);
void camera_list_free(CameraList *list);

#endif
