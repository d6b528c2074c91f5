/*
 * Every option, once: this table feeds the parser, --help, the man page, the shell completions and the config
 * file. What is listed works.
 */
#ifndef LOOKOUT_APP_OPTIONS_OPTION_TABLE_H
#define LOOKOUT_APP_OPTIONS_OPTION_TABLE_H

#include "app/options/options.h"
#include "detector/lookout.h"
#include <stddef.h>

typedef enum OptionType {
    OPTION_FLAG,          /* bool */
    OPTION_INTEGER,       /* int from minimum to maximum */
    OPTION_COUNT,         /* int64_t from minimum to maximum */
    OPTION_NUMBER,        /* double from minimum to maximum */
    OPTION_TEXT,          /* const char *, not empty */
    OPTION_FILE,          /* the same, completed as a file name */
    OPTION_ALPHA,         /* double: one of the choices; auto is MODEL_ALPHA_AUTO; and Options.alphas */
    OPTION_RHO,           /* int: the input size whose share of 224 is within 0.005; and Options.sizes */
    OPTION_SIZE,          /* int: any multiple of 32 from minimum to maximum; and Options.sizes */
    OPTION_CAMERA_SIZE,   /* CameraOptions.width and height: WxH, each from minimum to maximum */
    OPTION_CAMERA_FORMAT, /* uint32_t: a FOURCC, by its name */
} OptionType;

#define OPTION_MAX_CHOICES 7

typedef struct Option {
    const char *name; /* without dashes */
    char letter;      /* 0: none */
    OptionType type;
    const char *argument; /* what help calls the value; NULL for flags */
    size_t offset;        /* of the field in Options */
    double minimum, maximum;
    const char *choices[OPTION_MAX_CHOICES + 1]; /* NULL-terminated; offered by completions */
    unsigned commands;                           /* bit 1 << Command for each that it belongs to */
    bool command_line_only;                      /* refused in a config file */
    const char *help;                            /* one line, without a full stop */
} Option;

/* As many as there are bits in the parser's set of options that were given. */
#define OPTION_TABLE_MAX 64

extern const Option option_table[];
extern const int option_count;

typedef struct CommandWord {
    const char *word;     /* "" for detection, which has none */
    const char *synopsis; /* what follows the program's name */
    const char *help;     /* one line, without a full stop */
} CommandWord;

extern const CommandWord command_table[COMMAND_COUNT];

/* NULL when there is none. */
const Option *option_by_name(const char *name, size_t length);
const Option *option_by_letter(char letter);

#endif
