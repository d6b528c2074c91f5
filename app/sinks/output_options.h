/* What the user asks to be written and shown. */
#ifndef LOOKOUT_APP_SINKS_OUTPUT_OPTIONS_H
#define LOOKOUT_APP_SINKS_OUTPUT_OPTIONS_H

#include <stdbool.h>

/* Paths are NULL where there is no such file, and "-" for standard output. */
typedef struct OutputOptions {
    const char *output; /* annotated recording or picture */
    const char *json;   /* JSON Lines */
    const char *stats;  /* JSON summary at the end */
    bool headless;      /* no window */
    bool progress;      /* shown also where standard error is no terminal */
    bool verbose;
} OutputOptions;

#endif
