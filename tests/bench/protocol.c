/*
 * usage: bench_ENGINE WEIGHTS SIZE THREADS RGB-FILE EXTRA
 *
 * Loads, runs once, describes itself in a line, then answers each line of stdin with one line:
 *     run N        nanoseconds of each of N inferences
 *     head FILE    writes the raw outputs of the last inference, float32: "done"
 *     peak         GFLOP/s
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "detector/base/clock.h"
#include "tests/bench/engine.h"

enum { MAX_RUNS = 100000 };

void engine_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void engine_write_planes(const float *planes, size_t channels, size_t pixels, FILE *file)
{
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < channels; c++)
            fwrite(&planes[c * pixels + p], sizeof *planes, 1, file);
}

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory)
        engine_fail("out of memory");
    return memory;
}

static void read_picture(EngineOptions *options, const char *path)
{
    const size_t pixels = (size_t)options->size * (size_t)options->size;
    uint8_t *rgb = allocate(pixels * 3);
    float *planes = allocate(pixels * 3 * sizeof *planes);
    FILE *file = fopen(path, "rbe");
    if (!file || fread(rgb, 3, pixels, file) != pixels)
        engine_fail("%s: cannot read %zu RGB pixels; give a file of SIZE x SIZE x 3 bytes", path, pixels);
    fclose(file);
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < 3; c++)
            planes[c * pixels + p] = ((float)rgb[p * 3 + c] - 127.5f) / 127.5f;
    options->rgb = rgb;
    options->planes = planes;
}

static void run(Engine *engine, int64_t *times, int count)
{
    int64_t last = clock_nanoseconds();
    for (int i = 0; i < count; i++) {
        engine_run(engine);
        const int64_t now = clock_nanoseconds();
        times[i] = now - last;
        last = now;
    }
    for (int i = 0; i < count; i++)
        printf("%s%lld", i ? " " : "", (long long)times[i]);
}

static void write_head(Engine *engine, const char *path)
{
    FILE *file = fopen(path, "wbe");
    if (!file)
        engine_fail("%s cannot be written", path);
    engine_write_head(engine, file);
    if (fclose(file))
        engine_fail("%s cannot be written", path);
    fputs("done", stdout);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        engine_fail("usage: bench_ENGINE WEIGHTS SIZE THREADS RGB-FILE EXTRA");
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* compare.py stops its engines between turns: none may be left so */
    EngineOptions options = {
        .weights = argv[1], .size = atoi(argv[2]), .threads = atoi(argv[3]), .extra = argv[5]};
    read_picture(&options, argv[4]);
    int64_t *times = allocate(MAX_RUNS * sizeof *times);

    Engine *engine = engine_create(&options);
    engine_run(engine);
    engine_describe(engine, stdout);
    char line[4096];
    while (putchar('\n') != EOF && fflush(stdout) != EOF && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        const int count = strncmp(line, "run ", 4) ? 0 : atoi(line + 4);
        if (count > 0 && count <= MAX_RUNS)
            run(engine, times, count);
        else if (!strncmp(line, "head ", 5))
            write_head(engine, line + 5);
        else if (!strcmp(line, "peak"))
            printf("%.2f", engine_peak_gflops(engine));
        else
            engine_fail("no command '%s'; there are run N, head FILE and peak", line);
    }
    return 0;
}
