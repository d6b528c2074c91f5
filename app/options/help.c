#include "app/options/help.h"

#include "app/options/option_table.h"

enum { HELP_COLUMN = 30 }; /* where the explanations start */

static void print_option(FILE *to, const Option *option)
{
    char left[64];
    int length = snprintf(left, sizeof left, "  %c%c%s --%s%s%s", option->letter ? '-' : ' ',
                          option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
                          option->argument ? " " : "", option->argument ? option->argument : "");
    fprintf(to, "%s%*s%s\n", left, length < HELP_COLUMN ? HELP_COLUMN - length : 1, "", option->help);
}

void help_print(FILE *to)
{
    fputs("Lookout finds objects in what a camera sees, in videos and pictures.\n\n", to);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const CommandWord *command = &command_table[i];
        fprintf(to, "%s lookout %s%s%s\n", i ? "      " : "Usage:", command->word, *command->word ? " " : "",
                command->synopsis);
        fprintf(to, "           %s\n", command->help);
    }
    fputs("\nOptions:\n", to);
    for (int i = 0; i < option_count; i++)
        print_option(to, &option_table[i]);
    fputs("\nA flag can be turned off with =no. Options can also stand in the config file,\n"
          "$XDG_CONFIG_HOME/lookout/lookout.conf (usually ~/.config/lookout/lookout.conf),\n"
          "as lines option=value. 'man lookout' says more.\n",
          to);
}
