/* README's tables, in Markdown. */
#ifndef LOOKOUT_APP_OPTIONS_GENERATE_README_H
#define LOOKOUT_APP_OPTIONS_GENERATE_README_H

#include <stdio.h>

void readme_print_options(FILE *to);
void readme_print_keys(FILE *to);

#endif
