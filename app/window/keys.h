/* The keys as data: what window, on-screen help and man page say of them comes from one table. */
#ifndef LOOKOUT_APP_WINDOW_KEYS_H
#define LOOKOUT_APP_WINDOW_KEYS_H

#include <stddef.h>

typedef enum Action {
    ACTION_NONE,
    ACTION_QUIT,
    ACTION_FULLSCREEN,
    ACTION_PAUSE,
    ACTION_STEP,
    ACTION_SNAPSHOT,
    ACTION_CLEAN_SNAPSHOT,
    ACTION_RECORD,
    ACTION_ALPHA_DOWN,
    ACTION_ALPHA_UP,
    ACTION_RHO_DOWN,
    ACTION_RHO_UP,
    ACTION_AUTO,
    ACTION_THRESHOLD_UP,
    ACTION_THRESHOLD_DOWN,
    ACTION_STATISTICS,
    ACTION_HELP,
    ACTION_COUNT,
} Action;

typedef struct Key {
    const char *text; /* what the key types, "[": the same on every keyboard layout; NULL: the Escape key */
    const char *name; /* as the help writes it: "[", "Space", "Esc" */
    Action action;
    int repeats;      /* goes on while the key is held down */
    const char *help; /* NULL: another key for the action of the entry before */
} Key;

extern const Key key_table[];
extern const int key_count;

/* The key that types this text (UTF-8; NULL: Escape), or NULL where it means nothing. */
const Key *key_find(const char *text);

/* The help of one entry and those after it for the same action: "q, Esc" into names; returns the entry to go
 * on with. */
int key_names(int entry, char *names, size_t size);

#endif
