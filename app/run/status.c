#include "app/run/status.h"

#include "base/clock.h"
#include "base/histogram.h"
#include "base/rate.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct Status {
    pthread_mutex_t lock; /* over what follows */
    StatusReport report;
    Rate captures, detections;
    Histogram latencies;
};

Status *status_create(void)
{
    Status *status = calloc(1, sizeof *status);
    if (status)
        pthread_mutex_init(&status->lock, NULL);
    return status;
}

void status_destroy(Status *status)
{
    if (!status)
        return;
    pthread_mutex_destroy(&status->lock);
    free(status);
}

void status_get(Status *status, StatusReport *report)
{
    pthread_mutex_lock(&status->lock);
    *report = status->report;
    report->capture_rate = rate_per_second(&status->captures);
    report->inference_rate = rate_per_second(&status->detections);
    pthread_mutex_unlock(&status->lock);
}

void status_captured(Status *status, int64_t time_ns, int64_t skipped)
{
    pthread_mutex_lock(&status->lock);
    status->report.captured++;
    status->report.skipped = skipped;
    rate_add(&status->captures, time_ns);
    pthread_mutex_unlock(&status->lock);
}

void status_detected(Status *status, double inference_ms)
{
    const int64_t now = clock_now_ns();
    pthread_mutex_lock(&status->lock);
    status->report.inference_ms = inference_ms;
    status->report.detected++;
    rate_add(&status->detections, now);
    pthread_mutex_unlock(&status->lock);
}

void status_shown(Status *status, double latency_ms)
{
    pthread_mutex_lock(&status->lock);
    status->report.latency_ms = latency_ms;
    histogram_add(&status->latencies, latency_ms);
    pthread_mutex_unlock(&status->lock);
}

double status_latency_quantile(Status *status, double q)
{
    pthread_mutex_lock(&status->lock);
    const double latency = histogram_quantile(&status->latencies, q);
    pthread_mutex_unlock(&status->lock);
    return latency;
}

/* What is said of a state that holds or not, "" for NULL. */
static void set_text(Status *status, char text[STATUS_TEXT], const char *value)
{
    pthread_mutex_lock(&status->lock);
    snprintf(text, STATUS_TEXT, "%s", value ? value : "");
    pthread_mutex_unlock(&status->lock);
}

void status_set_lost(Status *status, const char *reason)
{
    set_text(status, status->report.lost, reason);
}

void status_set_recording(Status *status, const char *path)
{
    set_text(status, status->report.recording, path);
}

void status_set_ended(Status *status)
{
    pthread_mutex_lock(&status->lock);
    status->report.ended = true;
    pthread_mutex_unlock(&status->lock);
}
