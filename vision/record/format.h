/* What a recording is written as, decided by its path alone. */
#ifndef LOOKOUT_VISION_RECORD_FORMAT_H
#define LOOKOUT_VISION_RECORD_FORMAT_H

#include <stdbool.h>

#include "base/error.h"

typedef enum OutputKind {
    OUTPUT_MATROSKA,
    OUTPUT_MP4,
    OUTPUT_Y4M,
    OUTPUT_JPEG,
    OUTPUT_PNG,
} OutputKind;

typedef struct OutputFormat {
    OutputKind kind;
    const char *muxer; /* its name in libavformat */
    int ticks;         /* a second, in the file's timestamps; 0: it has none, only a frame rate */
    bool still;        /* holds one picture */
} OutputFormat;

/* "-": y4m; else by the suffix of the path's last part, in any case; without a suffix, or with an unknown one
 * under /dev, Matroska. NULL with error for any other suffix, and for a picture format unless `still`. */
const OutputFormat *output_format(const char *path, bool still, Error *error);

#endif
