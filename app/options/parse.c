#include "app/options/parse.h"

#include "app/options/inputs.h"
#include "app/options/option_table.h"
#include "app/options/option_value.h"
#include "base/output_path.h"
#include "base/text.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

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
        return error_set_usage(error, "no option '%s%s'; did you mean %s%s?", dashes, name, dashes,
                               nearest->name);
    return error_set_usage(error, "no option '%s%s'; 'lookout --help' lists them", dashes, name);
}

int options_set(Options *options, const char *name, const char *value, Error *error)
{
    const Option *option = option_by_name(name, strlen(name));
    if (!option)
        return fail_unknown(name, "", error);
    if (option->command_line_only)
        return error_set_usage(error, "option '%s' belongs on the command line", name);
    return option_set_value(options, option, value, error);
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
        return error_set_usage(parser->error, "option --%s needs a value, %s", option->name,
                               option->argument);
    return option_set_value(parser->options, option, parser->argv[parser->next++], parser->error);
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
        return option_set_value(parser->options, option, text + length + 1, parser->error);
    if (option->type == OPTION_FLAG)
        return option_set_value(parser->options, option, "yes", parser->error);
    return parse_value(parser, option);
}

/* One or more letters after a dash; the first that takes a value takes the rest. */
static int parse_letters(Parser *parser, const char *letters)
{
    for (; *letters; letters++) {
        const Option *option = option_by_letter(*letters);
        if (!option)
            return error_set_usage(parser->error, "no option '-%.*s'; 'lookout --help' lists them",
                                   (unsigned char)*letters < 0x80 ? 1 : 8, letters);
        note_given(parser, option);
        if (option->type != OPTION_FLAG) {
            if (letters[1])
                return option_set_value(parser->options, option, letters + 1, parser->error);
            return parse_value(parser, option);
        }
        if (option_set_value(parser->options, option, "yes", parser->error))
            return -1;
    }
    return 0;
}

static int parse_operand(Parser *parser, const char *operand, bool may_be_command)
{
    Options *options = parser->options;
    if (!*operand)
        return error_set_usage(parser->error, "an empty INPUT; give a file, a directory or -");
    if (may_be_command) {
        for (int i = 0; i < COMMAND_COUNT; i++) {
            if (!strcmp(operand, command_table[i].word)) {
                options->command = (Command)i;
                return 0;
            }
        }
    }
    if (options->operand_count == OPTIONS_MAX_INPUTS)
        return error_set_usage(parser->error, "more than %d inputs; '%s' is one too many", OPTIONS_MAX_INPUTS,
                               operand);
    options->operands[options->operand_count++] = operand;
    return 0;
}

static int check_belonging(const Parser *parser)
{
    unsigned command = parser->options->command;
    for (int i = 0; i < option_count; i++)
        if (parser->given >> i & 1 && !(option_table[i].commands >> command & 1))
            return error_set_usage(parser->error, "option --%s does not go with %s", option_table[i].name,
                                   command ? command_table[command].word : "detection");
    return 0;
}

int options_parse(Options *options, int argc, char *const argv[], Error *error)
{
    Parser parser = {.options = options, .argc = argc, .argv = argv, .next = 1, .error = error};
    int operands = 0;
    for (bool only_operands = false; parser.next < argc;) {
        const char *text = argv[parser.next++];
        int failed = 0;
        if (only_operands || text[0] != '-' || !text[1])
            failed = parse_operand(&parser, text, !only_operands && !operands++);
        else if (!strcmp(text, "--"))
            only_operands = true;
        else if (text[1] == '-')
            failed = parse_long(&parser, text + 2);
        else
            failed = parse_letters(&parser, text + 1);
        if (failed)
            return -1;
    }
    return check_belonging(&parser);
}

/* What bench, eval, info and devices take beside options. */
static int check_operands(const Options *options, Error *error)
{
    static const struct {
        int most;
        const char *name;
    } taken[COMMAND_COUNT] = {
        [COMMAND_INFO] = {1, "MODEL"},
        [COMMAND_BENCH] = {0, "INPUT"},
        [COMMAND_EVAL] = {1, "DATASET"},
        [COMMAND_DEVICES] = {0, "INPUT"},
    };
    const Command command = options->command;
    const char *const word = command_table[command].word;
    if (options->operand_count <= taken[command].most)
        return 0;
    if (!taken[command].most)
        return error_set_usage(error, "%s takes no %s, and '%s' is given", word, taken[command].name,
                               options->operands[0]);
    return error_set_usage(error, "%s takes one %s, and both '%s' and '%s' are given", word,
                           taken[command].name, options->operands[0], options->operands[1]);
}

static int check_info(const Options *options, Error *error)
{
    if (options->operand_count && options->model.path)
        return error_set_usage(error, "info describes one model, and both '%s' and '%s' are given",
                               options->model.path, options->operands[0]);
    return 0;
}

static int check_eval(const Options *options, Error *error)
{
    if (!options->operand_count)
        return error_set_usage(error,
                               "eval needs a DATASET: a COCO json file, or a folder with pictures and boxes");
    if (output_path_is_stdout(options->outputs.json) + output_path_is_stdout(options->eval.detections) +
            output_path_is_stdout(options->eval.plot) >
        1)
        return error_set_usage(error,
                               "only one of --json, --detections and --plot can go to standard output (-)");
    return 0;
}

static int check_detect(const Options *options, Error *error)
{
    const OutputOptions *outputs = &options->outputs;
    int to_stdout = output_path_is_stdout(outputs->output) + output_path_is_stdout(outputs->stats);
#define COUNT(name, commands, help) to_stdout += output_path_is_stdout(outputs->name);
    RESULT_SINKS(COUNT)
#undef COUNT
#define NAME(name, commands, help) ", --" #name
    if (to_stdout > 1)
        return error_set_usage(
            error, "only one of --output" RESULT_SINKS(NAME) " and --stats can go to standard output (-)");
#undef NAME
    return inputs_check(options, error);
}

int options_check(const Options *options, Error *error)
{
    const Command command = options->command;
    const bool takes_lists = command == COMMAND_BENCH || command == COMMAND_EVAL;
    if (command != COMMAND_DETECT && check_operands(options, error))
        return -1;
    if (command != COMMAND_DETECT && options->model.alpha == MODEL_ALPHA_AUTO)
        return error_set_usage(error, "option --alpha: auto goes with detection only");
    if (!takes_lists && (options->alphas.count > 1 || options->sizes.count > 1))
        return error_set_usage(error, "option --%s: a list goes with bench and eval only; name one value",
                               options->alphas.count > 1 ? "alpha" : "size");
    switch (command) {
    case COMMAND_DETECT:
        return check_detect(options, error);
    case COMMAND_INFO:
        return check_info(options, error);
    case COMMAND_EVAL:
        return check_eval(options, error);
    case COMMAND_BENCH:
    case COMMAND_DEVICES:
    case COMMAND_COUNT:
        break;
    }
    return 0;
}
