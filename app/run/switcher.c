/*
 * A detector, once made, stays until the end, so the thread that detects needs no lock: it reads the number
 * of the active point, which is stored after that point's detector.
 */
#include "app/run/switcher.h"
#include "base/exit_code.h"

#include "base/thread.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* what the background thread takes from the processor it takes from others that nothing waits for */
enum { BACKGROUND_NICENESS = 10 };

struct Switcher {
    DetectorGrid grid; /* its detectors and accuracies under the lock, its models the background thread's */
    atomic_int active; /* the point to detect with: the last wish that came true */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    int wish;                        /* the point that was asked for last */
    int want_all;                    /* every point is to be made */
    int failed[SWITCHER_MAX_POINTS]; /* was tried in vain, and nobody has asked since */
    int running, stopping;
    pthread_t thread;
    int failure_waits;
    Error failure;
};

static SwitchPoint point_of(const Switcher *switcher, int number)
{
    return (SwitchPoint){.alpha = grid_alpha(&switcher->grid, number),
                         .size = grid_size(&switcher->grid, number)};
}

/* ---- the background thread ---------------------------------------------------------------------- */

static int is_missing(const Switcher *switcher, int number)
{
    return !switcher->grid.detectors[number] && !switcher->failed[number];
}

/* The point to make next: the wish, then the other sizes of its alpha and of those that are loaded already;
 * if all are wanted, of every alpha, the smaller ones than the wish first. -1: none. */
static int next_missing(const Switcher *switcher)
{
    if (is_missing(switcher, switcher->wish))
        return switcher->wish;
    int alphas = switcher->grid.alpha_count;
    for (int i = 0; i < alphas; i++) {
        int row = (switcher->wish / GRID_MAX_SIZES + alphas - i) % alphas;
        if (!switcher->want_all && !switcher->grid.models[row])
            continue;
        for (int size = switcher->grid.size_count - 1; size >= 0; size--)
            if (is_missing(switcher, row * GRID_MAX_SIZES + size))
                return row * GRID_MAX_SIZES + size;
    }
    return -1;
}

/* Under the lock. */
static void keep_detector(Switcher *switcher, int number, LookoutDetector *detector)
{
    switcher->grid.detectors[number] = detector;
    if (number == switcher->wish)
        atomic_store(&switcher->active, number);
}

/* Under the lock. Without its model no size of an alpha can be had. */
static void note_failure(Switcher *switcher, int number, const Error *error)
{
    int row = number / GRID_MAX_SIZES;
    for (int size = 0; size < switcher->grid.size_count; size++)
        if (!switcher->grid.models[row] || row * GRID_MAX_SIZES + size == number)
            switcher->failed[row * GRID_MAX_SIZES + size] = 1;
    if (number != switcher->wish)
        return;
    switcher->wish = atomic_load(&switcher->active);
    switcher->failure = *error;
    switcher->failure_waits = 1;
}

static void *run(void *argument)
{
    Switcher *switcher = argument;
    setpriority(PRIO_PROCESS, 0, BACKGROUND_NICENESS); /* on Linux, of this thread alone */
    pthread_mutex_lock(&switcher->lock);
    while (!switcher->stopping) {
        int number = next_missing(switcher);
        if (number < 0) {
            pthread_cond_wait(&switcher->changed, &switcher->lock);
            continue;
        }
        Error error;
        pthread_mutex_unlock(&switcher->lock);
        LookoutDetector *detector = grid_make(&switcher->grid, number, &error);
        pthread_mutex_lock(&switcher->lock);
        if (detector)
            keep_detector(switcher, number, detector);
        else
            note_failure(switcher, number, &error);
    }
    pthread_mutex_unlock(&switcher->lock);
    return NULL;
}

/* Under the lock: starts the thread, or tells it that there is something new. */
static int wake(Switcher *switcher, Error *error)
{
    if (switcher->running) {
        pthread_cond_signal(&switcher->changed);
        return 0;
    }
    int code = thread_start(&switcher->thread, run, switcher);
    if (code)
        return error_set(error, "no thread can be started to load weights: %s", strerror(code));
    switcher->running = 1;
    return 0;
}

/* ---- life --------------------------------------------------------------------------------------- */

ExitCode switcher_create(const ModelOptions *options, Switcher **result, Error *error)
{
    *result = NULL;
    Switcher *switcher = calloc(1, sizeof *switcher);
    if (!switcher) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    pthread_mutex_init(&switcher->lock, NULL);
    pthread_cond_init(&switcher->changed, NULL);
    ExitCode code = grid_open(&switcher->grid, options, &switcher->wish, error);
    if (code == EXIT_DONE) {
        LookoutDetector *detector = grid_make(&switcher->grid, switcher->wish, error);
        if (detector)
            keep_detector(switcher, switcher->wish, detector);
        else
            code = EXIT_FAILED;
    }
    if (code == EXIT_DONE)
        *result = switcher;
    else
        switcher_destroy(switcher);
    return code;
}

