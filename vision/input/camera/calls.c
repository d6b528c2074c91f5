#include "vision/input/camera/calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

static int system_open(void *context, const char *path)
{
    (void)context;
    int fd;
    do
        fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

static void system_close(void *context, int fd)
{
    (void)context;
    close(fd);
}

static int system_control(void *context, int fd, unsigned long request, void *argument)
{
    (void)context;
    int result;
    do
        result = ioctl(fd, request, argument);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

static int system_map(void *context, int fd, size_t length, int64_t offset, void **memory)
{
    (void)context;
    *memory = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, offset);
    return *memory == MAP_FAILED ? -errno : 0;
}

static void system_unmap(void *context, void *memory, size_t length)
{
    (void)context;
    munmap(memory, length);
}

static int system_wait(void *context, struct pollfd *fds, int count, int milliseconds)
{
    (void)context;
    int result = poll(fds, (nfds_t)count, milliseconds);
    return result < 0 ? -errno : result;
}

static int64_t system_now(void *context)
{
    (void)context;
    return clock_now_ns();
}

static int compare_numbers(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

static int system_list(void *context, int *numbers, int room)
{
    (void)context;
    DIR *directory = opendir("/dev");
    if (!directory)
        return -errno;
    int count = 0;
    const struct dirent *entry;
    while (count < room && (entry = readdir(directory))) {
        int number, used = 0;
        if (sscanf(entry->d_name, "video%3d%n", &number, &used) == 1 && !entry->d_name[used] && number >= 0)
            numbers[count++] = number;
    }
    closedir(directory);
    qsort(numbers, (size_t)count, sizeof *numbers, compare_numbers);
    return count;
}

const CameraCalls camera_system_calls = {
    .open = system_open,
    .close = system_close,
    .control = system_control,
    .map = system_map,
    .unmap = system_unmap,
    .wait = system_wait,
    .now = system_now,
    .list = system_list,
};
