/* Is a file shorter than its own headers say? libav* reads a cut file up to the cut and calls that the end.
 */
#ifndef LOOKOUT_VISION_INPUT_CONTAINER_END_H
#define LOOKOUT_VISION_INPUT_CONTAINER_END_H

#include <stdbool.h>
#include <stdint.h>

/* format_names: AVInputFormat.name of the file, size: its length in bytes. True when the file is surely
 * cut; false when it is whole or its format does not contain its length. Uses pread(), so fd's position
 * stays. */
bool container_is_cut(int fd, int64_t size, const char *format_names);

#endif
