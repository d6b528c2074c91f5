#include "app/options/generate/manual.h"

#include "app/options/option_table.h"
#include "app/window/keys.h"
#include <string.h>

/* Text in man(7), in short lines; every backslash, dash and leading dot or quote needs care. */
static void put(FILE *to, const char *text)
{
    enum { ENOUGH = 60 };
    for (int column = 0; *text; text++, column++) {
        if (*text == ' ' && column > ENOUGH) {
            fputs("\n", to);
            column = -1;
        } else if (*text == '\\') {
            fputs("\\e", to);
        } else if (*text == '-') {
            fputs("\\-", to);
        } else {
            fprintf(to, "%s%c", column == 0 && (*text == '.' || *text == '\'') ? "\\&" : "", *text);
        }
    }
}

static void print_synopsis(FILE *to)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fputs(i ? ".br\n.B lookout" : ".B lookout", to);
        if (*command_table[i].word)
            fprintf(to, " %s", command_table[i].word);
        fputs("\\fR ", to);
        put(to, command_table[i].synopsis);
        fputs("\n", to);
    }
}

static void print_commands(FILE *to)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(to, ".TP\n.B lookout%s%s\n", *command_table[i].word ? " " : "", command_table[i].word);
        put(to, command_table[i].help);
        fputs(".\n", to);
    }
}

static void print_option(FILE *to, const Option *option)
{
    fputs(".TP\n.B ", to);
    if (option->letter)
        fprintf(to, "\\-%c\\fR, \\fB", option->letter);
    fputs("\\-\\-", to);
    put(to, option->name);
    if (option->argument) {
        fputs("\\fR \\fI", to);
        put(to, option->argument);
    }
    fputs("\n", to);
    put(to, option->help);
    fputs(".\n", to);
}

static void print_options(FILE *to)
{
    for (int i = 0; i < option_count; i++)
        print_option(to, &option_table[i]);
}

static void print_keys(FILE *to)
{
    for (int i = 0; i < key_count;) {
        char names[32];
        const char *help = key_table[i].help;
        i = key_names(i, names, sizeof names);
        fputs(".TP 8\n.B ", to);
        put(to, names);
        fputs("\n", to);
        put(to, help);
        fputs(".\n", to);
    }
}

/* One line of the page, with its newline. */
static int print_line(FILE *to, const char *line, const char *version, const char *date)
{
    static const struct {
        const char *line;
        void (*print)(FILE *to);
    } tables[] = {
        {"@SYNOPSIS@\n", print_synopsis},
        {"@COMMANDS@\n", print_commands},
        {"@OPTIONS@\n", print_options},
        {"@KEYS@\n", print_keys},
    };
    const struct {
        const char *word, *value;
    } words[] = {{"@VERSION@", version}, {"@DATE@", date}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!strcmp(line, tables[i].line)) {
            tables[i].print(to);
            return 0;
        }
    }
    while (*line) {
        const char *start = line;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const size_t length = strlen(words[i].word);
            if (!strncmp(line, words[i].word, length)) {
                fputs(words[i].value, to);
                line += length;
            }
        }
        if (line == start && *line == '@')
            return -1;
        if (line == start)
            fputc(*line++, to);
    }
    return 0;
}

int manual_print(FILE *to, FILE *page, const char *version, const char *date)
{
    char line[256];
    for (int number = 1; fgets(line, sizeof line, page); number++) {
        if (print_line(to, line, version, date)) {
            fprintf(stderr, "line %d of the manual page: no table or value has the name in %s", number, line);
            return -1;
        }
    }
    return ferror(page) ? -1 : 0;
}