void switcher_destroy(Switcher *switcher)
{
    if (!switcher)
        return;
    if (switcher->running) {
        pthread_mutex_lock(&switcher->lock);
        switcher->stopping = 1;
        pthread_cond_signal(&switcher->changed);
        pthread_mutex_unlock(&switcher->lock);
        pthread_join(switcher->thread, NULL);
    }
    grid_close(&switcher->grid);
    pthread_cond_destroy(&switcher->changed);
    pthread_mutex_destroy(&switcher->lock);
    free(switcher);
}

const LookoutEngine *switcher_engine(const Switcher *switcher)
{
    return switcher->grid.engine;
}

const LookoutModelInfo *switcher_model(const Switcher *switcher)
{
    return switcher->grid.info;
}

const char *switcher_model_path(const Switcher *switcher)
{
    return switcher->grid.path;
}

/* ---- questions ---------------------------------------------------------------------------------- */

LookoutDetector *switcher_detector(Switcher *switcher, SwitchPoint *point)
{
    int active = atomic_load(&switcher->active);
    if (point)
        *point = point_of(switcher, active);
    return switcher->grid.detectors[active];
}

/* Under the lock. */
static int make_wish(Switcher *switcher, int number, Error *error)
{
    if (wake(switcher, error))
        return -1;
    switcher->wish = number;
    /* whatever was wrong with this alpha's weights may have been put right */
    memset(&switcher->failed[number / GRID_MAX_SIZES * GRID_MAX_SIZES], 0,
           GRID_MAX_SIZES * sizeof *switcher->failed);
    if (switcher->grid.detectors[number])
        atomic_store(&switcher->active, number);
    return 0;
}

static int ask(Switcher *switcher, int number, Error *error)
{
    char path[PATH_MAX];
    pthread_mutex_lock(&switcher->lock);
    int ready = switcher->grid.detectors[number] != NULL;
    pthread_mutex_unlock(&switcher->lock);
    if (!ready && grid_find_weights(&switcher->grid, number, path, error))
        return -1;
    pthread_mutex_lock(&switcher->lock);
    int status = make_wish(switcher, number, error);
    pthread_mutex_unlock(&switcher->lock);
    return status;
}

int switcher_ask(Switcher *switcher, SwitchPoint point, Error *error)
{
    int number = grid_number(&switcher->grid, point.alpha, point.size, error);
    return number < 0 ? -1 : ask(switcher, number, error);
}

static int last_wish(Switcher *switcher)
{
    pthread_mutex_lock(&switcher->lock);
    int wish = switcher->wish;
    pthread_mutex_unlock(&switcher->lock);
    return wish;
}

int switcher_step_alpha(Switcher *switcher, int step, SwitchPoint *point, Error *error)
{
    int number = last_wish(switcher), end = switcher->grid.alpha_count * GRID_MAX_SIZES, refusals = 0;
    *point = point_of(switcher, number);
    for (number += step * GRID_MAX_SIZES; number >= 0 && number < end; number += step * GRID_MAX_SIZES) {
        Error why;
        if (!ask(switcher, number, &why)) {
            *point = point_of(switcher, number);
            return 0;
        }
        if (!refusals++) /* the nearest is the one that was meant */
            *error = why;
    }
    return refusals ? -1 : 0;
}

int switcher_step_size(Switcher *switcher, int step, SwitchPoint *point, Error *error)
{
    int number = last_wish(switcher), size = number % GRID_MAX_SIZES + step;
    *point = point_of(switcher, number);
    if (size < 0 || size >= switcher->grid.size_count)
        return 0;
    if (ask(switcher, number + step, error))
        return -1;
    *point = point_of(switcher, number + step);
    return 0;
}

void switcher_prepare_all(Switcher *switcher)
{
    Error ignored; /* whoever asks for a point next is told the same */
    pthread_mutex_lock(&switcher->lock);
    switcher->want_all = 1;
    wake(switcher, &ignored);
    pthread_mutex_unlock(&switcher->lock);
}

int switcher_ready(Switcher *switcher, SwitchPoint points[SWITCHER_MAX_POINTS])
{
    int count = 0;
    pthread_mutex_lock(&switcher->lock);
    for (int number = 0; number < SWITCHER_MAX_POINTS; number++) {
        if (!switcher->grid.detectors[number])
            continue;
        points[count] = point_of(switcher, number);
        points[count++].accuracy = switcher->grid.accuracies[number];
    }
    pthread_mutex_unlock(&switcher->lock);
    return count;
}

int switcher_take_failure(Switcher *switcher, Error *error)
{
    pthread_mutex_lock(&switcher->lock);
    int failed = switcher->failure_waits;
    if (failed)
        *error = switcher->failure;
    switcher->failure_waits = 0;
    pthread_mutex_unlock(&switcher->lock);
    return failed;
}
