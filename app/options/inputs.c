#include "app/options/inputs.h"

#include "base/text.h"
#include "vision/input/open.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- names -------------------------------------------------------------------------------------- */

/* Also for file systems that know more special characters than ours. */
static bool belongs_in_file_name(uint32_t character)
{
    const bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    const bool is_special = character < 0x80 && strchr("/\\:*?\"<>|", (int)character);
    return !is_control && !is_special && character != 0xfffd;
}

/* Copies length bytes, cut to fit; whatever does not belong in a file name becomes '_'. */
static void make_valid(char name[INPUT_NAME_SIZE], const char *text, size_t length)
{
    enum { LONGEST = INPUT_NAME_SIZE - sizeof "-64" };
    const char *end = text + length;
    size_t filled = 0;
    while (text < end) {
        const char *start = text;
        const uint32_t character = text_next(&text);
        size_t bytes = (size_t)(text - start);
        /* a leading dot hides a file, a leading dash looks like an option or standard output */
        if (!belongs_in_file_name(character) || (!filled && (character == '.' || character == '-'))) {
            start = "_";
            bytes = 1;
        }
        if (filled + bytes > LONGEST)
            break;
        memcpy(name + filled, start, bytes);
        filled += bytes;
    }
    name[filled] = 0;
    if (!filled)
        strcpy(name, "input");
}

bool input_name_is_valid(const char *name)
{
    char valid[INPUT_NAME_SIZE];
    make_valid(valid, name, strlen(name));
    return !strcmp(valid, name);
}

static bool is_dash(const char *path)
{
    return path && !strcmp(path, "-");
}

/* The name that a path suggests; NULL is the first camera. */
static void name_after_path(char name[INPUT_NAME_SIZE], const char *path)
{
    if (!path || is_dash(path)) {
        strcpy(name, path ? "stdin" : "camera");
        return;
    }
    const char *end = path + strlen(path);
    while (end > path + 1 && end[-1] == '/')
        end--;
    const char *start = end;
    while (start > path && start[-1] != '/')
        start--;
    for (const char *dot = end - 1; dot > start; dot--) {
        if (*dot == '.') {
            end = dot;
            break;
        }
    }
    make_valid(name, start, (size_t)(end - start));
}

static bool is_taken(const Options *options, const char *name)
{
    for (int i = 0; i < options->input_count; i++)
        if (options->inputs[i].name && !strcmp(options->inputs[i].name, name))
            return true;
    return false;
}

/* Appends -2, -3, ... until no other input has the name; name has room for that. */
static void make_unique(const Options *options, char name[INPUT_NAME_SIZE])
{
    char *end = name + strlen(name);
    for (int number = 2; is_taken(options, name); number++)
        snprintf(end, INPUT_NAME_SIZE - (size_t)(end - name), "-%d", number);
}

/* ---- inputs ------------------------------------------------------------------------------------- */

static const InputSpec *find_section(const Options *options, const char *name)
{
    for (int i = 0; i < options->section_count; i++)
        if (!strcmp(options->sections[i].name, name))
            return &options->sections[i];
    return NULL;
}

static void add_input(Options *options, const char *operand)
{
    const InputSpec *section = operand ? find_section(options, operand) : NULL;
    InputSpec input = {.path = operand, .threshold = -1};
    if (section) {
        input = *section;
        if (is_taken(options, input.name))
            input.name = NULL; /* the same section twice */
    }
    options->inputs[options->input_count++] = input;
}

