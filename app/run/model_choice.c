/*
 * A detector, once made, stays until the end, so the thread that detects needs no lock: it reads the index of
 * the active point, which is stored after that point's detector.
 */
#include "app/run/model_choice.h"

#include "base/thread.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* of the thread in the background: nobody waits for it, and others want the processor */
enum { BACKGROUND_NICENESS = 10 };

struct ModelChoice {
    ModelGrid grid;    /* its detectors and accuracies under the lock, its models the background thread's */
    atomic_int active; /* the point to detect with: the last request that was fulfilled */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    int requested;                 /* the point that was requested last */
    bool automatic;                /* by the program */
    bool want_all;                 /* every point is to be made */
    bool failed[MODEL_MAX_POINTS]; /* was tried in vain, and nobody has asked since */
    bool running, stopping;
    pthread_t thread;
    bool failure_waits;
    Error failure;
};

static NetworkPoint point_of(const ModelChoice *choice, int index)
{
    return (NetworkPoint){.alpha = grid_alpha(&choice->grid, index), .size = grid_size(&choice->grid, index)};
}

/* ---- the background thread ---------------------------------------------------------------------- */

static bool is_missing(const ModelChoice *choice, int index)
{
    return !choice->grid.detectors[index] && !choice->failed[index];
}

/* The point to make next: the requested one, then the other sizes of its alpha and of those that are loaded
 * already; if all are wanted, of every alpha, the smaller ones than the requested first. -1: none. */
static int next_missing(const ModelChoice *choice)
{
    if (is_missing(choice, choice->requested))
        return choice->requested;
    const int alphas = choice->grid.alpha_count;
    for (int i = 0; i < alphas; i++) {
        const int row = (choice->requested / GRID_MAX_SIZES + alphas - i) % alphas;
        if (!choice->want_all && !choice->grid.models[row])
            continue;
        for (int size = choice->grid.size_count - 1; size >= 0; size--)
            if (is_missing(choice, row * GRID_MAX_SIZES + size))
                return row * GRID_MAX_SIZES + size;
    }
    return -1;
}

/* Under the lock. */
static void keep_detector(ModelChoice *choice, int index, LookoutDetector *detector)
{
    choice->grid.detectors[index] = detector;
    if (index == choice->requested)
        atomic_store(&choice->active, index);
}

/* Under the lock. Without its model no size of an alpha can be had. */
static void note_failure(ModelChoice *choice, int index, const Error *error)
{
    const int row = index / GRID_MAX_SIZES;
    for (int size = 0; size < choice->grid.size_count; size++)
        if (!choice->grid.models[row] || row * GRID_MAX_SIZES + size == index)
            choice->failed[row * GRID_MAX_SIZES + size] = true;
    if (index != choice->requested)
        return;
    choice->requested = atomic_load(&choice->active);
    choice->failure = *error;
    choice->failure_waits = true;
}

static void *run(void *argument)
{
    ModelChoice *choice = argument;
    setpriority(PRIO_PROCESS, 0, BACKGROUND_NICENESS); /* on Linux, of this thread alone */
    pthread_mutex_lock(&choice->lock);
    while (!choice->stopping) {
        const int index = next_missing(choice);
        if (index < 0) {
            pthread_cond_wait(&choice->changed, &choice->lock);
            continue;
        }
        Error error;
        pthread_mutex_unlock(&choice->lock);
        LookoutDetector *detector = grid_make(&choice->grid, index, &error);
        pthread_mutex_lock(&choice->lock);
        if (detector)
            keep_detector(choice, index, detector);
        else
            note_failure(choice, index, &error);
    }
    pthread_mutex_unlock(&choice->lock);
    return NULL;
}

/* Under the lock: starts the thread, or wakes it. */
static int wake(ModelChoice *choice, Error *error)
{
    if (choice->running) {
        pthread_cond_signal(&choice->changed);
        return 0;
    }
    const int code = thread_start(&choice->thread, run, choice);
    if (code)
        return error_set(error, "no thread can be started to load weights: %s", strerror(code));
    choice->running = true;
    return 0;
}

/* ---- life --------------------------------------------------------------------------------------- */

