#include "app/options/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_space(char c)
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

static int parse_line(Options *options, char *line, Error *error)
{
    line = trim(line);
    if (!*line || *line == '#')
        return 0;
    char *equals = strchr(line, '=');
    if (!equals)
        return error_set(error, "'%.200s' is not option=value", line);
    *equals = 0;
    return options_set(options, trim(line), trim(equals + 1), error);
}

int config_parse(Options *options, char *text, size_t size, const char *name, Error *error)
{
    text[size] = 0;
    int number = 1;
    for (char *line = text, *end = text + size; line < end; number++) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        if (!next)
            next = end;
        *next = 0;
        Error reason;
        if (strlen(line) != (size_t)(next - line))
            return error_set(error, "%s:%d: a NUL byte; a config file is text", name, number);
        if (parse_line(options, line, &reason))
            return error_set(error, "%s:%d: %s", name, number, reason.message);
        line = next + 1;
    }
    return 0;
}

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

/* Reads a whole file of at most CONFIG_MAX_BYTES into *text, with a spare byte, and room for its path behind
 * the longest text. Returns its size, or -1 with error. */
static ssize_t read_text(int fd, const char *path, char **text, Error *error)
{
    *text = malloc(CONFIG_MAX_BYTES + 1 + strlen(path) + 1);
    if (!*text)
        return error_set(error, "%s: out of memory", path);
    size_t size = 0;
    for (;;) {
        ssize_t got = read(fd, *text + size, CONFIG_MAX_BYTES + 1 - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, "%s: %s", path, strerror(errno));
        if (!got)
            return (ssize_t)size;
        size += (size_t)got;
        if (size > CONFIG_MAX_BYTES)
            return error_set(error, "%s: larger than %d KiB; is it a config file?", path,
                             CONFIG_MAX_BYTES / 1024);
    }
}

static int load_file(Options *options, const char *path, int required, char **text, Error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO without a writer must not hang */
    if (fd < 0) {
        if (!required && (errno == ENOENT || errno == ENOTDIR))
            return 0;
        return error_set(error, "config file %s: %s", path, strerror(errno));
    }
    ssize_t size = read_text(fd, path, text, error);
    close(fd);
    return size < 0 ? -1 : config_parse(options, *text, (size_t)size, path, error);
}

/* What a file says to a command that measures: its choices are detection's, as is its JSON file, and what is
 * measured must not depend on them. What belongs to the machine stays. */
static Options without_choices(const Options *file, Command command)
{
    Options options = options_default();
    options.config = file->config;
    options.model = file->model;
    options.threads = file->threads;
    options.isa = file->isa;
    options.progress = file->progress;
    options.verbose = file->verbose;
    if (command == COMMAND_EVAL)
        options.threshold = OPTION_EVAL_THRESHOLD;
    return options;
}

int config_load(Options *options, int argc, char *const argv[], char **text, Error *error)
{
    *text = NULL;
    Options asked = options_default(); /* by the command line alone */
    if (options_parse(&asked, argc, argv, error))
        return -1;
    if (asked.help || asked.version) {
        *options = asked;
        return 0;
    }
    *options = options_default();
    char path[PATH_MAX];
    if (asked.config) {
        if (load_file(options, asked.config, 1, text, error))
            return -1;
    } else if (!default_path(path, sizeof path)) {
        if (load_file(options, path, 0, text, error))
            return -1;
        if (*text)
            options->config = strcpy(*text + CONFIG_MAX_BYTES + 1, path);
    }
    if ((asked.model || (asked.command == COMMAND_INFO && asked.operand)) && !asked.alpha)
        options->alpha = 0; /* the file's alpha was chosen for another set of weights */
    if (asked.command != COMMAND_DETECT && options->alpha == OPTION_ALPHA_AUTO)
        options->alpha = 0;
    if (asked.command == COMMAND_BENCH || asked.command == COMMAND_EVAL)
        *options = without_choices(options, asked.command);
    return options_parse(options, argc, argv, error);
}
