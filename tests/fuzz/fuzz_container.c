/* Any bytes as each of the containers whose ends are looked at: an answer in bounded time, and the file left
 * where it was. */
#include "vision/input/container_end.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* libFuzzer's own entry point, which no header declares */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const formats[] = {"mov,mp4,m4a", "matroska,webm", "avi",
                                          "webp_pipe",   "gif",           "jpeg_pipe"};
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        container_is_cut(fd, (int64_t)size, formats[i]);
    if (lseek(fd, 0, SEEK_CUR) != (off_t)size)
        abort();
    close(fd);
    return 0;
}
