#include "app/sinks/summary.h"

#include "app/sinks/recorder.h"
#include "app/sinks/statistics.h"
#include "app/sinks/whole_file.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/signals.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char *const stage_names[STAGE_COUNT] = {"read", "convert", "resize", "inference", "draw"};

static double peak_rss_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static double memory_mb(const SummarySource *source)
{
    return (double)channel_memory(source->channel) / (1024 * 1024);
}

/* All sources together; objects is zeroed and has room for every class. */
static StatisticsTotals total(const Summary *summary, int64_t *objects)
{
    StatisticsTotals totals = {.objects = objects};
    for (int i = 0; i < summary->count; i++)
        statistics_add(&totals, statistics_totals(summary->sources[i].statistics),
                       summary->model->class_count);
    return totals;
}

/* ---- on standard error ---------------------------------------------------------------------------- */

/* "person 12, car 3" */
static void list_objects(char *list, size_t size, const Summary *summary, const StatisticsTotals *totals)
{
    size_t length = 0;
    snprintf(list, size, "none");
    for (int i = 0; i < summary->model->class_count; i++)
        if (totals->objects[i] && length < size)
            length += (size_t)snprintf(list + length, size - length, "%s%s %lld", length ? ", " : "",
                                       summary->model->classes[i], (long long)totals->objects[i]);
}

/* prefix: "NAME: ", or "" of all. */
static void report(const Summary *summary, const char *prefix, const StatisticsTotals *totals)
{
    const Histogram *inference = &totals->stages[STAGE_INFERENCE];
    char list[1536];
    message("%s%lld frames in %.1f s, %.1f fps; inference %.2f ms (median), %.2f ms (95th percentile)",
            prefix, (long long)totals->frames, statistics_seconds(totals), statistics_rate(totals),
            histogram_quantile(inference, 0.5), histogram_quantile(inference, 0.95));
    list_objects(list, sizeof list, summary, totals);
    message("%sdetections: %s", prefix, list);
}

static void report_stages(const StatisticsTotals *totals)
{
    char list[256];
    size_t length = 0;
    for (int i = 0; i < STAGE_COUNT; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s %.2f", i ? ", " : "",
                                   stage_names[i], histogram_quantile(&totals->stages[i], 0.5));
    message("median ms a frame: %s; peak memory %.0f MB", list, peak_rss_mb());
}

