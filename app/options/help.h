/* The text of --help, made from the table of options. */
#ifndef LOOKOUT_APP_OPTIONS_HELP_H
#define LOOKOUT_APP_OPTIONS_HELP_H

#include <stdio.h>

void help_print(FILE *to);

#endif
