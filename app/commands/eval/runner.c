#include "app/commands/eval/runner.h"

#include "app/commands/eval/picture.h"
#include "app/sinks/progress_line.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "base/message.h"
#include "base/thread.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_MS = 100 };

typedef struct Crew {
    Run *run;
    LookoutSettings settings;
    atomic_int next;   /* picture */
    atomic_int failed; /* a worker failed, so all end */

    pthread_mutex_t lock; /* of what follows, and of the metrics */
    pthread_cond_t changed;
    int working; /* threads */
    int done;    /* pictures */
    Error error; /* of the worker that failed first */
} Crew;

typedef struct Worker {
    Crew *crew;
    pthread_t thread;
    Networks *networks; /* open, or NULL: to be opened by the worker */
    Networks own;
    PictureReader reader;
    MatchDetection *boxes; /* [settings.max_detections] */
} Worker;

static bool is_ended(const Crew *crew)
{
    return atomic_load(&crew->failed) || atomic_load(crew->run->stop);
}

/* Rounded to thousandths of a pixel, as --detections writes them, so that both give the same figures. */
static double thousandths(double value)
{
    return round(value * 1000) / 1000;
}

static int take_boxes(MatchDetection *boxes, const LookoutResult *result, const Frame *picture)
{
    for (int i = 0; i < result->count; i++) {
        const LookoutDetection *detection = &result->detections[i];
        /* corners are rounded, not sizes, so that x + width is the right edge */
        const double x = thousandths((double)detection->x1 * picture->width);
        const double y = thousandths((double)detection->y1 * picture->height);
        boxes[i] = (MatchDetection){
            .class_index = detection->class_index,
            .score = detection->score,
            .x = x,
            .y = y,
            .width = thousandths(thousandths((double)detection->x2 * picture->width) - x),
            .height = thousandths(thousandths((double)detection->y2 * picture->height) - y),
        };
    }
    return result->count;
}

static int keep_boxes(FoundBoxes *found, const MatchDetection *boxes, int count, Error *error)
{
    found->boxes = malloc((size_t)count * sizeof *boxes + 1);
    if (!found->boxes)
        return error_set(error, "out of memory");
    memcpy(found->boxes, boxes, (size_t)count * sizeof *boxes);
    found->count = count;
    return 0;
}

static int detect(Worker *worker, int image, int point, Error *error)
{
    Crew *crew = worker->crew;
    const Run *run = crew->run;
    const Frame *picture = &worker->reader.rgb;
    const LookoutImage pixels = {picture->planes[0], picture->width, picture->height, picture->strides[0]};
    LookoutResult result;
    LookoutError failure;
    if (lookout_detect(worker->networks->detectors[point], &pixels, &crew->settings, &result, &failure) !=
        LOOKOUT_OK)
        return error_set(error, "%s", failure.message);
    const int count = take_boxes(worker->boxes, &result, picture);
    if (run->found && point == 0 && keep_boxes(&run->found[image], worker->boxes, count, error))
        return -1;
    pthread_mutex_lock(&crew->lock);
    const int failed =
        metrics_add(run->metrics[point], image, picture->width, picture->height, worker->boxes, count);
    pthread_mutex_unlock(&crew->lock);
    return failed ? error_set(error, "out of memory") : 0;
}

/* The boxes of a data set are meant for pictures of the size that it states. */
static int check_size(const DatasetImage *image, const Frame *picture, Error *error)
{
    if (!image->width || !image->height ||
        (image->width == picture->width && image->height == picture->height))
        return 0;
    return error_set(error, "%s: is %dx%d, and the data set says %dx%d", image->path, picture->width,
                     picture->height, image->width, image->height);
}

/* Returns 0, also for a picture that cannot be measured, or -1 with error. */
static int run_picture(Worker *worker, int index, Error *error)
{
    Run *run = worker->crew->run;
    const DatasetImage *image = &run->dataset->images[index];
    Error problem;
    if (picture_reader_read(&worker->reader, image->path, run->stop, &problem) ||
        check_size(image, &worker->reader.rgb, &problem)) {
        run->problems[index] = strdup(problem.message);
        return run->problems[index] ? 0 : error_set(error, "out of memory");
    }
    for (int point = 0; point < points_count(run->points) && !is_ended(worker->crew); point++)
        if (detect(worker, index, point, error))
            return -1;
    return 0;
}

