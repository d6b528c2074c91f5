/* Build tool: writes the man page or a shell's completions on standard output. */
#include "app/options/help.h"
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    const char *what = argc == 2 ? argv[1] : "";
    if (!strcmp(what, "man"))
        help_print_manual(stdout, LOOKOUT_VERSION);
    else if (!strcmp(what, "bash"))
        help_print_bash(stdout);
    else if (!strcmp(what, "zsh"))
        help_print_zsh(stdout);
    else if (!strcmp(what, "fish"))
        help_print_fish(stdout);
    else
        return EXIT_FAILURE;
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
