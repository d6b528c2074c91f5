/* Reference data of ../shared, and random numbers, for the tests of detector/. */
#ifndef LOOKOUT_TESTS_SUPPORT_SHARED_H
#define LOOKOUT_TESTS_SUPPORT_SHARED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Meson's exit code of a skipped test. */
#define EXIT_SKIPPED 77

/* Whole file, which the caller frees; NULL if it cannot be read. */
static inline void *file_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *bytes = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);
        rewind(file);
        bytes = malloc((size_t)length + 1);
        if (bytes && fread(bytes, 1, (size_t)length, file) == (size_t)length) {
            *size = (size_t)length;
        } else {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

static inline const char *source_folder(void)
{
    const char *source = getenv("LOOKOUT_SOURCE");
    return source ? source : ".";
}

/* Of a file of ../shared or $LOOKOUT_SHARED. */
static inline void shared_path(const char *relative, char *path, size_t size)
{
    const char *shared = getenv("LOOKOUT_SHARED");
    if (shared)
        snprintf(path, size, "%s/%s", shared, relative);
    else
        snprintf(path, size, "%s/../shared/%s", source_folder(), relative);
}

/* A file of ../shared; NULL if it is not there. */
static inline void *shared_bytes(const char *relative, size_t *size)
{
    char path[4096];
    shared_path(relative, path, sizeof path);
    return file_bytes(path, size);
}

static inline int have_golden(void)
{
    size_t size;
    void *bytes = shared_bytes("weights-2/golden/README.md", &size);
    free(bytes);
    return bytes != NULL;
}

/* What a test program returns: failures as they are, a skip where the golden values are missing. */
static inline int exit_code(int failures)
{
    if (failures == 0 && !have_golden()) {
        printf("skipped in part: no ../shared/weights-2/golden (set LOOKOUT_SHARED to the folder that has "
               "it)\n");
        return EXIT_SKIPPED;
    }
    return failures;
}

/* Uniform in 0..1; the state is any number. */
static inline double random_unit(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

#endif
