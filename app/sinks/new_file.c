#include "app/sinks/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OF_A_SECOND = 1000 };

int new_file_create(char name[NEW_FILE_NAME], const char *suffix, time_t when, Error *error)
{
    struct tm time;
    char stem[32];
    if (!localtime_r(&when, &time) || !strftime(stem, sizeof stem, "lookout-%Y%m%d-%H%M%S", &time))
        return error_set(error, "a file cannot be named by this time; set the clock");
    for (int number = 1; number <= MOST_OF_A_SECOND; number++) {
        if (number == 1)
            snprintf(name, NEW_FILE_NAME, "%s.%s", stem, suffix);
        else
            snprintf(name, NEW_FILE_NAME, "%s-%d.%s", stem, number, suffix);
        /* exclusive: no other program can have taken the name between a look and the creation */
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
        if (errno != EEXIST)
            return error_set(error, "cannot write %s: %s", name, strerror(errno));
    }
    return error_set(error, "cannot write %s: too many files have the name of this second", name);
}
