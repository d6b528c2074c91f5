/* Text made from the option table: --help, the man page and the shell completions. */
#ifndef LOOKOUT_APP_OPTIONS_HELP_H
#define LOOKOUT_APP_OPTIONS_HELP_H

#include <stdio.h>

void help_print(FILE *to);
/* lookout(1) in man(7) macros; version as "0.1.0". */
void help_print_manual(FILE *to, const char *version);
void help_print_bash(FILE *to);
void help_print_zsh(FILE *to);
void help_print_fish(FILE *to);

#endif
