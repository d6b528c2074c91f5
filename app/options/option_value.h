/* The values of options, from text. */
#ifndef LOOKOUT_APP_OPTIONS_OPTION_VALUE_H
#define LOOKOUT_APP_OPTIONS_OPTION_VALUE_H

#include "app/options/option_table.h"
#include "base/error.h"

/* Checks the value and puts it into the option's field; text values are borrowed. Returns 0, or -1 with an
 * error that names option and value and says what is expected. */
int option_set_value(Options *options, const Option *option, const char *value, Error *error);

#endif
