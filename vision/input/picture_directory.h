/* The pictures of a directory as an input, picture_directory_driver of vision/input/drivers.h. */
#ifndef LOOKOUT_VISION_INPUT_PICTURE_DIRECTORY_H
#define LOOKOUT_VISION_INPUT_PICTURE_DIRECTORY_H

#include <stdbool.h>

/* A file of this name (without a folder) is taken for a picture. */
bool picture_directory_takes(const char *name);

#endif
