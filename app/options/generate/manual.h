/* The man page, lookout(1). */
#ifndef LOOKOUT_APP_OPTIONS_GENERATE_MANUAL_H
#define LOOKOUT_APP_OPTIONS_GENERATE_MANUAL_H

#include <stdio.h>

/* Copies a page in man(7) macros, with the tables in place of the lines @SYNOPSIS@, @COMMANDS@, @OPTIONS@ and
 * @KEYS@, and values in place of the words @VERSION@ and @DATE@. Returns 0, or -1 for a place that it does
 * not know, after a message on standard error. */
int manual_print(FILE *to, FILE *page, const char *version, const char *date);

#endif
