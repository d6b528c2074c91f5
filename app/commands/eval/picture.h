/* The pixels of one picture file after another. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_PICTURE_H
#define LOOKOUT_APP_COMMANDS_EVAL_PICTURE_H

#include "vision/convert.h"
#include "vision/frame.h"
#include <stdatomic.h>

typedef struct PictureReader {
    Converter *converter;
    Frame rgb; /* PIXEL_RGB24, upright: the picture that was read last */
} PictureReader;

int picture_reader_open(PictureReader *reader);   /* -1 when out of memory */
void picture_reader_close(PictureReader *reader); /* takes a zeroed one */

/* Reads the picture at path into reader->rgb. stop, when it becomes nonzero, ends a wait for a pipe. Returns
 * 0, or -1 with an error that names the path: there is none, it is not a single picture, or it is not whole.
 */
int picture_reader_read(PictureReader *reader, const char *path, const atomic_int *stop, Error *error);

#endif
