#include "app/sinks/statistics.h"

#include "app/run/control.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "base/message.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char *const stage_names[STAGE_COUNT] = {"read", "convert", "resize", "inference", "draw"};

typedef struct Statistics {
    Output output;
    const RunInfo *run;
    int64_t frames;
    double alpha; /* of the latest frame */
    int size;
    int64_t started_ns, ended_ns; /* the end of the latest frame, then of the run */
    Histogram stages[STAGE_COUNT];
    int64_t *detections; /* [class_count] */
} Statistics;

static WriteStatus consume(Output *output, const OutputFrame *frame, Error *error)
{
    (void)error;
    Statistics *statistics = (Statistics *)output;
    statistics->frames++;
    statistics->alpha = frame->alpha;
    statistics->size = frame->size;
    for (int i = 0; i < STAGE_COUNT; i++)
        histogram_add(&statistics->stages[i], frame->stage_ms[i]);
    for (int i = 0; i < frame->result->count; i++)
        statistics->detections[frame->result->detections[i].class_index]++;
    return WRITE_OK;
}

static WriteStatus finish(Output *output, Error *error)
{
    (void)error;
    ((Statistics *)output)->ended_ns = clock_now_ns();
    return WRITE_OK;
}

static void destroy(Output *output)
{
    free(((Statistics *)output)->detections);
    free(output);
}

Output *statistics_create(const RunInfo *run)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    Statistics *statistics = calloc(1, sizeof *statistics);
    if (!statistics)
        return NULL;
    statistics->output.functions = &functions;
    statistics->run = run;
    statistics->started_ns = clock_now_ns();
    statistics->detections = calloc((size_t)run->model->class_count + 1, sizeof *statistics->detections);
    if (!statistics->detections) {
        free(statistics);
        return NULL;
    }
    return &statistics->output;
}

static double seconds_of(const Statistics *statistics)
{
    return (double)(statistics->ended_ns - statistics->started_ns) / 1e9;
}

static double rate_of(const Statistics *statistics)
{
    double seconds = seconds_of(statistics);
    return seconds > 0 ? (double)statistics->frames / seconds : 0;
}

static double peak_rss_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

void statistics_say(const Output *output)
{
    const Statistics *statistics = (const Statistics *)output;
    const Histogram *inference = &statistics->stages[STAGE_INFERENCE];
    message("%lld frames in %.1f s, %.1f fps; inference %.2f ms (median), %.2f ms (95 of 100 below)",
            (long long)statistics->frames, seconds_of(statistics), rate_of(statistics),
            histogram_quantile(inference, 0.5), histogram_quantile(inference, 0.95));

    char list[1536] = "none";
    size_t length = 0;
    for (int i = 0; i < statistics->run->model->class_count; i++)
        if (statistics->detections[i] && length < sizeof list)
            length +=
                (size_t)snprintf(list + length, sizeof list - length, "%s%s %lld", length ? ", " : "",
                                 statistics->run->model->classes[i], (long long)statistics->detections[i]);
    message("detections: %s", list);

    if (!statistics->run->outputs->verbose)
        return;
    length = 0;
    for (int i = 0; i < STAGE_COUNT; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s %.2f", i ? ", " : "",
                                   stage_names[i], histogram_quantile(&statistics->stages[i], 0.5));
    message("median ms a frame: %s; peak memory %.0f MB", list, peak_rss_mb());
}

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
static json_t *describe_camera(const RunInfo *run)
{
    const InputCounts *counts = &run->source->counts;
    Facts facts;
    control_get_facts(run->control, &facts);
    json_t *object = json_object();
    json_object_set_new(object, "captured", json_integer(facts.captured));
    json_object_set_new(object, "skipped", json_integer(facts.skipped));
    json_object_set_new(object, "dropped_by_driver", json_integer(atomic_load(&counts->dropped)));
    json_object_set_new(object, "damaged", json_integer(atomic_load(&counts->damaged)));
    json_object_set_new(object, "lost", json_integer(atomic_load(&counts->lost)));
    json_object_set_new(object, "fps", real(facts.capture_rate));
    json_object_set_new(object, "latency_ms",
                        describe_quantiles(control_latency_quantile(run->control, 0.5),
                                           control_latency_quantile(run->control, 0.95)));
    return object;
}

static json_t *describe(const Statistics *statistics, const Output *recording)
{
    const RunInfo *run = statistics->run;
    json_t *object = json_object();
    json_object_set_new(object, "frames", json_integer(statistics->frames));
    json_object_set_new(object, "seconds", real(seconds_of(statistics)));
    json_object_set_new(object, "fps", real(rate_of(statistics)));
    json_object_set_new(object, "alpha", real(statistics->alpha));
    json_object_set_new(object, "size", json_integer(statistics->size));
    json_object_set_new(object, "threads", json_integer(run->threads));
    json_object_set_new(object, "isa", json_string(run->isa));
    if (run->source->live)
        json_object_set_new(object, "camera", describe_camera(run));
    if (recording) {
        int fallback;
        json_object_set_new(object, "encoder", json_string(recording_encoder(recording, &fallback)));
        json_object_set_new(object, "recording_dropped", json_integer(recording_dropped(recording)));
    }
    for (int i = 0; i < STAGE_COUNT; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ms", stage_names[i]);
        json_object_set_new(object, key,
                            describe_quantiles(histogram_quantile(&statistics->stages[i], 0.5),
                                               histogram_quantile(&statistics->stages[i], 0.95)));
    }
    json_t *detections = json_object();
    for (int i = 0; i < run->model->class_count; i++)
        if (statistics->detections[i])
            json_object_set_new(detections, run->model->classes[i], json_integer(statistics->detections[i]));
    json_object_set_new(object, "detections", detections);
    json_object_set_new(object, "peak_rss_mb", real(peak_rss_mb()));
    return object;
}

WriteStatus statistics_write(const Output *output, const Output *recording, Error *error)
{
    const Statistics *statistics = (const Statistics *)output;
    json_t *object = describe(statistics, recording);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(object);
    if (!text)
        return (WriteStatus)error_set(error, "%s: out of memory", statistics->run->outputs->stats);
    ResultFile *file = result_file_create(statistics->run->outputs->stats, -1, error);
    WriteStatus status = file ? result_file_write(file, text, strlen(text), error) : WRITE_FAILED;
    if (status == WRITE_OK)
        status = result_file_write(file, "\n", 1, error);
    if (status == WRITE_OK)
        status = result_file_close(file, error);
    result_file_destroy(file);
    free(text);
    return status;
}