int inputs_resolve(Options *options, Error *error)
{
    options->input_count = 0;
    char *names = calloc(OPTIONS_MAX_INPUTS, INPUT_NAME_SIZE);
    if (!names)
        return error_set(error, "out of memory");
    free(options->owned.input_names);
    options->owned.input_names = names;
    for (int i = 0; i < options->operand_count; i++)
        add_input(options, options->operands[i]);
    for (int i = 0; !options->operand_count && i < options->section_count; i++)
        add_input(options, options->sections[i].name);
    if (!options->input_count)
        add_input(options, NULL);
    /* last, so that whoever chose a name in a section gets it */
    for (int i = 0; i < options->input_count; i++, names += INPUT_NAME_SIZE) {
        InputSpec *input = &options->inputs[i];
        if (input->name)
            continue;
        if (options->operand_count && find_section(options, options->operands[i]))
            strcpy(names, options->operands[i]);
        else
            name_after_path(names, input->path);
        make_unique(options, names);
        input->name = names;
    }
    return 0;
}

/* ---- checks ------------------------------------------------------------------------------------- */

static bool is_camera(const InputSpec *input)
{
    return input_is_camera(input->path);
}

static bool is_pipe(const InputSpec *input)
{
    struct stat status;
    return input->path && !stat(input->path, &status) && S_ISFIFO(status.st_mode);
}

/* Of cameras, whose devices need not be there now. */
static bool is_same_device(const char *path, const char *other)
{
    struct stat status, other_status;
    return !strcmp(path, other) ||
           (!stat(path, &status) && !stat(other, &other_status) && status.st_rdev == other_status.st_rdev);
}

static bool is_same_pipe(const InputSpec *input, const InputSpec *other)
{
    struct stat status, other_status;
    return is_pipe(input) && is_pipe(other) && !stat(input->path, &status) &&
           !stat(other->path, &other_status) && status.st_dev == other_status.st_dev &&
           status.st_ino == other_status.st_ino;
}

/* Two inputs of which each would get a part of what the other should have. */
static int check_pair(const InputSpec *input, const InputSpec *other, Error *error)
{
    if (is_dash(input->path) && is_dash(other->path))
        return error_set_usage(error, "only one input can be standard input (-)");
    if (is_same_pipe(input, other))
        return error_set_usage(error, "inputs %s and %s are the same named pipe, %s; name it once",
                               input->name, other->name, other->path);
    if (input->path && other->path && is_camera(input) && is_camera(other) &&
        is_same_device(input->path, other->path))
        return error_set_usage(error, "inputs %s and %s are the same camera, %s; name it once", input->name,
                               other->name, other->path);
    return 0;
}

static int check_loop(const InputSpec *input, Error *error)
{
    if (is_camera(input))
        return error_set_usage(error, "option --loop: input %s: a camera has no end", input->name);
    if (is_dash(input->path))
        return error_set_usage(error, "option --loop: input %s: standard input cannot start again",
                               input->name);
    if (is_pipe(input))
        return error_set_usage(error, "option --loop: input %s: a named pipe cannot start again",
                               input->name);
    return 0;
}

/* A file can hold several inputs only if it is made for that. */
static int check_output_names(const Options *options, Error *error)
{
    const OutputOptions *outputs = &options->outputs;
    const struct {
        const char *option, *path;
    } results[] = {
#define RESULT(name, commands, help) {#name, outputs->name},
        RESULT_SINKS(RESULT)
#undef RESULT
    };
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if (results[i].path && strstr(results[i].path, INPUT_NAME_PLACEHOLDER))
            return error_set_usage(error, "option --%s: one file takes the lines of all inputs; leave %s out",
                                   results[i].option, INPUT_NAME_PLACEHOLDER);
    if (options->input_count == 1 || !outputs->output || strstr(outputs->output, INPUT_NAME_PLACEHOLDER))
        return 0;
    return error_set_usage(error,
                           "option --output: %d inputs need a file each; name them with %s, as seen-%s.mkv",
                           options->input_count, INPUT_NAME_PLACEHOLDER, INPUT_NAME_PLACEHOLDER);
}

int inputs_check(const Options *options, Error *error)
{
    for (int i = 0; i < options->input_count; i++) {
        if (options->channel.loop && check_loop(&options->inputs[i], error))
            return -1;
        for (int j = 0; j < i; j++)
            if (check_pair(&options->inputs[j], &options->inputs[i], error))
                return -1;
    }
    return check_output_names(options, error);
}
