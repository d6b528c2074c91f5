/*
 * What is told of an input while it runs: rates, times, counts and states, gathered by the threads that
 * process its frames, for the window and the statistics. Every function may be called by any thread; none
 * waits for more than a few instructions of another one.
 */
#ifndef LOOKOUT_APP_RUN_STATUS_H
#define LOOKOUT_APP_RUN_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#define STATUS_TEXT 256 /* bytes of a line of text, its end included; longer ones are cut */

typedef struct StatusReport {
    double capture_rate;    /* frames a second that come from the source; 0: unknown yet */
    double inference_rate;  /* detections a second */
    double inference_ms;    /* of the latest detection */
    double latency_ms;      /* from the driver's timestamp to the screen (without a window: to the boxes); 0:
                               unknown, or not live */
    int64_t captured;       /* frames */
    int64_t skipped;        /* captured frames without a detection of their own, or not even delivered */
    int64_t detected;       /* frames */
    bool ended;             /* no more frames come */
    char lost[STATUS_TEXT]; /* why a camera gives no pictures now; "" while it does */
    char recording[STATUS_TEXT]; /* the file that is being recorded to, "" when none is */
} StatusReport;

typedef struct Status Status;

/* NULL when out of memory. */
Status *status_create(void);
void status_destroy(Status *status);

void status_get(Status *status, StatusReport *report);

/* A frame with this timestamp (ns) came from the source; skipped: the count so far. */
void status_captured(Status *status, int64_t time_ns, int64_t skipped);
void status_detected(Status *status, double inference_ms);
/* It took so long from the driver's timestamp to the screen. */
void status_shown(Status *status, double latency_ms);
/* Of all latencies so far, q in 0..1; 0 when there are none. */
double status_latency_quantile(Status *status, double q);
void status_set_lost(Status *status, const char *reason);    /* NULL: there are pictures (again) */
void status_set_recording(Status *status, const char *path); /* NULL: none */
void status_set_ended(Status *status);

#endif
