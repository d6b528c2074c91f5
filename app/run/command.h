/*
 * What a user can ask of a run, as data: one table of names, arguments and handlers, fed by the window's keys
 * (app/window/keys.h).
 */
#ifndef LOOKOUT_APP_RUN_COMMAND_H
#define LOOKOUT_APP_RUN_COMMAND_H

#include "app/run/run.h"

typedef struct RunCommand {
    const char *name;
    const char *argument; /* what it takes, as "up|down"; NULL: nothing */
    const char *help;     /* one line, without a full stop */
    /* Acts on the input that is shown alone, or on all. argument: not NULL where one is taken. Returns 0, or
     * -1 for an argument that it does not know. */
    int (*run)(Run *run, const char *argument);
} RunCommand;

extern const RunCommand run_command_table[];
extern const int run_command_count;

/* Carries out "name" or "name argument". Returns 0, or -1 with error: there is no such command, or it does
 * not take this. For the thread with the window. */
int run_command(Run *run, const char *text, Error *error);

#endif
