/* Finding a camera: by its path or as the first one, and again after it was lost, under whatever number. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_SEARCH_H
#define LOOKOUT_VISION_INPUT_CAMERA_SEARCH_H

#include <stdbool.h>

#include "vision/input/camera/stream.h"

typedef struct CameraSearch {
    const CameraCalls *calls;
    char *path;    /* where the camera was last, which is tried first; NULL: any */
    bool known;    /* name and bus are those of the camera */
    char name[40]; /* as CameraDevice has them */
    char bus[40];
    bool searched;     /* at least once since the camera was lost */
    bool has_namesake; /* another camera of the same name was there when this one was lost */
} CameraSearch;

/* path NULL: the first camera there is. Returns 0, or -1 with error. */
int camera_search_start(CameraSearch *search, const CameraCalls *calls, const char *path, Error *error);
void camera_search_finish(CameraSearch *search);

/* The camera was lost: from now on camera_search_open() opens the same one only. */
void camera_search_restart(CameraSearch *search);

/* Finds the camera and starts it. Returns 0, or -1 with error. */
int camera_search_open(CameraSearch *search, CameraStream *stream, const CameraRequest *request,
                       Error *error);

#endif
