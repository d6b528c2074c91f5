/* Completions of the command line, in the language of each shell. */
#ifndef LOOKOUT_APP_OPTIONS_GENERATE_COMPLETIONS_H
#define LOOKOUT_APP_OPTIONS_GENERATE_COMPLETIONS_H

#include <stdio.h>

void completions_print_bash(FILE *to);
void completions_print_zsh(FILE *to);
void completions_print_fish(FILE *to);

#endif
