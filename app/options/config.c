#include "app/options/config.h"

#include "app/options/inputs.h"
#include "app/options/parse.h"
#include "base/text.h"
#include "base/text_file.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Trims in place; returns the first character that is kept. */
static char *trim(char *text)
{
    while (is_space(*text))
        text++;
    size_t length = strlen(text);
    while (length && is_space(text[length - 1]))
        text[--length] = 0;
    return text;
}

/* A config file on its way into options. */
typedef struct Parser {
    Options *options;
    InputSpec *section; /* that the lines belong to; NULL before the first one */
    int section_line;
} Parser;

/* ---- sections ----------------------------------------------------------------------------------- */

static int set_path(InputSpec *input, const char *value, Error *error)
{
    if (!*value)
        return error_set_usage(error, "the path is empty");
    input->path = value;
    return 0;
}

static int set_classes(InputSpec *input, const char *value, Error *error)
{
    if (!*value)
        return error_set_usage(error, "the list of classes is empty; leave the line out for all");
    input->classes = value;
    return 0;
}

static int set_threshold(InputSpec *input, const char *value, Error *error)
{
    double threshold;
    if (text_to_number(value, &threshold) || threshold < 0 || threshold > 1)
        return error_set_usage(error, "threshold: '%s' is not a number from 0 to 1", value);
    input->threshold = threshold;
    return 0;
}

static const struct {
    const char *name;
    int (*set)(InputSpec *input, const char *value, Error *error);
} section_keys[] = {{"path", set_path}, {"classes", set_classes}, {"threshold", set_threshold}};

static int set_key(InputSpec *input, const char *key, const char *value, Error *error)
{
    for (size_t i = 0; i < sizeof section_keys / sizeof *section_keys; i++)
        if (!strcmp(key, section_keys[i].name))
            return section_keys[i].set(input, value, error);
    return error_set_usage(error,
                           "'%.200s' is not a key of [input %s]; there are path, classes and threshold, and "
                           "options stand before the first section",
                           key, input->name);
}

static int begin_section(Parser *parser, const char *name, Error *error)
{
    Options *options = parser->options;
    if (!input_name_is_valid(name))
        return error_set_usage(
            error,
            "[input %.200s]: the name is to be part of file names; choose one without special characters",
            name);
    for (int i = 0; i < options->section_count; i++)
        if (!strcmp(options->sections[i].name, name))
            return error_set_usage(error, "[input %s]: there is an input of that name already", name);
    if (options->section_count == OPTIONS_MAX_INPUTS)
        return error_set_usage(error, "[input %s]: more than %d inputs", name, OPTIONS_MAX_INPUTS);
    parser->section = &options->sections[options->section_count++];
    *parser->section = (InputSpec){.name = name, .threshold = -1};
    return 0;
}

/* The line [input NAME], trimmed. */
static int parse_heading(Parser *parser, char *line, Error *error)
{
    static const char word[] = "input";
    const size_t length = strlen(line), word_length = sizeof word - 1;
    if (line[length - 1] != ']')
        return error_set_usage(error, "'%.200s' does not end with ]", line);
    line[length - 1] = 0;
    char *text = trim(line + 1), *name = trim(text + strcspn(text, " \t"));
    if (strncmp(text, word, word_length) || (text[word_length] && !is_space(text[word_length])))
        return error_set_usage(error, "'[%.200s]' is not a section; there is [input NAME]", text);
    if (!*name)
        return error_set_usage(error, "an input without a name; write [input NAME]");
    return begin_section(parser, name, error);
}

/* ---- lines -------------------------------------------------------------------------------------- */

static int parse_line(Parser *parser, char *line, Error *error)
{
    if (*line == '[')
        return parse_heading(parser, line, error);
    char *equals = strchr(line, '=');
    if (!equals)
        return error_set_usage(error, "'%.200s' is not %s=value", line, parser->section ? "key" : "option");
    *equals = 0;
    const char *key = trim(line), *value = trim(equals + 1);
    return parser->section ? set_key(parser->section, key, value, error)
                           : options_set(parser->options, key, value, error);
}

