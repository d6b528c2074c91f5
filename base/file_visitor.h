/* For who wants to know which files something reads. */
#ifndef LOOKOUT_BASE_FILE_VISITOR_H
#define LOOKOUT_BASE_FILE_VISITOR_H

#include <stdbool.h>
#include <sys/stat.h>

/* Gets a file that exists, with the name that a message calls it by; both are borrowed for the call. Anything
 * but 0 ends the round and is what the caller of the round gets. */
typedef int FileVisitor(void *context, const char *name, const struct stat *status);

/* Visits the entries of a directory whose names are wanted, links followed, in no order. What cannot be
 * looked at is left out. Returns 0, or what the visitor ended the round with. */
int visit_directory(const char *path, bool (*is_wanted)(const char *name), FileVisitor *visit, void *context);

#endif
