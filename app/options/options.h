/* What the user asked for: command line over config file over defaults. */
#ifndef LOOKOUT_APP_OPTIONS_OPTIONS_H
#define LOOKOUT_APP_OPTIONS_OPTIONS_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef enum Command {
    COMMAND_DETECT, /* no command word: lookout [INPUT] */
    COMMAND_INFO,
    COMMAND_BENCH,
    COMMAND_EVAL,
    COMMAND_DEVICES,
    COMMAND_COUNT,
} Command;

/* --alpha auto */
#define OPTION_ALPHA_AUTO (-1)

typedef struct OptionDimensions {
    int width, height;
} OptionDimensions;

/* Lists of bench and eval, each value once, in the order given; empty where the option is not given. */
#define OPTION_MAX_ALPHAS 4
#define OPTION_MAX_SIZES 16

typedef struct OptionAlphas {
    int count;
    double values[OPTION_MAX_ALPHAS];
} OptionAlphas;

typedef struct OptionSizes {
    int count;
    int values[OPTION_MAX_SIZES];
} OptionSizes;

/* eval's --threshold where it is not given: low, so that precision is known at every recall */
#define OPTION_EVAL_THRESHOLD 0.001

typedef struct Options {
    Command command;
    const char *operand; /* INPUT, info's MODEL or eval's DATASET; NULL when not given */

    const char *output;
    const char *json;
    const char *stats;
    const char *config; /* the file that was read, also without --config; NULL: none */
    int headless;

    double alpha; /* 0: not given; OPTION_ALPHA_AUTO; the first of a list */
    int size;     /* of the network's input, pixels a side; -r and --size both set it; the first of a list */
    OptionAlphas alphas;
    OptionSizes sizes;
    const char *model;
    double threshold;
    double nms;
    int max_detections;
    const char *classes; /* names separated by commas; NULL: all */

    int threads; /* 0: cores in the affinity mask */
    const char *isa;

    const char *detections; /* eval's files, NULL: none */
    const char *plot;
    int voc; /* AP as Pascal VOC took it from 2010 on; voc07: until 2009 */
    int voc07;

    OptionDimensions camera_size; /* 0 x 0: chosen */
    double camera_fps;            /* 0: chosen */
    const char *camera_format;    /* NULL: chosen */
    int exit_on_lost;

    int frames; /* 0: all */
    int loop;
    int realtime;
    double target_fps; /* of --alpha auto; 0: the input's */
    int steady;
    int progress;
    int verbose;
    int version;
    int help;
} Options;

Options options_default(void);

/* Applies a command line (argv[0] is skipped) to options, whose strings then point into argv. Only reads and
 * writes its arguments. Returns 0, or -1 with error: a usage error. */
int options_parse(Options *options, int argc, char *const argv[], Error *error);

/* Applies one option by its long name, as a config file does. Returns 0 or -1 with error. */
int options_set(Options *options, const char *name, const char *value, Error *error);

/* Checks that hold for all options together, once everything is applied. Returns 0 or -1 with error. */
int options_check(const Options *options, Error *error);

#endif