/* At the next heading and at the end of the file. */
static int check_section(const Parser *parser, const char *name, Error *error)
{
    if (!parser->section || parser->section->path)
        return 0;
    return error_set_usage(error, "%s:%d: [input %s] has no path; add a line path=...", name,
                           parser->section_line, parser->section->name);
}

int config_parse(Options *options, char *text, size_t size, const char *name, Error *error)
{
    text[size] = 0;
    Parser parser = {.options = options};
    int number = 1;
    for (char *line = text, *end = text + size, *next; line < end; number++, line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (!next)
            next = end;
        *next = 0;
        if (strlen(line) != (size_t)(next - line))
            return error_set_usage(error, "%s:%d: a NUL byte; a config file is text", name, number);
        char *trimmed = trim(line);
        if (!*trimmed || *trimmed == '#')
            continue;
        const bool is_heading = *trimmed == '[';
        if (is_heading && check_section(&parser, name, error))
            return -1;
        Error reason;
        if (parse_line(&parser, trimmed, &reason))
            return error_set_usage(error, "%s:%d: %s", name, number, reason.message);
        if (is_heading)
            parser.section_line = number;
    }
    return check_section(&parser, name, error);
}

/* ---- files -------------------------------------------------------------------------------------- */

/* Path of the default config file; 0, or -1 when there is no such place. */
static int default_path(char *path, size_t size)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length;
    if (base && *base == '/') /* the specification says to ignore relative ones */
        length = snprintf(path, size, "%s/lookout/lookout.conf", base);
    else if (home && *home)
        length = snprintf(path, size, "%s/.config/lookout/lookout.conf", home);
    else
        return -1;
    return (size_t)length < size ? 0 : -1;
}

static int load_file(Options *options, const char *path, Error *error)
{
    size_t size;
    Error reason;
    options->owned.config_text = text_file_read(path, CONFIG_MAX_BYTES, &size, &reason);
    if (!options->owned.config_text)
        return error_set_usage(error, "config file %s", reason.message);
    return config_parse(options, options->owned.config_text, size, path, error);
}

/* The file at its usual place, if there is one. */
static int load_default_file(Options *options, Error *error)
{
    char path[PATH_MAX];
    if (default_path(path, sizeof path) || (access(path, F_OK) && (errno == ENOENT || errno == ENOTDIR)))
        return 0;
    options->config = options->owned.config_path = strdup(path);
    if (!options->config)
        return error_set(error, "out of memory");
    return load_file(options, path, error);
}

/* What a command that measures takes from the file: what belongs to the machine. The file's other choices
 * are meant for detection, and what is measured must not depend on them. */
static void drop_choices(Options *options, Command command)
{
    const Options file = *options;
    *options = options_default();
    options->owned = file.owned;
    options->config = file.config;
    options->model.path = file.model.path;
    options->model.threads = file.model.threads;
    options->model.isa = file.model.isa;
    options->outputs.progress = file.outputs.progress;
    options->outputs.verbose = file.outputs.verbose;
    if (command == COMMAND_EVAL)
        options->detection.threshold = OPTION_EVAL_THRESHOLD;
}

int config_load(Options *options, int argc, char *const argv[], Error *error)
{
    *options = options_default();
    Options asked = options_default(); /* by the command line alone */
    if (options_parse(&asked, argc, argv, error))
        return -1;
    if (asked.help || asked.version) {
        *options = asked;
        return 0;
    }
    if (asked.config ? load_file(options, asked.config, error) : load_default_file(options, error))
        return -1;
    if ((asked.model.path || (asked.command == COMMAND_INFO && asked.operand_count)) && !asked.model.alpha)
        options->model.alpha = 0; /* the file's alpha was chosen for another set of weights */
    if (asked.command != COMMAND_DETECT && options->model.alpha == MODEL_ALPHA_AUTO)
        options->model.alpha = 0;
    if (asked.command == COMMAND_BENCH || asked.command == COMMAND_EVAL)
        drop_choices(options, asked.command);
    if (options_parse(options, argc, argv, error))
        return -1;
    return options->command == COMMAND_DETECT ? inputs_resolve(options, error) : 0;
}
