#include "app/options/options.h"

#include "app/options/option_table.h"
#include "base/text.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

Options options_default(void)
{
    return (Options){
        .size = OPTION_FULL_SIZE,
        .threshold = 0.3,
        .nms = 0.5,
        .max_detections = 100,
    };
}

static void *field_of(Options *options, const Option *option)
{
    return (char *)options + option->offset;
}

/* "1, 0.75, 0.5, 0.25" */
static void list_choices(const Option *option, char *text, size_t size)
{
    int length = 0;
    for (int i = 0; option->choices[i] && (size_t)length < size; i++)
        length += snprintf(text + length, size - (size_t)length, "%s%s", i ? ", " : "", option->choices[i]);
}

/* Index of the choice within `tolerance` of value, or -1. */
static int find_choice(const Option *option, double value, double tolerance)
{
    for (int i = 0; option->choices[i]; i++) {
        double choice;
        if (!text_to_number(option->choices[i], &choice) && fabs(value - choice) <= tolerance)
            return i;
    }
    return -1;
}

typedef int (*AddItem)(Options *options, const Option *option, const char *item);

/* A list with commas between, or `all`, which stands for the list of that name. add() returns nonzero for
 * what it does not take. */
static int set_list(Options *options, const Option *option, const char *value, const char *all, AddItem add,
                    const char *remark, Error *error)
{
    if (!strcmp(value, "all"))
        value = all;
    for (const char *item = value;; item++) {
        char text[32];
        const int length = (int)strcspn(item, ",");
        snprintf(text, sizeof text, "%.*s", length, item);
        if ((size_t)length >= sizeof text || add(options, option, text)) {
            char choices[64];
            list_choices(option, choices, sizeof choices);
            return error_set(error, "option --%s: '%.*s' is not one of %s%s", option->name, length, item,
                             choices, remark);
        }
        item += length;
        if (!*item)
            return 0;
    }
}

static int add_alpha(Options *options, const Option *option, const char *item)
{
    OptionAlphas *alphas = &options->alphas;
    double alpha;
    if (text_to_number(item, &alpha) || find_choice(option, alpha, 0) < 0)
        return -1;
    for (int i = 0; i < alphas->count; i++)
        if (alphas->values[i] == alpha)
            return 0;
    alphas->values[alphas->count++] = alpha;
    return 0;
}

static int set_alpha(Options *options, const Option *option, const char *value, Error *error)
{
    options->alphas.count = 0;
    options->alpha = OPTION_ALPHA_AUTO;
    if (!strcmp(value, "auto"))
        return 0;
    if (set_list(options, option, value, "1,0.75,0.5,0.25", add_alpha, "", error))
        return -1;
    options->alpha = options->alphas.values[0];
    return 0;
}

static void add_size(OptionSizes *sizes, int size)
{
    for (int i = 0; i < sizes->count; i++)
        if (sizes->values[i] == size)
            return;
    sizes->values[sizes->count++] = size;
}

static int add_rho_item(Options *options, const Option *option, const char *item)
{
    /* the sides are sevenths of 224, the choices are those rounded */
    static const int sevenths[] = {10, 9, 8, 7, 6, 5, 4};
    double rho;
    (void)option;
    if (text_to_number(item, &rho))
        return -1;
    for (size_t i = 0; i < sizeof sevenths / sizeof *sevenths; i++) {
        if (fabs(rho - sevenths[i] / 7.0) <= 0.005 + 1e-9) {
            add_size(&options->sizes, OPTION_FULL_SIZE / 7 * sevenths[i]);
            return 0;
        }
    }
    return -1;
}

static int add_size_item(Options *options, const Option *option, const char *item)
{
    int64_t size;
    if (text_to_integer(item, &size) || size < (int64_t)option->minimum || size > (int64_t)option->maximum ||
        size % 32)
        return -1;
    add_size(&options->sizes, (int)size);
    return 0;
}

static int set_rho(Options *options, const Option *option, const char *value, Error *error)
{
    options->sizes.count = 0;
    if (set_list(options, option, value, "1,0.857,0.714,0.571", add_rho_item, " (of 224 pixels)", error))
        return -1;
    options->size = options->sizes.values[0];
    return 0;
}

static int set_size(Options *options, const Option *option, const char *value, Error *error)
{
    options->sizes.count = 0;
    if (set_list(options, option, value, "224,192,160,128", add_size_item, "", error))
        return -1;
    options->size = options->sizes.values[0];
    return 0;
}

