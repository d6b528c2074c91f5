#include "app/options/generate/readme.h"

#include "app/options/option_table.h"
#include "app/window/keys.h"

/* The text of a table's cell, which a bar would end. */
static void put_cell(FILE *to, const char *text)
{
    for (; *text; text++)
        fprintf(to, "%s%c", *text == '|' ? "\\" : "", *text);
}

void readme_print_options(FILE *to)
{
    fputs("| option | meaning |\n|---|---|\n", to);
    for (int i = 0; i < option_count; i++) {
        const Option *option = &option_table[i];
        fputs("| ", to);
        if (option->letter)
            fprintf(to, "`-%c`, ", option->letter);
        fprintf(to, "`--%s%s%s` | ", option->name, option->argument ? " " : "",
                option->argument ? option->argument : "");
        put_cell(to, option->help);
        fputs(" |\n", to);
    }
}

void readme_print_keys(FILE *to)
{
    fputs("| key | what it does |\n|---|---|\n", to);
    for (int i = 0; i < key_count;) {
        char names[32];
        const char *help = key_table[i].help;
        i = key_names(i, names, sizeof names);
        fprintf(to, "| `%s` | ", names);
        put_cell(to, help);
        fputs(" |\n", to);
    }
}
