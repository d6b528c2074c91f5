/* What detection writes: the files of a run and of each of its inputs, and what is reported at the end. */
#ifndef LOOKOUT_APP_COMMANDS_DETECT_OUTPUTS_H
#define LOOKOUT_APP_COMMANDS_DETECT_OUTPUTS_H

#include "app/options/options.h"
#include "app/run/run.h"
#include "app/sinks/statistics.h"
#include "app/window/window.h"

/* An input with all that belongs to it. */
typedef struct Source {
    const InputSpec *spec;
    uint8_t *mask; /* [class_count], for the detector's settings */
    Input *input;
    char title[256];        /* what the window calls it: among others its name, else what it is */
    Channel *channel;       /* the run's, as are the sinks */
    char *output, *stats;   /* paths of its own files; NULL: none */
    const Sink *statistics; /* NULL where there is none, as in what follows */
    const Sink *recorder;   /* of --output */
    const Sink *key_recorder, *snapshot;
} Source;

/* Detection from its beginning to its end. */
typedef struct Detect {
    const Options *options;
    atomic_int *stop;
    int end_reason; /* *stop when the run had ended */
    Run run;
    Window *window; /* NULL: headless */
    Source sources[OPTIONS_MAX_INPUTS];
    const char *names[OPTIONS_MAX_INPUTS]; /* of the sources */
    const char *titles[OPTIONS_MAX_INPUTS];
    int count;       /* of the sources, those that could be opened */
    bool has_failed; /* something was reported that makes the exit code 1 */
} Detect;

/* None of the files may be one that is read, or another that is written. Returns 0, or -1 with error. */
int outputs_check_files(const Options *options, Error *error);
/* Whether the files suit the inputs, which are open, and can be written; names those of each source. Returns
 * 0, or -1 with error. */
int outputs_check_paths(Detect *detect, Error *error);
/* Adds all sinks to the run. Returns 0, or -1 with error. */
int outputs_add(Detect *detect, Error *error);
/* After the run: the summary, and the --stats files. Returns 0, or -1 when something failed, which was
 * reported. */
int outputs_report(Detect *detect);

#endif
