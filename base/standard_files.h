/* Standard input, output and error, where whoever started the program has closed them. */
#ifndef LOOKOUT_BASE_STANDARD_FILES_H
#define LOOKOUT_BASE_STANDARD_FILES_H

#include <stdbool.h>

/* Gives the missing ones of the descriptors 0, 1 and 2 something to stand for, before another file or socket
 * gets the number and with it what is meant for the user. Reading from a stand-in or writing to it fails,
 * since what was asked for is lost. Returns 0, or -1 with errno. */
int standard_files_complete(void);

/* Whether standard output is a pipe or socket that nobody reads any more. */
bool stdout_is_closed(void);

#endif
