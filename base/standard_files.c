#include "base/standard_files.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* Opened for the wrong direction, so that using the descriptor fails with EBADF. /dev/stdout, opened by that
 * name, is writable nevertheless: of /dev/full writing then fails with ENOSPC, but not every container has
 * it. */
static int open_stand_in(int descriptor)
{
    if (descriptor == STDIN_FILENO)
        return open("/dev/null", O_WRONLY);
    int opened = open("/dev/full", O_RDONLY);
    return opened >= 0 ? opened : open("/dev/null", O_RDONLY);
}

int standard_files_complete(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        /* all below are open, so the lowest free number is this one */
        if (fcntl(descriptor, F_GETFD) < 0 && open_stand_in(descriptor) < 0)
            return -1;
    }
    return 0;
}

bool stdout_is_closed(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}
