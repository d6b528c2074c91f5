/*
 * The config file: lines option=value, the long names of the option table without dashes; then sections
 * [input NAME], each with lines key=value: path, classes, threshold.
 */
#ifndef LOOKOUT_APP_OPTIONS_CONFIG_H
#define LOOKOUT_APP_OPTIONS_CONFIG_H

#include "app/options/options.h"
#include "base/error.h"
#include <stddef.h>

#define CONFIG_MAX_BYTES (64 * 1024)

/* Applies the lines of a config file to options, and adds its sections. text has room for size + 1 bytes; it
 * is cut into strings that options then point to. name is used in messages: "name:line: ...". Blank lines and
 * lines that start with # are skipped; space around names and values is trimmed. Returns 0 or -1 with error.
 */
int config_parse(Options *options, char *text, size_t size, const char *name, Error *error);

/* Fills options from the defaults, then the config file (--config FILE, or lookout/lookout.conf in
 * XDG_CONFIG_HOME or ~/.config, which need not exist), then the command line, and resolves the inputs of
 * detection. --help and --version read no config file. Returns 0, or -1 with error; options are for
 * options_free() in any case. */
int config_load(Options *options, int argc, char *const argv[], Error *error);

#endif
