/*
 * The files that a run writes: none may be one that it reads, or another that it writes, under whatever name
 * or link. They are compared by device and inode before anything is opened for writing. Devices and pipes
 * hold nothing that could be lost.
 */
#ifndef LOOKOUT_APP_COMMANDS_OUTPUT_FILES_H
#define LOOKOUT_APP_COMMANDS_OUTPUT_FILES_H

#include "app/options/options.h"
#include "base/file_visitor.h"

#define OUTPUT_FILES_MAX 8

/* Zeroed but for error, it is empty. */
typedef struct OutputFiles {
    Error *error; /* filled by each function that returns -1 */
    int count;
    struct {
        const char *path;
        bool exists;
        struct stat status; /* if it exists */
    } files[OUTPUT_FILES_MAX];
} OutputFiles;

/* Adds an output, OUTPUT_FILES_MAX at most; "-" is standard output, NULL none. path must outlive outputs.
 * Returns 0, or -1 if an output that was added before is the same file, even one that does not exist yet. */
int output_files_add(OutputFiles *outputs, const char *path);

/* Returns 0, or -1 if the file is among the outputs. A FileVisitor, whose context is an OutputFiles. */
int output_files_check(void *outputs, const char *name, const struct stat *status);
/* The same for what every command reads: the config file and the weights. */
int output_files_check_settings(OutputFiles *outputs, const Options *options);

#endif