void summary_report(const Summary *summary, bool verbose)
{
    int64_t *objects = calloc((size_t)summary->model->class_count + 1, sizeof *objects);
    if (!objects)
        return;
    for (int i = 0; summary->has_names && i < summary->count; i++) {
        const SummarySource *source = &summary->sources[i];
        char prefix[256];
        snprintf(prefix, sizeof prefix, "%s: ", source->name);
        report(summary, prefix, statistics_totals(source->statistics));
        if (verbose)
            message("%spictures take %.1f MB", prefix, memory_mb(source));
    }
    const StatisticsTotals totals = total(summary, objects);
    report(summary, summary->has_names ? "in all: " : "", &totals);
    if (verbose)
        report_stages(&totals);
    free(objects);
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

/* To a thousandth, so that files are short. */
static json_t *real(double value)
{
    return json_real(round(value * 1000) / 1000);
}

static json_t *describe_quantiles(double median, double p95)
{
    json_t *quantiles = json_object();
    json_object_set_new(quantiles, "median", real(median));
    json_object_set_new(quantiles, "p95", real(p95));
    return quantiles;
}

/* What became of a camera's frames. */
static json_t *describe_camera(Channel *channel)
{
    const InputCounts *counts = &channel_setup(channel)->input->counts;
    Status *status = channel_status(channel);
    StatusReport report;
    status_get(status, &report);
    json_t *object = json_object();
    json_object_set_new(object, "captured", json_integer(report.captured));
    json_object_set_new(object, "skipped", json_integer(report.skipped));
    json_object_set_new(object, "dropped_by_driver", json_integer(atomic_load(&counts->dropped)));
    json_object_set_new(object, "damaged", json_integer(atomic_load(&counts->damaged)));
    json_object_set_new(object, "lost", json_integer(atomic_load(&counts->lost)));
    json_object_set_new(object, "fps", real(report.capture_rate));
    json_object_set_new(
        object, "latency_ms",
        describe_quantiles(status_latency_quantile(status, 0.5), status_latency_quantile(status, 0.95)));
    return object;
}

static json_t *describe_objects(const Summary *summary, const StatisticsTotals *totals)
{
    json_t *objects = json_object();
    for (int i = 0; i < summary->model->class_count; i++)
        if (totals->objects[i])
            json_object_set_new(objects, summary->model->classes[i], json_integer(totals->objects[i]));
    return objects;
}

static json_t *describe_totals(const Summary *summary, const StatisticsTotals *totals)
{
    json_t *object = json_object();
    json_object_set_new(object, "frames", json_integer(totals->frames));
    json_object_set_new(object, "seconds", real(statistics_seconds(totals)));
    json_object_set_new(object, "fps", real(statistics_rate(totals)));
    json_object_set_new(object, "alpha", real(totals->alpha));
    json_object_set_new(object, "size", json_integer(totals->size));
    json_object_set_new(object, "threads", json_integer(summary->threads));
    json_object_set_new(object, "isa", json_string(summary->isa));
    for (int i = 0; i < STAGE_COUNT; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ms", stage_names[i]);
        json_object_set_new(object, key,
                            describe_quantiles(histogram_quantile(&totals->stages[i], 0.5),
                                               histogram_quantile(&totals->stages[i], 0.95)));
    }
    json_object_set_new(object, "detections", describe_objects(summary, totals));
    return object;
}

static json_t *describe_source(const Summary *summary, const SummarySource *source)
{
    json_t *object = describe_totals(summary, statistics_totals(source->statistics));
    if (summary->has_names)
        json_object_set_new(object, "source", json_string(source->name));
    if (channel_setup(source->channel)->input->live)
        json_object_set_new(object, "camera", describe_camera(source->channel));
    if (source->recorder) {
        bool fallback;
        json_object_set_new(object, "encoder", json_string(recorder_encoder(source->recorder, &fallback)));
        json_object_set_new(object, "recording_dropped",
                            json_integer(atomic_load(&source->recorder->dropped)));
    }
    json_object_set_new(object, "memory_mb", real(memory_mb(source)));
    return object;
}

static json_t *describe_all(const Summary *summary)
{
    int64_t *objects = calloc((size_t)summary->model->class_count + 1, sizeof *objects);
    if (!objects)
        return NULL;
    const StatisticsTotals totals = total(summary, objects);
    json_t *all = describe_totals(summary, &totals), *sources = json_array();
    for (int i = 0; i < summary->count; i++)
        json_array_append_new(sources, describe_source(summary, &summary->sources[i]));
    json_object_set_new(all, "sources", sources);
    free(objects);
    return all;
}

/* Adds the newline. */
static char *to_text(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12)), *line = NULL;
    json_decref(object);
    if (text && (line = malloc(strlen(text) + 2)))
        stpcpy(stpcpy(line, text), "\n");
    free(text);
    return line;
}

WriteStatus summary_write(const Summary *summary, int source, const char *path, Error *error)
{
    const bool of_all = source < 0 && summary->has_names;
    json_t *object =
        of_all ? describe_all(summary) : describe_source(summary, &summary->sources[source < 0 ? 0 : source]);
    json_object_set_new(object, "peak_rss_mb", real(peak_rss_mb()));
    char *text = to_text(object);
    if (!text)
        return (WriteStatus)error_set(error, "%s: out of memory", output_path_shown(path));
    const WriteStatus status = whole_file_write(path, text, strlen(text), signals_fd(), error);
    free(text);
    return status;
}
