#include "detector/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/clock.h"
#include "detector/base/error.h"

#define PEAK_BURST_MS 2.0
#define PEAK_BURSTS 10

/* The instruction sets of this build that this CPU has, as "c, avx2". */
static void list_usable_isas(char *list, size_t size)
{
    CpuFlags have = cpu_detect();
    size_t length = 0;
    list[0] = 0;
    for (const char *const *name = cpu_isa_names(); *name; name++) {
        CpuFlags flags = 0;
        if (cpu_flags_of(*name, &flags) && !(flags & ~have) && length < size)
            length += (size_t)snprintf(list + length, size - length, "%s%s", length ? ", " : "", *name);
    }
}

static LookoutStatus choose_flags(const char *requested, CpuFlags *flags, LookoutError *error)
{
    const char *source = "";
    *flags = cpu_detect();
    if (!requested) {
        requested = getenv("LOOKOUT_ISA");
        source = " (from LOOKOUT_ISA)";
        if (!requested || !*requested)
            return LOOKOUT_OK;
    }

    char usable[128];
    list_usable_isas(usable, sizeof usable);
    CpuFlags wanted;
    if (!cpu_flags_of(requested, &wanted))
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT,
                             "isa '%.40s'%s: this build has no such instruction set; there are %s", requested,
                             source, usable);
    if (wanted & ~*flags)
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "isa '%s'%s: this CPU lacks it; there are %s",
                             requested, source, usable);
    *flags = wanted;
    return LOOKOUT_OK;
}

LookoutEngine *lookout_engine_create(const LookoutEngineOptions *options, LookoutError *error)
{
    LookoutEngineOptions defaults = {0};
    if (!options)
        options = &defaults;
    if (options->threads < 0 || options->threads > LOOKOUT_MAX_THREADS) {
        detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "threads %d: expected 1 to %d, or 0 for one a core",
                      options->threads, LOOKOUT_MAX_THREADS);
        return NULL;
    }
    CpuFlags flags;
    if (choose_flags(options->isa, &flags, error) != LOOKOUT_OK)
        return NULL;

    LookoutEngine *engine = calloc(1, sizeof *engine);
    if (!engine) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "out of memory for the engine");
        return NULL;
    }
    engine->kernels = kernels_for(flags);
    int threads = options->threads ? options->threads : cpu_cores();
    engine->pool = pool_create(threads < LOOKOUT_MAX_THREADS ? threads : LOOKOUT_MAX_THREADS, error);
    if (!engine->pool)
        goto fail;
    engine->arena = arena_create();
    if (!engine->arena) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "out of memory for the engine");
        goto fail;
    }
    return engine;

fail:
    lookout_engine_destroy(engine);
    return NULL;
}

void lookout_engine_destroy(LookoutEngine *engine)
{
    if (!engine)
        return;
    pool_destroy(engine->pool);
    arena_destroy(engine->arena);
    free(engine);
}

int lookout_engine_threads(const LookoutEngine *engine)
{
    return pool_threads(engine->pool);
}

const char *lookout_engine_isa(const LookoutEngine *engine)
{
    return engine->kernels.isa;
}

const char *const *lookout_isa_names(void)
{
    return cpu_isa_names();
}

typedef struct Burst {
    const LookoutEngine *engine;
    int iterations;
    double operations[LOOKOUT_MAX_THREADS];
} Burst;

static void run_burst(void *argument, int worker)
{
    Burst *burst = argument;
    /* None starts before all are awake. */
    pool_barrier(burst->engine->pool, worker);
    burst->operations[worker] = burst->engine->kernels.f32.peak(burst->iterations);
}

double lookout_engine_peak_gflops(LookoutEngine *engine, int threads)
{
    int most = pool_threads(engine->pool);
    threads = threads < 1 ? 1 : threads > most ? most : threads;
    Burst burst = {.engine = engine, .iterations = 1000};
    double best = 0;
    for (int i = 0; i < PEAK_BURSTS;) {
        double start = clock_milliseconds();
        pool_run(engine->pool, threads, run_burst, &burst);
        double taken = clock_milliseconds() - start;
        if (taken < PEAK_BURST_MS && burst.iterations < 1 << 28) {
            burst.iterations *= 2;
            continue;
        }
        double operations = 0;
        for (int worker = 0; worker < threads; worker++)
            operations += burst.operations[worker];
        best = operations / taken > best ? operations / taken : best;
        i++;
    }
    return best * 1e-6; /* operations a millisecond */
}