ModelChoice *model_choice_create(const ModelOptions *options, Error *error)
{
    ModelChoice *choice = calloc(1, sizeof *choice);
    if (!choice) {
        error_set(error, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&choice->lock, NULL);
    pthread_cond_init(&choice->changed, NULL);
    LookoutDetector *detector = NULL;
    if (!grid_open(&choice->grid, options, &choice->requested, error))
        detector = grid_make(&choice->grid, choice->requested, error);
    if (!detector) {
        model_choice_destroy(choice);
        return NULL;
    }
    keep_detector(choice, choice->requested, detector);
    return choice;
}

void model_choice_destroy(ModelChoice *choice)
{
    if (!choice)
        return;
    if (choice->running) {
        pthread_mutex_lock(&choice->lock);
        choice->stopping = true;
        pthread_cond_signal(&choice->changed);
        pthread_mutex_unlock(&choice->lock);
        pthread_join(choice->thread, NULL);
    }
    grid_close(&choice->grid);
    pthread_cond_destroy(&choice->changed);
    pthread_mutex_destroy(&choice->lock);
    free(choice);
}

const LookoutEngine *model_choice_engine(const ModelChoice *choice)
{
    return choice->grid.engine;
}

const LookoutModelInfo *model_choice_model(const ModelChoice *choice)
{
    return choice->grid.info;
}

const char *model_choice_model_path(const ModelChoice *choice)
{
    return choice->grid.path;
}

/* ---- requests ----------------------------------------------------------------------------------- */

LookoutDetector *model_choice_detector(ModelChoice *choice, NetworkPoint *point)
{
    const int active = atomic_load(&choice->active);
    if (point)
        *point = point_of(choice, active);
    return choice->grid.detectors[active];
}

/* Under the lock. */
static int set_requested(ModelChoice *choice, int index, Error *error)
{
    if (wake(choice, error))
        return -1;
    choice->requested = index;
    /* whatever was wrong with this alpha's weights may have been put right */
    memset(&choice->failed[index / GRID_MAX_SIZES * GRID_MAX_SIZES], 0,
           GRID_MAX_SIZES * sizeof *choice->failed);
    if (choice->grid.detectors[index])
        atomic_store(&choice->active, index);
    return 0;
}

/* Whether `auto` still goes on is looked at under the same lock that a user's request is made under: the
 * later one wins only if it is the user's. */
static int request(ModelChoice *choice, int index, bool automatic, Error *error)
{
    char path[PATH_MAX];
    pthread_mutex_lock(&choice->lock);
    const bool ready = choice->grid.detectors[index] != NULL;
    pthread_mutex_unlock(&choice->lock);
    if (!ready && grid_find_weights(&choice->grid, index, path, error))
        return -1;
    int status = 0;
    pthread_mutex_lock(&choice->lock);
    if (!automatic)
        choice->automatic = false;
    if (!automatic || choice->automatic)
        status = set_requested(choice, index, error);
    pthread_mutex_unlock(&choice->lock);
    return status;
}

int model_choice_request(ModelChoice *choice, NetworkPoint point, Error *error)
{
    const int index = grid_index(&choice->grid, point.alpha, point.size, error);
    return index < 0 ? -1 : request(choice, index, false, error);
}

int model_choice_request_automatic(ModelChoice *choice, NetworkPoint point, Error *error)
{
    const int index = grid_index(&choice->grid, point.alpha, point.size, error);
    return index < 0 ? -1 : request(choice, index, true, error);
}

/* A step by the user ends `auto`, also where there is none to take. */
static int begin_step(ModelChoice *choice)
{
    pthread_mutex_lock(&choice->lock);
    choice->automatic = false;
    const int requested = choice->requested;
    pthread_mutex_unlock(&choice->lock);
    return requested;
}

int model_choice_step_alpha(ModelChoice *choice, int step, NetworkPoint *point, Error *error)
{
    const int end = choice->grid.alpha_count * GRID_MAX_SIZES;
    int index = begin_step(choice), refusals = 0;
    *point = point_of(choice, index);
    for (index += step * GRID_MAX_SIZES; index >= 0 && index < end; index += step * GRID_MAX_SIZES) {
        Error why;
        if (!request(choice, index, false, &why)) {
            *point = point_of(choice, index);
            return 0;
        }
        if (!refusals++) /* the nearest is the one that was meant */
            *error = why;
    }
    return refusals ? -1 : 0;
}

int model_choice_step_size(ModelChoice *choice, int step, NetworkPoint *point, Error *error)
{
    const int index = begin_step(choice), size = index % GRID_MAX_SIZES + step;
    *point = point_of(choice, index);
    if (size < 0 || size >= choice->grid.size_count)
        return 0;
    if (request(choice, index + step, false, error))
        return -1;
    *point = point_of(choice, index + step);
    return 0;
}

void model_choice_set_automatic(ModelChoice *choice, bool on)
{
    Error ignored; /* whoever requests a point next is told the same */
    pthread_mutex_lock(&choice->lock);
    choice->automatic = on;
    if (on) {
        choice->want_all = true;
        wake(choice, &ignored);
    }
    pthread_mutex_unlock(&choice->lock);
}

bool model_choice_is_automatic(ModelChoice *choice)
{
    pthread_mutex_lock(&choice->lock);
    const bool automatic = choice->automatic;
    pthread_mutex_unlock(&choice->lock);
    return automatic;
}

int model_choice_ready(ModelChoice *choice, NetworkPoint points[MODEL_MAX_POINTS])
{
    int count = 0;
    pthread_mutex_lock(&choice->lock);
    for (int index = 0; index < MODEL_MAX_POINTS; index++) {
        if (!choice->grid.detectors[index])
            continue;
        points[count] = point_of(choice, index);
        points[count++].accuracy = choice->grid.accuracies[index];
    }
    pthread_mutex_unlock(&choice->lock);
    return count;
}

bool model_choice_take_failure(ModelChoice *choice, Error *error)
{
    pthread_mutex_lock(&choice->lock);
    const bool failed = choice->failure_waits;
    if (failed)
        *error = choice->failure;
    choice->failure_waits = false;
    pthread_mutex_unlock(&choice->lock);
    return failed;
}
