/*
 * The sinks that write a file which an option names, once: this list makes their options, the fields with the
 * paths (OutputOptions), the checks of those, and the sinks of a run. One file takes the results of all
 * inputs.
 */
#ifndef LOOKOUT_APP_SINKS_RESULTS_H
#define LOOKOUT_APP_SINKS_RESULTS_H

#include "app/run/sink.h"

/* All of it outlives the sink. */
typedef struct ResultSetup {
    const char *path; /* "-": standard output */
    const LookoutModelInfo *model;
    int max_objects;            /* of a frame */
    const char *const *sources; /* [source_count] names of the run's inputs; NULL: there is only one, which
                                   need not be named */
    int source_count;
} ResultSetup;

/* Writes nothing yet. NULL with error. */
typedef Sink *ResultCreate(const ResultSetup *setup, Error *error);

/* X(name of the option, commands that it belongs to (app/options/option_table.c), its help). Each has a
 * function NAME_create(), a ResultCreate, in app/sinks/NAME.c. */
#define RESULT_SINKS(X)                                                                                      \
    X(json, DETECT | BENCH | EVAL, "one JSON object a frame (bench, eval: a point), one a line; - is stdout")

#define RESULT_CREATE(name, commands, help) ResultCreate name##_create;
RESULT_SINKS(RESULT_CREATE)
#undef RESULT_CREATE

#endif
