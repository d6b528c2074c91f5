#include "vision/record/format.h"

#include "base/output_path.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Matroska counts milliseconds. 60000 ticks a second hit every usual rate within 9 microseconds and stay
 * below MPEG-4's limit of 65535. */
static const OutputFormat formats[] = {
    {OUTPUT_MATROSKA, "matroska", 1000, false}, {OUTPUT_MP4, "mp4", 60000, false},
    {OUTPUT_Y4M, "yuv4mpegpipe", 0, false},     {OUTPUT_JPEG, "image2pipe", 0, true},
    {OUTPUT_PNG, "image2pipe", 0, true},
};

static const struct {
    const char *suffix;
    OutputKind kind;
} suffixes[] = {
    {"mkv", OUTPUT_MATROSKA}, {"mp4", OUTPUT_MP4},   {"y4m", OUTPUT_Y4M},
    {"jpg", OUTPUT_JPEG},     {"jpeg", OUTPUT_JPEG}, {"png", OUTPUT_PNG},
};

const OutputFormat *output_format(const char *path, bool still, Error *error)
{
    if (output_path_is_stdout(path))
        return &formats[OUTPUT_Y4M];

    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name || dot[1] == '\0') /* "clip", ".clip", "clip." */
        return &formats[OUTPUT_MATROSKA];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (strcasecmp(dot + 1, suffixes[i].suffix) != 0)
            continue;
        const OutputFormat *format = &formats[suffixes[i].kind];
        if (format->still && !still) {
            error_set(error, "%s: holds a single picture, but the input is a clip; use .mkv, .mp4 or .y4m",
                      path);
            return NULL;
        }
        return format;
    }
    if (strncmp(path, "/dev/", 5) == 0)
        return &formats[OUTPUT_MATROSKA];
    error_set(error, "%s: unknown suffix %s; known are .mkv, .mp4, .y4m and, for pictures, .jpg and .png",
              path, dot);
    return NULL;
}
