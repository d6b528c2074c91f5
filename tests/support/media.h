/* Small clips for tests, made by the ffmpeg program in a folder that is gone afterwards. */
#ifndef LOOKOUT_TESTS_SUPPORT_MEDIA_H
#define LOOKOUT_TESTS_SUPPORT_MEDIA_H

#include "tests/support/folder.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEDIA_SKIPPED = 77 };

/* Runs a shell command, formatted as by printf, in the folder; returns its exit status. */
__attribute__((format(printf, 1, 2))) static int media_run(const char *format, ...)
{
    char command[4096];
    int used = snprintf(command, sizeof command, "ulimit -t 100; cd %s && ", folder);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command + used, sizeof command - (size_t)used, format, arguments);
    va_end(arguments);
    int status = system(command);
    if (status)
        fprintf(stderr, "failed: %s\n", command);
    return status;
}

/* Makes the folder. Returns 0, or the exit code to leave with where there is no ffmpeg. */
static int media_begin(void)
{
    if (system("ffmpeg -version >/dev/null 2>&1") || system("ffprobe -version >/dev/null 2>&1")) {
        printf("skipped: the ffmpeg and ffprobe programs are needed to make clips\n");
        return MEDIA_SKIPPED;
    }
    return make_folder(NULL) ? 1 : 0;
}

/* Reads a whole file of the folder, or NULL; to be freed. */
static uint8_t *media_load(const char *name, size_t *size)
{
    FILE *file = fopen(in_folder(name), "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    if (bytes && fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

static int media_save(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "wb");
    if (!file)
        return -1;
    int failed = fwrite(bytes, 1, size, file) != size;
    return fclose(file) || failed ? -1 : 0;
}

#endif