static int set_dimensions(Options *options, const Option *option, const char *value, Error *error)
{
    char side[2][16];
    int64_t sides[2];
    if (sscanf(value, "%15[0-9]x%15[0-9]", side[0], side[1]) == 2 &&
        strlen(side[0]) + strlen(side[1]) + 1 == strlen(value) && !text_to_integer(side[0], &sides[0]) &&
        !text_to_integer(side[1], &sides[1]) && sides[0] >= (int64_t)option->minimum &&
        sides[0] <= (int64_t)option->maximum && sides[1] >= (int64_t)option->minimum &&
        sides[1] <= (int64_t)option->maximum) {
        *(OptionDimensions *)field_of(options, option) = (OptionDimensions){(int)sides[0], (int)sides[1]};
        return 0;
    }
    return error_set(error, "option --%s: '%s' is not %s, as 640x480", option->name, value, option->argument);
}

static int set_integer(Options *options, const Option *option, const char *value, Error *error)
{
    int64_t number;
    if (!text_to_integer(value, &number) && number >= (int64_t)option->minimum &&
        number <= (int64_t)option->maximum) {
        *(int *)field_of(options, option) = (int)number;
        return 0;
    }
    return error_set(error, "option --%s: '%s' is not a whole number from %.0f to %.0f", option->name, value,
                     option->minimum, option->maximum);
}

static int set_number(Options *options, const Option *option, const char *value, Error *error)
{
    double number;
    if (!text_to_number(value, &number) && number >= option->minimum && number <= option->maximum) {
        *(double *)field_of(options, option) = number;
        return 0;
    }
    return error_set(error, "option --%s: '%s' is not a number from %.0f to %.0f", option->name, value,
                     option->minimum, option->maximum);
}

static int set_flag(Options *options, const Option *option, const char *value, Error *error)
{
    int on = !strcmp(value, "yes");
    if (!on && strcmp(value, "no"))
        return error_set(error, "option --%s: '%s' is neither yes nor no", option->name, value);
    *(int *)field_of(options, option) = on;
    return 0;
}

static int set_text(Options *options, const Option *option, const char *value, Error *error)
{
    if (!*value)
        return error_set(error, "option --%s: its value %s is empty", option->name, option->argument);
    *(const char **)field_of(options, option) = value;
    return 0;
}

static int set(Options *options, const Option *option, const char *value, Error *error)
{
    switch (option->type) {
    case OPTION_FLAG:
        return set_flag(options, option, value, error);
    case OPTION_INTEGER:
        return set_integer(options, option, value, error);
    case OPTION_NUMBER:
        return set_number(options, option, value, error);
    case OPTION_ALPHA:
        return set_alpha(options, option, value, error);
    case OPTION_RHO:
        return set_rho(options, option, value, error);
    case OPTION_DIMENSIONS:
        return set_dimensions(options, option, value, error);
    case OPTION_SIZE:
        return set_size(options, option, value, error);
    case OPTION_TEXT:
    case OPTION_FILE:
        break;
    }
    return set_text(options, option, value, error);
}

/* The option whose name is likely meant: the nearest within a third of its letters, or one that starts so. */
static const Option *nearest_option(const char *name)
{
    const Option *best = NULL;
    int best_distance = INT_MAX;
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        int distance = text_distance(name, option->name);
        if (strlen(name) >= 2 && !strncmp(name, option->name, strlen(name)))
            distance = 1;
        if (distance < best_distance && distance <= ((int)strlen(option->name) + 2) / 3) {
            best = option;
            best_distance = distance;
        }
    }
    return best;
}

static int fail_unknown(const char *name, const char *dashes, Error *error)
{
    const Option *nearest = nearest_option(name);
    if (nearest)
        return error_set(error, "no option '%s%s'; did you mean %s%s?", dashes, name, dashes, nearest->name);
    return error_set(error, "no option '%s%s'; 'lookout --help' lists them", dashes, name);
}

int options_set(Options *options, const char *name, const char *value, Error *error)
{
    const Option *option = option_by_name(name, strlen(name));
    if (!option)
        return fail_unknown(name, "", error);
    if (option->command_line_only)
        return error_set(error, "option '%s' belongs on the command line", name);
    return set(options, option, value, error);
}

/* A command line on its way into options. */
typedef struct Parser {
    Options *options;
    int argc;
    char *const *argv;
    int next;       /* index in argv */
    uint64_t given; /* bit i: option_table[i] was on the command line */
    Error *error;
} Parser;

static void note_given(Parser *parser, const Option *option)
{
    parser->given |= UINT64_C(1) << (option - option_table);
}

static int parse_value(Parser *parser, const Option *option)
{
    if (parser->next >= parser->argc)
        return error_set(parser->error, "option --%s needs a value, %s", option->name, option->argument);
    return set(parser->options, option, parser->argv[parser->next++], parser->error);
}

