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

void camera_search_begin(CameraSearch *search)
{
    search->outage = 0;
    search->has_twin = 0;
}

/* Whether an open device is the camera that was lost. One that was plugged into another port counts, unless
 * there are several of the same name. */
static int is_the_camera(CameraSearch *search, const CameraDevice *device)
{
    if (strcmp(search->name, device->name))
        return 0;
    if (!strcmp(search->bus, device->bus))
        return 1;
    if (!search->outage)
        search->has_twin = 1;
    return !search->has_twin;
}

/* Opens and starts the device at path if it is the right one. Returns 0, or a negative errno with error;
 * ENODEV: it is another one. */
static int try_path(CameraSearch *search, const char *path, CameraStream *stream, const CameraWish *wish,
                    Error *error)
{
    CameraDevice device;
    int code = camera_device_open(&device, search->calls, path, error);
    if (code)
        return code;
    if (search->known && !is_the_camera(search, &device)) {
        camera_device_close(&device);
        return -ENODEV;
    }
    char name[sizeof device.name], bus[sizeof device.bus];
    memcpy(name, device.name, sizeof name);
    memcpy(bus, device.bus, sizeof bus);
    code = camera_stream_start(stream, &device, wish, error);
    if (!code) {
        search->known = 1;
        memcpy(search->name, name, sizeof name);
        memcpy(search->bus, bus, sizeof bus);
    }
    return code;
}

/* Without memory the old path stays, and costs one vain look when the camera is lost again. */
static int remember_path(CameraSearch *search, const char *path)
{
    char *copy = strdup(path);
    if (copy) {
        free(search->path);
        search->path = copy;
    }
    return 0;
}

/* Looks through all devices, where the camera was seen last first. The error is that of the first device that
 * could be the camera but does not start, or may not be looked at. */
static int try_all(CameraSearch *search, CameraStream *stream, const CameraWish *wish, Error *error)
{
    int numbers[CAMERA_MOST_NODES];
    int count = search->calls->list(search->calls->context, numbers, CAMERA_MOST_NODES);
    int told = 0;
    for (int i = search->path ? -1 : 0; i < count; i++) {
        char path[24] = "";
        Error problem;
        if (i >= 0)
            snprintf(path, sizeof path, "/dev/video%d", numbers[i]);
        if (i >= 0 && search->path && !strcmp(path, search->path))
            continue;
        int code = try_path(search, i < 0 ? search->path : path, stream, wish, &problem);
        if (!code)
            return i < 0 ? 0 : remember_path(search, path);
        if (code == -ENODEV || code == -ENOENT || code == -ENXIO || code == -ENOTSUP || told)
            continue;
        *error = problem;
        told = 1;
        if (!search->known && code != -EACCES && code != -EPERM)
            return -1; /* the first camera was meant */
    }
    if (told)
        return -1;
    if (search->known)
        return error_set(error, "\"%s\" is gone; plug it in again", search->name);
    return error_set(error, "there is no camera; \"lookout devices\" says what there is instead");
}

int camera_search_open(CameraSearch *search, CameraStream *stream, const CameraWish *wish, Error *error)
{
    if (search->path && !search->known)
        return try_path(search, search->path, stream, wish, error) ? -1 : 0;
    int failed = try_all(search, stream, wish, error);
    search->outage = 1;
    return failed;
}
