/* The pictures of a directory as an input. */
#ifndef LOOKOUT_VISION_INPUT_PICTURE_DIRECTORY_H
#define LOOKOUT_VISION_INPUT_PICTURE_DIRECTORY_H

#include "vision/input.h"

/* A file of this name (without a folder) is taken for a picture. */
bool picture_directory_takes(const char *name);

/* Picture files by their suffix, in the byte order of their names; hidden files and subdirectories are left
 * out. A picture that cannot be read is skipped and reported at the end. Picture n is at n/25 s and has the
 * sequence number n, also behind skipped ones. Of an animation the first picture counts. */
extern const InputDriver picture_directory_driver;

#endif
