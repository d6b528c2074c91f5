/* The keys as data: window, on-screen help and man page take what they know of them from one table. */
#ifndef LOOKOUT_APP_WINDOW_KEYS_H
#define LOOKOUT_APP_WINDOW_KEYS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Key {
    const char *text; /* what the key types, "[": the same on every keyboard layout */
    const char
        *name; /* as the help writes it: "[", "Space", "Esc"; NULL: the name before stands for it too */
    const char *command; /* see app/run/command.h */
    bool repeats;        /* goes on while the key is held down */
    const char *help;    /* NULL: that of the entry before holds for this key too */
} Key;

/* Keys that type no text, by their codes in ASCII. */
#define KEY_ESCAPE "\x1B"
#define KEY_ENTER "\r"

extern const Key key_table[];
extern const int key_count;

/* The key that types this text (UTF-8), or NULL where it means nothing. */
const Key *key_find(const char *text);

/* Writes the names of an entry and of those after it that share its help, as "q, Esc". Returns the entry to
 * go on with. */
int key_names(int entry, char *names, size_t size);

#endif
