/*
 * Every option, once: this table feeds the parser, --help, the man page, the shell completions and the config
 * file. What is listed works.
 */
#ifndef LOOKOUT_APP_OPTIONS_OPTION_TABLE_H
#define LOOKOUT_APP_OPTIONS_OPTION_TABLE_H

#include "app/options/options.h"
#include "detector/lookout.h"

typedef enum OptionType {
    OPTION_FLAG,       /* int: 0 or 1 */
    OPTION_INTEGER,    /* int from minimum to maximum */
    OPTION_NUMBER,     /* double from minimum to maximum */
    OPTION_TEXT,       /* const char *, not empty */
    OPTION_FILE,       /* the same, completed as a file name */
    OPTION_ALPHA,      /* double: one of the choices; auto is OPTION_ALPHA_AUTO */
    OPTION_RHO,        /* int: the input size whose share of 224 is within 0.005 */
    OPTION_DIMENSIONS, /* OptionDimensions: WxH, each from minimum to maximum */
    OPTION_SIZE,       /* int: one of the choices, or any multiple of 32 from minimum to maximum */
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
    int command_line_only;                       /* refused in a config file */
    const char *help;                            /* one line, without a full stop */
} Option;

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

/* Pixels a side of the input at rho = 1. */
#define OPTION_FULL_SIZE LOOKOUT_FULL_SIZE

#endif
