/* Finding a camera: by its path or as the first one, and again after it was lost, under whatever number. */
#ifndef LOOKOUT_VISION_INPUT_CAMERA_SEARCH_H
#define LOOKOUT_VISION_INPUT_CAMERA_SEARCH_H

#include "vision/input/camera/stream.h"

typedef struct CameraSearch {
    const CameraCalls *calls;
    char *path;    /* where it was seen last, or is to be looked for first; NULL: any */
    int known;     /* nonzero: name and bus are those of the camera */
    char name[40]; /* as CameraDevice has them */
    char bus[40];
    int outage;   /* since the camera was lost: 0 not looked yet, 1 looked */
    int has_twin; /* another camera of the same name was there when this one was lost */
} CameraSearch;

/* path NULL: the first camera there is. Returns 0, or -1 with error. */
int camera_search_start(CameraSearch *search, const CameraCalls *calls, const char *path, Error *error);
void camera_search_finish(CameraSearch *search);

/* The camera was lost: camera_search_open() now looks for the same one. */
void camera_search_begin(CameraSearch *search);

/* Finds the camera and starts it. Returns 0, or -1 with error. */
int camera_search_open(CameraSearch *search, CameraStream *stream, const CameraWish *wish, Error *error);

#endif