static int parse_long(Parser *parser, const char *text)
{
    size_t length = strcspn(text, "=");
    const Option *option = option_by_name(text, length);
    if (!option) {
        char name[80];
        snprintf(name, sizeof name, "%.*s", length < sizeof name ? (int)length : (int)sizeof name - 1, text);
        return fail_unknown(name, "--", parser->error);
    }
    note_given(parser, option);
    if (text[length] == '=')
        return set(parser->options, option, text + length + 1, parser->error);
    if (option->type == OPTION_FLAG)
        return set(parser->options, option, "yes", parser->error);
    return parse_value(parser, option);
}

/* One or more letters after a dash; the first that takes a value takes the rest. */
static int parse_letters(Parser *parser, const char *letters)
{
    for (; *letters; letters++) {
        const Option *option = option_by_letter(*letters);
        if (!option)
            return error_set(parser->error, "no option '-%.*s'; 'lookout --help' lists them",
                             (unsigned char)*letters < 0x80 ? 1 : 8, letters);
        note_given(parser, option);
        if (option->type != OPTION_FLAG) {
            if (letters[1])
                return set(parser->options, option, letters + 1, parser->error);
            return parse_value(parser, option);
        }
        if (set(parser->options, option, "yes", parser->error))
            return -1;
    }
    return 0;
}

static int parse_operand(Parser *parser, const char *operand, int may_be_command)
{
    Options *options = parser->options;
    if (!*operand)
        return error_set(parser->error, "an empty INPUT; give a file, a directory or -");
    if (may_be_command) {
        for (int i = 0; i < COMMAND_COUNT; i++) {
            if (!strcmp(operand, command_table[i].word)) {
                options->command = (Command)i;
                return 0;
            }
        }
    }
    if (options->operand)
        return error_set(parser->error, "one input at a time: '%s' and '%s'", options->operand, operand);
    options->operand = operand;
    return 0;
}

static int check_belonging(const Parser *parser)
{
    unsigned command = parser->options->command;
    for (int i = 0; i < option_count; i++)
        if (parser->given >> i & 1 && !(option_table[i].commands >> command & 1))
            return error_set(parser->error, "option --%s does not go with %s", option_table[i].name,
                             command ? command_table[command].word : "detection");
    return 0;
}

int options_parse(Options *options, int argc, char *const argv[], Error *error)
{
    Parser parser = {.options = options, .argc = argc, .argv = argv, .next = 1, .error = error};
    int operands = 0;
    for (int only_operands = 0; parser.next < argc;) {
        const char *text = argv[parser.next++];
        int failed = 0;
        if (only_operands || text[0] != '-' || !text[1])
            failed = parse_operand(&parser, text, !only_operands && !operands++);
        else if (!strcmp(text, "--"))
            only_operands = 1;
        else if (text[1] == '-')
            failed = parse_long(&parser, text + 2);
        else
            failed = parse_letters(&parser, text + 1);
        if (failed)
            return -1;
    }
    return check_belonging(&parser);
}

/* Also of an input, where it is standard input. */
static int is_dash(const char *path)
{
    return path && !strcmp(path, "-");
}

static int check_eval(const Options *options, Error *error)
{
    if (!options->operand)
        return error_set(error,
                         "eval needs a DATASET: a COCO json file, or a folder with pictures and boxes");
    if (is_dash(options->json) + is_dash(options->detections) + is_dash(options->plot) > 1)
        return error_set(error, "only one of --json, --detections and --plot can go to standard output (-)");
    return 0;
}

int options_check(const Options *options, Error *error)
{
    if ((options->command == COMMAND_BENCH || options->command == COMMAND_DEVICES) && options->operand)
        return error_set(error, "%s takes no INPUT, and '%s' is given", command_table[options->command].word,
                         options->operand);
    if (options->command == COMMAND_INFO && options->operand && options->model)
        return error_set(error, "info tells of one model, and both '%s' and '%s' are given", options->model,
                         options->operand);
    if (options->command != COMMAND_DETECT && options->alpha == OPTION_ALPHA_AUTO)
        return error_set(error, "option --alpha: auto goes with detection only");
    if (options->command == COMMAND_EVAL)
        return check_eval(options, error);
    if (options->command != COMMAND_BENCH && (options->alphas.count > 1 || options->sizes.count > 1))
        return error_set(error, "option --%s: a list goes with bench and eval only; name one value",
                         options->alphas.count > 1 ? "alpha" : "size");
    if (options->command != COMMAND_DETECT)
        return 0;
    if (is_dash(options->output) + is_dash(options->json) + is_dash(options->stats) > 1)
        return error_set(error, "only one of --output, --json and --stats can go to standard output (-)");
    if (options->loop && is_dash(options->operand))
        return error_set(error, "option --loop: standard input cannot start again");
    return 0;
}
