#include "vision/input/camera/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int camera_search_start(CameraSearch *search, const CameraCalls *calls, const char *path, Error *error)
{
    *search = (CameraSearch){.calls = calls};
    if (!path)
        return 0;
    search->path = strdup(path);
    return search->path ? 0 : error_set(error, "%s: out of memory", path);
}

void camera_search_finish(CameraSearch *search)
{
    free(search->path);
    search->path = NULL;
}

void camera_search_restart(CameraSearch *search)
{
    search->searched = false;
    search->has_namesake = false;
}

/* Whether an open device is the camera that was lost. One that was plugged into another port counts, unless
 * there are several of the same name. */
static bool is_same_camera(CameraSearch *search, const CameraDevice *device)
{
    if (strcmp(search->name, device->name))
        return false;
    if (!strcmp(search->bus, device->bus))
        return true;
    if (!search->searched)
        search->has_namesake = true;
    return !search->has_namesake;
}

/* Opens and starts the device at path if it is the right one. Returns 0, or a negative errno with error;
 * ENODEV: it is another one. */
static int try_path(CameraSearch *search, const char *path, CameraStream *stream,
                    const CameraRequest *request, Error *error)
{
    CameraDevice device;
    int code = camera_device_open(&device, search->calls, path, error);
    if (code)
        return code;
    if (search->known && !is_same_camera(search, &device)) {
        camera_device_close(&device);
        return -ENODEV;
    }
    code = camera_stream_start(stream, &device, request, error);
    if (!code) {
        search->known = true;
        memcpy(search->name, stream->device.name, sizeof search->name);
        memcpy(search->bus, stream->device.bus, sizeof search->bus);
    }
    return code;
}

/* Without memory the old path stays, and costs one attempt in vain when the camera is lost again. */
static void remember_path(CameraSearch *search, const char *path)
{
    char *copy = strdup(path);
    if (copy) {
        free(search->path);
        search->path = copy;
    }
}

/* Tries all devices, first the one where the camera was last. The error is that of the first device that
 * could be the camera but does not start, or may not be opened. */
static int try_all(CameraSearch *search, CameraStream *stream, const CameraRequest *request, Error *error)
{
    int numbers[CAMERA_MAX_NODES];
    int count = search->calls->list(search->calls->context, numbers, CAMERA_MAX_NODES);
    bool has_error = false;
    for (int i = search->path ? -1 : 0; i < count; i++) {
        char path[24] = "";
        Error problem;
        if (i >= 0)
            snprintf(path, sizeof path, "/dev/video%d", numbers[i]);
        if (i >= 0 && search->path && !strcmp(path, search->path))
            continue;
        int code = try_path(search, i < 0 ? search->path : path, stream, request, &problem);
        if (!code) {
            if (i >= 0)
                remember_path(search, path);
            return 0;
        }
        if (code == -ENODEV || code == -ENOENT || code == -ENXIO || code == -ENOTSUP || has_error)
            continue;
        *error = problem;
        has_error = true;
        if (!search->known && code != -EACCES && code != -EPERM)
            return -1; /* a busy or broken first camera is an error, not a reason to take the second */
    }
    if (has_error)
        return -1;
    if (search->known)
        return error_set(error, "\"%s\" is gone; plug it in again", search->name);
    return error_set(error, "there is no camera; \"lookout devices\" says what there is instead");
}

int camera_search_open(CameraSearch *search, CameraStream *stream, const CameraRequest *request, Error *error)
{
    if (search->path && !search->known)
        return try_path(search, search->path, stream, request, error) ? -1 : 0;
    int failed = try_all(search, stream, request, error);
    search->searched = true;
    return failed;
}
