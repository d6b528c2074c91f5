/* Visiting the files that something reads, as to check that no output would overwrite one. */
#ifndef LOOKOUT_BASE_FILE_VISITOR_H
#define LOOKOUT_BASE_FILE_VISITOR_H

#include <stdbool.h>
#include <sys/stat.h>

/* Called with a file that exists, and the name that messages use for it; both are valid during the call only.
 * Returns 0 to go on; anything else ends the visit and is its result. */
typedef int FileVisitor(void *context, const char *name, const struct stat *status);

/* Visits the entries of a directory whose names are wanted, following links, in no particular order. Entries
 * that cannot be examined are left out. Returns 0, or what the visitor ended the visit with. */
int visit_directory(const char *path, bool (*is_wanted)(const char *name), FileVisitor *visit, void *context);

#endif
