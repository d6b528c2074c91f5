/*
 * What the user asked for: command line over config file over defaults. Each module has a struct of its own,
 * which is all that it sees of the options; only commands see the whole.
 */
#ifndef LOOKOUT_APP_OPTIONS_OPTIONS_H
#define LOOKOUT_APP_OPTIONS_OPTIONS_H

#include "app/run/channel.h"
#include "app/run/detection.h"
#include "app/run/weights.h"
#include "app/sinks/results.h"
#include "vision/input.h"
#include <stdbool.h>

typedef enum Command {
    COMMAND_DETECT, /* no command word: lookout [INPUT...] */
    COMMAND_INFO,
    COMMAND_BENCH,
    COMMAND_EVAL,
    COMMAND_DEVICES,
    COMMAND_COUNT,
} Command;

/* What is written and shown. Paths are NULL where there is no such file, and "-" for standard output. */
typedef struct OutputOptions {
    const char *output; /* annotated recording or picture */
#define RESULT_PATH(name, commands, help) const char *name;
    RESULT_SINKS(RESULT_PATH)
#undef RESULT_PATH
    const char *stats; /* JSON summary at the end */
    bool headless;     /* no window */
    bool progress;     /* shown also where standard error is no terminal */
    bool verbose;
} OutputOptions;

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

/* eval's own; files are NULL where they are not asked for */
typedef struct EvalOptions {
    const char *detections; /* COCO's results format */
    const char *plot;       /* SVG */
    bool voc;               /* also AP as Pascal VOC took it from 2010 on */
    bool voc07;             /* also as it did until 2009 */
} EvalOptions;

#define OPTIONS_MAX_INPUTS 64

/* Where an input's name goes in the path of an output. */
#define INPUT_NAME_PLACEHOLDER "{source}"

typedef struct Options {
    Command command;
    ModelOptions model; /* its alpha and size are the first of the lists */
    OptionAlphas alphas;
    OptionSizes sizes;
    DetectionOptions detection;
    CameraOptions camera;
    ChannelOptions channel;
    OutputOptions outputs;
    EvalOptions eval;
    const char *config; /* the file that was read, also without --config; NULL: none */
    bool version;
    bool help;

    int operand_count; /* INPUT..., MODEL or DATASET, as they stand on the command line */
    const char *operands[OPTIONS_MAX_INPUTS];
    int section_count; /* [input NAME] of the config file */
    InputSpec sections[OPTIONS_MAX_INPUTS];
    int input_count; /* what detection reads, made from both by inputs_resolve() */
    InputSpec inputs[OPTIONS_MAX_INPUTS];

    /* what strings of the above point to besides argv: freed by options_free() */
    struct {
        char *config_path, *config_text, *input_names;
    } owned;
} Options;

Options options_default(void);
void options_free(Options *options); /* takes the defaults, too */

#endif
