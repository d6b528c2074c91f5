#include "app/commands/bench.h"

#include "app/commands/output_files.h"
#include "app/commands/points.h"
#include "app/run/weights.h"
#include "app/sinks/result_file.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/signals.h"
#include "base/text.h"
#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A series of runs ends after so many milliseconds, with a minimum and a maximum of runs. */
typedef struct Series {
    int minimum, maximum;
    double ms;
} Series;

enum { MAX_RUNS = 1000 };
static const Series warming = {3, MAX_RUNS, 100}; /* caches, page tables, the clock under vector load */
static const Series timing = {20, MAX_RUNS, 2000};
static const Series profiling = {20, 200, 1000};

enum { PEAK_TRIES = 5 };

typedef struct Bench {
    const Options *options;
    const atomic_int *stop; /* nonzero: a point that is begun is not completed, and no more are */
    uint8_t *pixels;        /* of the picture, owned */
    LookoutImage picture;
    double *times;            /* [MAX_RUNS] */
    ResultFile *table, *json; /* NULL before the first line, or where it is not asked for */

    /* made anew for each point, so that the memory of that point alone can be measured */
    Weights weights;
    LookoutDetector *detector;
} Bench;

typedef struct Point {
    double alpha;
    int size, threads;
    const char *isa;
    int runs;
    double median_ms, p95_ms;
    double gflops, peak_gflops;
    double rss_mb;
} Point;

/* ---- measuring ---------------------------------------------------------------------------------- */

/* A grey gradient with bright blocks on it: edges for the network, the same picture on every machine. */
static void draw_picture(uint8_t *rgb, int size)
{
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            const bool in_block = x * 7 / size % 2 && y * 7 / size % 2;
            *rgb++ = (uint8_t)(x * 255 / size);
            *rgb++ = (uint8_t)(in_block ? 230 : y * 255 / size);
            *rgb++ = (uint8_t)(in_block ? 255 - x * 255 / size : 128);
        }
    }
}

/* Resident memory of this process, or 0 where it is not known. */
static double resident_mb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sort_and_take_median(double *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, compare_doubles);
    return (times[count / 2] + times[(count - 1) / 2]) / 2;
}

static int detect_once(Bench *bench, double *ms, Error *error)
{
    const LookoutSettings settings = lookout_default_settings();
    LookoutResult result;
    LookoutError failure;
    if (lookout_detect(bench->detector, &bench->picture, &settings, &result, &failure) != LOOKOUT_OK)
        return error_set(error, "%s", failure.message);
    *ms = result.inference_ms;
    return 0;
}

/* Returns the number of runs, whose times are then in bench->times, or -1 with error. Fewer than the minimum
 * where the program is stopped. */
static int run_series(Bench *bench, const Series *series, Error *error)
{
    const int64_t end = clock_now_ns() + (int64_t)(series->ms * 1e6);
    int runs = 0;
    while (!atomic_load(bench->stop) && runs < series->maximum &&
           (runs < series->minimum || clock_now_ns() < end)) {
        if (detect_once(bench, &bench->times[runs], error))
            return -1;
        runs++;
    }
    return runs;
}

static int64_t count_mult_adds(const LookoutDetector *detector)
{
    int64_t sum = 0;
    for (int i = 0; i < lookout_layer_count(detector); i++)
        sum += lookout_layer(detector, i).mult_adds;
    return sum;
}