static int prepare(Worker *worker, Error *error)
{
    const Run *run = worker->crew->run;
    worker->boxes = malloc((size_t)worker->crew->settings.max_detections * sizeof *worker->boxes);
    if (!worker->boxes || picture_reader_open(&worker->reader))
        return error_set(error, "out of memory");
    if (worker->networks)
        return 0;
    worker->networks = &worker->own;
    return networks_open(&worker->own, run->points, &run->options->model, error) == EXIT_DONE ? 0 : -1;
}

static int run_share(Worker *worker, Error *error)
{
    Crew *crew = worker->crew;
    if (prepare(worker, error))
        return -1;
    while (!is_ended(crew)) {
        const int index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->run->dataset->image_count)
            return 0;
        if (run_picture(worker, index, error))
            return -1;
        pthread_mutex_lock(&crew->lock);
        crew->done++;
        pthread_mutex_unlock(&crew->lock);
    }
    return 0;
}

static void *work(void *argument)
{
    Worker *worker = argument;
    Crew *crew = worker->crew;
    Error error;
    const int failed = run_share(worker, &error);
    networks_close(&worker->own);
    picture_reader_close(&worker->reader);
    free(worker->boxes);
    pthread_mutex_lock(&crew->lock);
    if (failed && !atomic_exchange(&crew->failed, 1))
        crew->error = error;
    crew->working--;
    pthread_cond_signal(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Returns how many workers were started. */
static int start_workers(Crew *crew, Worker *workers, int count, Networks *first)
{
    int started = 0;
    for (; started < count; started++) {
        Worker *worker = &workers[started];
        *worker = (Worker){.crew = crew, .networks = started ? NULL : first};
        pthread_mutex_lock(&crew->lock);
        crew->working++;
        pthread_mutex_unlock(&crew->lock);
        if (thread_start(&worker->thread, work, worker))
            break;
    }
    if (started < count) {
        pthread_mutex_lock(&crew->lock);
        crew->working--; /* the thread that could not be started; the others do its work */
        pthread_mutex_unlock(&crew->lock);
    }
    return started;
}

/* Waits until all workers have ended, and shows their progress. */
static void watch(Crew *crew)
{
    const bool shown = crew->run->options->outputs.progress || message_on_terminal();
    ProgressLine line = progress_line_begin("picture", "a second", crew->run->dataset->image_count);
    pthread_mutex_lock(&crew->lock);
    while (crew->working) {
        condition_wait_until(&crew->changed, &crew->lock, clock_now_ns() + PROGRESS_MS * INT64_C(1000000));
        if (shown)
            progress_line_update(&line, crew->done);
    }
    pthread_mutex_unlock(&crew->lock);
    if (shown)
        progress_line_end(&line);
}

static void crew_open(Crew *crew, Run *run)
{
    *crew = (Crew){.run = run, .settings = run->categories->settings};
    pthread_mutex_init(&crew->lock, NULL);
    condition_init(&crew->changed);
}

ExitCode run_pictures(Run *run, Networks *first, Error *error)
{
    Crew crew;
    const int count = run->threads < run->dataset->image_count ? run->threads : run->dataset->image_count;
    Worker *workers = calloc((size_t)count, sizeof *workers);
    if (!workers) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    crew_open(&crew, run);
    const int started = start_workers(&crew, workers, count, first);
    watch(&crew);
    for (int i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    const int failed = !started || atomic_load(&crew.failed);
    if (!started)
        error_set(error, "no thread can be started");
    else if (failed)
        *error = crew.error;
    pthread_cond_destroy(&crew.changed);
    pthread_mutex_destroy(&crew.lock);
    free(workers);
    return failed ? EXIT_FAILED : EXIT_DONE;
}
