#include "vision/input/camera/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vision/input/camera/choice.h"
#include "vision/input/camera/device.h"
#include "vision/input/camera/enumerate.h"

/* A device that vanishes meanwhile is not an error: it is listed as unusable. */
static int describe(CameraEntry *entry, const CameraCalls *calls, Error *error)
{
    CameraDevice device;
    entry->usable = !camera_device_open(&device, calls, entry->path, &entry->problem);
    memcpy(entry->name, device.name, sizeof entry->name);
    memcpy(entry->bus, device.bus, sizeof entry->bus);
    if (!entry->usable)
        return 0;
    int failed = camera_enumerate(&device, CAMERA_USUAL_WIDTH, CAMERA_USUAL_HEIGHT, &entry->modes, error);
    camera_device_close(&device);
    CameraChoice any;
    if (!failed && camera_choose(&entry->modes, &(CameraRequest){0}, &any, error)) {
        entry->usable = false;
        error_set(&entry->problem, "%s: \"%s\" %.300s", entry->path, entry->name, error->message);
    }
    return failed;
}

int camera_list_with(const CameraCalls *calls, CameraList *list, Error *error)
{
    int numbers[CAMERA_MAX_NODES];
    *list = (CameraList){0};
    int count = calls->list(calls->context, numbers, CAMERA_MAX_NODES);
    if (count < 0)
        return error_set(error, "/dev: %s", strerror(-count));
    list->entries = calloc((size_t)count + 1, sizeof *list->entries);
    if (!list->entries)
        return error_set(error, "out of memory");
    for (int i = 0; i < count; i++) {
        CameraEntry *entry = &list->entries[list->count++];
        snprintf(entry->path, sizeof entry->path, "/dev/video%d", numbers[i]);
        if (describe(entry, calls, error)) {
            camera_list_free(list);
            return -1;
        }
    }
    return 0;
}

int camera_list(CameraList *list, Error *error)
{
    return camera_list_with(&camera_system_calls, list, error);
}

void camera_list_free(CameraList *list)
{
    for (int i = 0; i < list->count; i++)
        camera_modes_free(&list->entries[i].modes);
    free(list->entries);
    *list = (CameraList){0};
}
