/* What this program is made of. */
#ifndef LOOKOUT_APP_COMMANDS_VERSION_H
#define LOOKOUT_APP_COMMANDS_VERSION_H

#include <stdio.h>

void version_print(FILE *to);

#endif
