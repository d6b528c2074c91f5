/* How far a run has come: a rewritten line on a terminal, elsewhere a line a second. */
#ifndef LOOKOUT_APP_SINKS_PROGRESS_LINE_H
#define LOOKOUT_APP_SINKS_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ProgressLine {
    const char *noun, *rate; /* what is counted, and how its rate is called: "frame", "fps" */
    bool on_terminal;
    int64_t total; /* expected, 0: unknown */
    int64_t interval_ns;
    int64_t started_ns, last_ns; /* when the run began, and when a line was shown */
    int64_t last_done;           /* at that time */
} ProgressLine;

/* The run begins now. The texts must outlive it. */
ProgressLine progress_line_begin(const char *noun, const char *rate, int64_t total);
/* So many are done; shows "frame 12/250  41.0 fps  eta 0:06" when it is time, and
 * nothing while none is done. */
void progress_line_update(ProgressLine *line, int64_t done);
/* Clears the line of a terminal. */
void progress_line_end(const ProgressLine *line);

#endif
