#include "base/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns the bytes, or NULL with errno set; EFBIG: more than `most`. */
static char *read_all(int fd, size_t most, size_t *size)
{
    enum { FIRST_ROOM = 4096 };
    char *text = NULL;
    size_t room = 0;
    *size = 0;
    for (;;) {
        if (room <
            *size + 2) { /* one byte more than allowed, to notice a file that is too large; and the NUL */
            size_t wanted = room ? 2 * room : FIRST_ROOM;
            room = wanted < most + 2 ? wanted : most + 2;
            char *larger = realloc(text, room);
            if (!larger)
                break;
            text = larger;
        }
        ssize_t got = read(fd, text + *size, room - 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        *size += (size_t)got;
        if (*size > most) {
            errno = EFBIG;
            break;
        }
        if (!got) {
            text[*size] = 0;
            return text;
        }
    }
    int reason = errno;
    free(text);
    errno = reason;
    return NULL;
}

char *text_file_read(const char *path, size_t most, size_t *size, Error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO without a writer must not hang */
    char *text = fd < 0 ? NULL : read_all(fd, most, size);
    if (!text && fd >= 0 && errno == EFBIG)
        error_set(error, "%s: larger than %zu KiB; is it the right file?", path, most / 1024);
    else if (!text)
        error_set(error, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return text;
}
