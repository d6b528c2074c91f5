/* Standard input, output and error, which may have been closed before the program was started. */
#ifndef LOOKOUT_BASE_STANDARD_FILES_H
#define LOOKOUT_BASE_STANDARD_FILES_H

#include <stdbool.h>

/* Opens a stand-in for each of the descriptors 0, 1 and 2 that is closed; otherwise the next file or socket
 * would get that number, and with it the output that is meant for the user. Reading from a stand-in or
 * writing to it is an error. Returns 0, or -1 with errno. */
int standard_files_complete(void);

/* Whether standard output is a pipe or socket that nobody reads any more. */
bool stdout_is_closed(void);

#endif
