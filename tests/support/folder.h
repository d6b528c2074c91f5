/* A folder for the files of a test, gone when the test has ended. */
#ifndef LOOKOUT_TESTS_SUPPORT_FOLDER_H
#define LOOKOUT_TESTS_SUPPORT_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

/* The path of a file in it; valid until the fourth call after this one. */
static inline const char *in_folder(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* A set-up function of cmocka: 0, or -1. */
static inline int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/lookout-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type;
    return walk->level > 0 ? remove(path) : 0;
}

/* Returns 0, or -1 where something cannot be removed. */
static inline int empty_folder(void)
{
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static inline int remove_folder(void **state)
{
    (void)state;
    return empty_folder() || rmdir(folder) ? -1 : 0;
}

#endif
