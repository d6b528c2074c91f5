/* Paths in the files of a data set. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_PATHS_H
#define LOOKOUT_APP_COMMANDS_EVAL_PATHS_H

#include <dirent.h>
#include <stdbool.h>

/* folder/name, without "./" between them; or name where it is absolute. Each of these gives a new string, or
 * NULL when out of memory. */
char *path_join(const char *folder, const char *name);
/* What stands before the last '/'; "." if there is none. */
char *path_folder(const char *path);
/* What stands behind the last '/', without its suffix: from the last '.', unless it begins with that. */
char *path_stem(const char *path);

bool path_exists(const char *path);
bool path_is_folder(const char *path);
/* The name ends in suffix (as ".json"), whatever the case of its letters. */
bool path_has_suffix(const char *path, const char *suffix);

/* The entries of a folder that wanted() takes, in the byte order of their names: their number, with *entries
 * and each of them to be freed; -1 with errno. */
int path_list(const char *folder, int (*wanted)(const struct dirent *), struct dirent ***entries);

#endif
