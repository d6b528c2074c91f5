/* Small clips for tests, made by the ffmpeg program in a folder that is gone afterwards. */
#ifndef LOOKOUT_TEST_MEDIA_H
#define LOOKOUT_TEST_MEDIA_H

#include <ftw.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEDIA_SKIPPED = 77 };

static char media_directory[64];

static int media_remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

/* Runs a shell command, printf style, in the folder; its exit status. */
__attribute__((format(printf, 1, 2))) static int media_run(const char *format, ...)
{
    char command[4096];
    int used = snprintf(command, sizeof command, "ulimit -t 100; cd %s && ", media_directory);
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
    snprintf(media_directory, sizeof media_directory, "/tmp/lookout-media-XXXXXX");
    if (!mkdtemp(media_directory)) {
        perror("mkdtemp");
        return 1;
    }
    return 0;
}

static void media_end(void)
{
    nftw(media_directory, media_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder; good until the fourth next call. */
static const char *media_path(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", media_directory, name);
    return path;
}

/* Reads a whole file of the folder, or NULL; to be freed. */
static uint8_t *media_load(const char *name, size_t *size)
{
    FILE *file = fopen(media_path(name), "rb");
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
    FILE *file = fopen(media_path(name), "wb");
    if (!file)
        return -1;
    int failed = fwrite(bytes, 1, size, file) != size;
    return fclose(file) || failed ? -1 : 0;
}

#endif
