/* Opens whatever an input is: the table of the drivers. */
#ifndef LOOKOUT_VISION_INPUT_OPEN_H
#define LOOKOUT_VISION_INPUT_OPEN_H

#include "vision/input.h"

/* Opens what `path` is: NULL: the first camera; "-": y4m on standard input; a video device: a camera; a
 * directory: its pictures in the byte order of their names, 25 a second; a file or named pipe that FFmpeg can
 * read. Files are opened as plain files, never as URLs or patterns, and nothing that a file refers to is
 * opened. options may be NULL: the usual ones. libav* may start threads, here and in rewind(), which inherit
 * the signal mask of the caller: see base/thread.h. Returns NULL with error filled when there is not one
 * frame to be had (no such file, not a video, busy, ...). */
Input *input_open(const char *path, const InputOptions *options, Error *error);

/* Whether input_open() would open a camera: path is NULL, a character device, or the name of a video device
 * that is not there. */
bool input_is_camera(const char *path);

/* Visits the files that input_open() would read for this path, without opening them: the file itself, that
 * which standard input comes from, or the pictures of a directory; none for NULL. What cannot be examined is
 * left to input_open() to report. Returns 0, or what the visitor ended the round with. */
int input_visit_files(const char *path, FileVisitor *visit, void *context);

#endif
