/* Is a file shorter than its own headers say? libav* reads a cut file up to the cut and calls that the end.
 */
#ifndef LOOKOUT_VISION_INPUT_CONTAINER_END_H
#define LOOKOUT_VISION_INPUT_CONTAINER_END_H

#include <stdint.h>

/* format_names: AVInputFormat.name of the file, size: its length in bytes. Nonzero when the file is surely
 * cut; 0 when it is whole or its format has nothing to tell by. Uses pread(), so fd's position stays. */
int container_is_cut(int fd, int64_t size, const char *format_names);

#endif
