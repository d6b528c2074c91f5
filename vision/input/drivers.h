/*
 * Every kind of input, once: X(driver), in the order in which they are asked whether they take a path. Each
 * is defined in a file of its own.
 */
#ifndef LOOKOUT_VISION_INPUT_DRIVERS_H
#define LOOKOUT_VISION_INPUT_DRIVERS_H

#include "vision/input.h"

#define INPUT_DRIVERS(X) X(stdin_driver) X(camera_driver) X(picture_directory_driver) X(clip_driver)

#define INPUT_DRIVER(driver) extern const InputDriver driver;
INPUT_DRIVERS(INPUT_DRIVER)
#undef INPUT_DRIVER

#endif
