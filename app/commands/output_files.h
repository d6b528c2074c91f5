/*
 * The files that a run writes: none may be one that it reads, or another that it writes, under whatever name
 * or link. They are compared by device and inode before anything is opened for writing. Devices and pipes
 * hold nothing that could be lost.
 */
#ifndef LOOKOUT_APP_COMMANDS_OUTPUT_FILES_H
#define LOOKOUT_APP_COMMANDS_OUTPUT_FILES_H

#include "app/options/options.h"
#include "base/file_visitor.h"

/* A recording and statistics of each input, and what a run writes once. */
#define OUTPUT_FILES_MAX (2 * OPTIONS_MAX_INPUTS + 4)

typedef struct OutputFile {
    char *path;
    bool exists;
    struct stat status; /* of the file; of its folder where the file does not exist yet */
    const char *name;   /* in the folder; NULL where the folder cannot be read */
} OutputFile;

/* Zeroed but for error, it is empty. */
typedef struct OutputFiles {
    Error *error; /* filled by each function that returns -1 */
    int count;
    OutputFile files[OUTPUT_FILES_MAX];
} OutputFiles;

void output_files_free(OutputFiles *outputs); /* takes an empty one */

/* The path of an input's own file: every {source} in the pattern is replaced by the input's name. The caller
 * frees it; NULL when out of memory. */
char *output_path_for(const char *pattern, const char *name);

/* Adds an output, OUTPUT_FILES_MAX at most; "-" is standard output, NULL none. Returns 0, or -1 if an output
 * that was added before is the same file, even one that does not exist yet: a usage error; or out of memory.
 */
int output_files_add(OutputFiles *outputs, const char *path);
/* The same for the file of each input, where the pattern has {source}; else for the one file of all. */
int output_files_add_each(OutputFiles *outputs, const char *pattern, const InputSpec *inputs, int count);

/* Returns 0, or -1 if the file is among the outputs: a usage error. A FileVisitor, whose context is an
 * OutputFiles. */
int output_files_check(void *outputs, const char *name, const struct stat *status);
/* The same for what every command reads: the config file and the weights. */
int output_files_check_settings(OutputFiles *outputs, const Options *options);
/* The same for what detection reads: every file of every input. */
int output_files_check_inputs(OutputFiles *outputs, const InputSpec *inputs, int count);

#endif
