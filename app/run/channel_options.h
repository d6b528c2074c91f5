/* What the user asks of the inputs: which there are, and how each is gone through. */
#ifndef LOOKOUT_APP_RUN_CHANNEL_OPTIONS_H
#define LOOKOUT_APP_RUN_CHANNEL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The same for every input. */
typedef struct ChannelOptions {
    int64_t frames; /* of each input; 0: all */
    bool loop;      /* start again at the end */
    bool realtime;  /* not faster than the input's own speed */
    bool exit_on_lost;
    double target_rate; /* detections a second that alpha auto holds; 0: the input's frame rate */
} ChannelOptions;

/* One input. */
typedef struct InputSpec {
    const char *name;    /* unique, and fit to be part of a file name */
    const char *path;    /* NULL: the first camera */
    const char *classes; /* names separated by commas; NULL: those of all inputs (--classes) */
    double threshold;    /* negative: that of all inputs (--threshold) */
} InputSpec;

/* Where an input's name goes in the path of an output. */
#define INPUT_NAME_PLACEHOLDER "{source}"

#endif