/* An engine, a model and a detector for the point; bench keeps them until close_point(). */
static ExitCode open_point(Bench *bench, const Point *point, Error *error)
{
    ModelOptions model = bench->options->model;
    model.alpha = point->alpha;
    if (weights_load(&bench->weights, &model, error))
        return exit_code_of(error);
    LookoutError failure;
    bench->detector = lookout_detector_create(bench->weights.model, point->size, &failure);
    if (!bench->detector) {
        error_set(error, "%s", failure.message);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static void close_point(Bench *bench)
{
    lookout_detector_destroy(bench->detector);
    bench->detector = NULL;
    weights_unload(&bench->weights);
}

/* Fills in what was measured, unless the program is stopped. resident_before: resident_mb() before
 * open_point(). */
static int measure_point(Bench *bench, Point *point, double resident_before, Error *error)
{
    LookoutEngine *engine = bench->weights.engine;
    if (run_series(bench, &warming, error) < 0)
        return -1;
    /* The clock rate changes with time, so the peak is measured at each point; other programs interrupt, so
     * the best of several tries counts. */
    for (int i = 0; i < PEAK_TRIES; i++) {
        const double peak = lookout_engine_peak_gflops(engine, point->threads);
        point->peak_gflops = peak > point->peak_gflops ? peak : point->peak_gflops;
    }
    point->runs = run_series(bench, &timing, error);
    if (point->runs < 0)
        return -1;
    if (atomic_load(bench->stop))
        return 0;
    point->median_ms = sort_and_take_median(bench->times, point->runs);
    point->p95_ms = bench->times[(point->runs * 95 + 99) / 100 - 1]; /* nearest rank */
    point->gflops = 2e-6 * (double)count_mult_adds(bench->detector) / point->median_ms;
    point->rss_mb = resident_mb() - resident_before;
    return 0;
}

/* ---- reporting ---------------------------------------------------------------------------------- */

/* Writes a line of at most 400 characters; does nothing without a file. */
__attribute__((format(printf, 3, 4))) static WriteStatus put(ResultFile *file, Error *error,
                                                             const char *format, ...)
{
    char line[400];
    va_list arguments;
    if (!file)
        return WRITE_OK;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return result_file_write(file, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1,
                             error);
}

/* The processor's name as Linux reports it: "model name" on x86, the board's "Model" on most of ARM. */
static void read_cpu_name(char name[128])
{
    char line[512];
    snprintf(name, 128, "%s", "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (!value || (strncmp(line, "model name", 10) && strncmp(line, "Model\t", 6)))
            continue;
        value += 1 + strspn(value + 1, " ");
        snprintf(name, 128, "%.*s", (int)strcspn(value, "\n"), value);
        text_make_printable(name);
        break;
    }
    fclose(file);
}

/* With JSON lines on standard output there is no table, which would mix with them. */
static WriteStatus begin_table(Bench *bench, const Point *point, Error *error)
{
    if (output_path_is_stdout(bench->options->outputs.json))
        return WRITE_OK;
    char cpu[128];
    read_cpu_name(cpu);
    bench->table = result_file_create("-", signals_fd(), error);
    if (!bench->table)
        return WRITE_FAILED;
    return put(bench->table, error,
               "%s, %s kernels, %d %s\n"
               "%5s %5s %8s %10s %8s %8s %10s %7s\n",
               cpu, point->isa, point->threads, point->threads == 1 ? "thread" : "threads", "alpha", "size",
               "threads", "median ms", "p95 ms", "GFLOP/s", "peak share", "rss MB");
}

/* The first line creates the file, or replaces an old one. */
static WriteStatus report_json(Bench *bench, const Point *point, Error *error)
{
    if (!bench->options->outputs.json)
        return WRITE_OK;
    if (!bench->json &&
        !(bench->json = result_file_create(bench->options->outputs.json, signals_fd(), error)))
        return WRITE_FAILED;
    enum { ALPHA, MEDIAN, P95, GFLOPS, SHARE, RSS, NUMBERS };
    char text[NUMBERS][TEXT_NUMBER_SIZE];
    text_put_number(text[ALPHA], point->alpha, 6);
    text_put_number(text[MEDIAN], point->median_ms, 4);
    text_put_number(text[P95], point->p95_ms, 4);
    text_put_number(text[GFLOPS], point->gflops, 2);
    text_put_number(text[SHARE], point->gflops / point->peak_gflops, 4);
    text_put_number(text[RSS], point->rss_mb, 2);
    return put(bench->json, error,
               "{\"alpha\":%s,\"size\":%d,\"threads\":%d,\"isa\":\"%s\",\"runs\":%d,\"median_ms\":%s,"
               "\"p95_ms\":%s,\"gflops\":%s,\"peak_share\":%s,\"rss_mb\":%s}\n",
               text[ALPHA], point->size, point->threads, point->isa, point->runs, text[MEDIAN], text[P95],
               text[GFLOPS], text[SHARE], text[RSS]);
}

static WriteStatus report_point(Bench *bench, const Point *point, Error *error)
{
    WriteStatus status = report_json(bench, point, error);
    if (status != WRITE_OK)
        return status;
    return put(bench->table, error, "%5.2f %5d %8d %10.3f %8.3f %8.1f %8.1f %% %7.1f\n", point->alpha,
               point->size, point->threads, point->median_ms, point->p95_ms, point->gflops,
               100 * point->gflops / point->peak_gflops, point->rss_mb);
}

/* times: [layers][runs] */
static WriteStatus report_layers(Bench *bench, const Point *point, double *times, int runs, Error *error)
{
    WriteStatus status = WRITE_OK;
    LookoutLayer fused = {0}; /* a depthwise layer whose time is in that of the next */
    for (int i = 0; i < lookout_layer_count(bench->detector) && status == WRITE_OK; i++) {
        const LookoutLayer layer = lookout_layer(bench->detector, i);
        const double median = sort_and_take_median(times + (ptrdiff_t)i * runs, runs);
        if (layer.fused) {
            fused = layer;
            continue;
        }
        char name[128];
        const char *last = strrchr(layer.name, '.');
        if (fused.name)
            snprintf(name, sizeof name, "%s + %s", fused.name, last ? last + 1 : layer.name);
        else
            snprintf(name, sizeof name, "%s", layer.name);
        const double gflops = 2e-6 * (double)(layer.mult_adds + fused.mult_adds) / median;
        status = put(bench->table, error, "  %-35s %8.4f %17.1f %8.1f %%\n", name, median, gflops,
                     100 * gflops / point->peak_gflops);
        fused = (LookoutLayer){0};
    }
    return status;
}

/* In separate runs, since timing each layer takes time itself. */
static WriteStatus profile_point(Bench *bench, const Point *point, Error *error)
{
    const int layers = lookout_layer_count(bench->detector);
    const double expected = profiling.ms / point->median_ms;
    int runs = expected < profiling.maximum ? (int)expected : profiling.maximum;
    runs = runs > profiling.minimum ? runs : profiling.minimum;
    double *times = malloc(sizeof *times * (size_t)layers * (size_t)runs);
    if (!times)
        return (WriteStatus)error_set(error, "out of memory");
    WriteStatus status = WRITE_OK;
    lookout_set_profiling(bench->detector, 1);
    for (int run = 0; run < runs && status == WRITE_OK && !atomic_load(bench->stop); run++) {
        double ms;
        status = (WriteStatus)detect_once(bench, &ms, error);
        for (int i = 0; i < layers; i++)
            times[(ptrdiff_t)i * runs + run] = lookout_layer(bench->detector, i).last_ms;
    }
    if (status == WRITE_OK && !atomic_load(bench->stop))
        status = report_layers(bench, point, times, runs, error);
    free(times);
    return status;
}

/* ---- the points --------------------------------------------------------------------------------- */

/* Measures and reports one point. Returns EXIT_DONE with *closed set when standard output has no reader any
 * more. */
static ExitCode run_point(Bench *bench, double alpha, int size, bool *closed, Error *error)
{
    Point point = {.alpha = alpha, .size = size};
    bench->picture.width = bench->picture.height = size;
    bench->picture.stride = 3 * (ptrdiff_t)size;
    draw_picture(bench->pixels, size);
#ifdef __GLIBC__
    malloc_trim(0); /* else this point could use what the last one freed, and seem to need less memory */
#endif
    const double resident_before = resident_mb();
    ExitCode code = open_point(bench, &point, error);
    if (code != EXIT_DONE)
        return code;
    point.alpha = lookout_model_info(bench->weights.model)->alpha;
    point.threads = lookout_engine_threads(bench->weights.engine);
    point.isa = lookout_engine_isa(bench->weights.engine);

    WriteStatus status = WRITE_OK;
    if (!bench->table)
        status = begin_table(bench, &point, error);
    if (status == WRITE_OK)
        status = (WriteStatus)measure_point(bench, &point, resident_before, error);
    if (status == WRITE_OK && !atomic_load(bench->stop))
        status = report_point(bench, &point, error);
    if (status == WRITE_OK && !atomic_load(bench->stop) && bench->options->outputs.verbose && bench->table)
        status = profile_point(bench, &point, error);
    *closed = status == WRITE_CLOSED;
    return status == WRITE_FAILED ? EXIT_FAILED : EXIT_DONE;
}

/* What can be known of the outputs before anything is measured. */
static ExitCode check_outputs(const Options *options, Error *error)
{
    OutputFiles outputs = {.error = error};
    const int refused = output_files_add(&outputs, "-") ||
                        (!output_path_is_stdout(options->outputs.json) &&
                         output_files_add(&outputs, options->outputs.json)) ||
                        output_files_check_settings(&outputs, options);
    output_files_free(&outputs);
    if (refused || (options->outputs.json && output_path_check(options->outputs.json, error)))
        return exit_code_of(error);
    return EXIT_DONE;
}

static ExitCode run_points(Bench *bench, Error *error)
{
    Points points;
    bool closed = false;
    size_t largest = 0;
    if (points_of_bench(bench->options, &points, error))
        return EXIT_FAILED;
    for (int i = 0; i < points.sizes.count; i++)
        largest = (size_t)points.sizes.values[i] > largest ? (size_t)points.sizes.values[i] : largest;
    bench->picture.rgb = bench->pixels = malloc(largest * largest * 3);
    bench->times = malloc(sizeof *bench->times * MAX_RUNS);
    if (!bench->pixels || !bench->times) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    for (int i = 0; i < points_count(&points) && !closed && !atomic_load(bench->stop); i++) {
        ExitCode code = run_point(bench, points.alphas.values[i / points.sizes.count],
                                  points.sizes.values[i % points.sizes.count], &closed, error);
        close_point(bench);
        if (code != EXIT_DONE)
            return code;
    }
    return !bench->json || result_file_close(bench->json, error) == WRITE_OK ? EXIT_DONE : EXIT_FAILED;
}

int bench_run(const Options *options, const atomic_int *stop)
{
    Bench bench = {.options = options, .stop = stop};
    Error error;
#ifdef __GLIBC__
    /* Once large blocks were freed, malloc keeps later ones for reuse instead of returning them; then a point
     * would be charged for what was freed while its weights were loaded. This switches that off. */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
    int code = check_outputs(options, &error);
    if (code == EXIT_DONE)
        code = run_points(&bench, &error);
    if (code != EXIT_USAGE && atomic_load(stop))
        code = EXIT_SIGNAL + atomic_load(stop);
    else if (code != EXIT_DONE)
        message("%s", error.message);
    result_file_destroy(bench.table);
    result_file_destroy(bench.json);
    free(bench.times);
    free(bench.pixels);
    return code;
}
