/*
 * The caller's thread copies frames into a ring of slots, the writer's thread encodes them. A slot belongs to
 * the caller while it lies outside [head, head + count) and to the thread while it lies inside, so that the
 * lock is held for the counters only, never for a copy or an encoding.
 */
#include "vision/record/writer.h"

#include "base/output_path.h"
#include "vision/record/encoder.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_FRAMES 4

struct Writer {
    char *path;
    const OutputFormat *format;
    WriterOptions options;
    OutputFile *file;
    Encoder *encoder; /* NULL before the first frame; the thread's from then on, while it runs */
    char encoder_name[64];
    int encoder_is_fallback;
    pthread_t thread;
    int running; /* the thread was started and not yet joined */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    Frame queue[QUEUE_FRAMES];
    int head, count;
    int closing;   /* no more frames come: encode what is queued and return */
    int abandoned; /* return at once */
    int failed;    /* error says why; for good */
    Error error;

    atomic_llong dropped;
    atomic_int broken_pipe;
};

Writer *writer_create(const char *path, const WriterOptions *options, Error *error)
{
    const OutputFormat *format = output_format(path, options->still, error);
    if (!format || output_path_check(path, error) != 0)
        return NULL;

    Writer *writer = calloc(1, sizeof *writer);
    char *own_path = strdup(path);
    if (!writer || !own_path) {
        free(writer);
        free(own_path);
        error_set(error, "%s: out of memory", path);
        return NULL;
    }
    writer->path = own_path;
    writer->format = format;
    writer->options = *options;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->changed, NULL);
    writer->file = output_file_create(writer->path, error);
    if (!writer->file) {
        writer_destroy(writer);
        return NULL;
    }
    return writer;
}

static void set_failed(Writer *writer, const Error *error)
{
    if (output_file_errno(writer->file) == EPIPE)
        atomic_store(&writer->broken_pipe, 1);
    pthread_mutex_lock(&writer->lock);
    writer->failed = 1;
    writer->error = *error;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

static void *run(void *argument)
{
    Writer *writer = argument;
    for (;;) {
        pthread_mutex_lock(&writer->lock);
        while (writer->count == 0 && !writer->closing && !writer->abandoned)
            pthread_cond_wait(&writer->changed, &writer->lock);
        int done = writer->abandoned || writer->count == 0;
        const Frame *frame = &writer->queue[writer->head];
        pthread_mutex_unlock(&writer->lock);
        if (done)
            return NULL;

        Error error;
        if (encoder_write(writer->encoder, frame, &error) != 0) {
            set_failed(writer, &error);
            return NULL;
        }

        pthread_mutex_lock(&writer->lock);
        writer->head = (writer->head + 1) % QUEUE_FRAMES;
        writer->count--;
        pthread_cond_broadcast(&writer->changed);
        pthread_mutex_unlock(&writer->lock);
    }
}

/* The first frame decides the size and begins the file; the thread, which waits for it in the queue, comes
 * before, as a file is not begun in vain. */
static int start(Writer *writer, const Frame *first, Error *error)
{
    /* signals are for the program's own threads; the threads made here inherit that */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    EncoderOptions options = {.path = writer->path, .frame_rate = writer->options.frame_rate};
    writer->running = pthread_create(&writer->thread, NULL, run, writer) == 0;
    if (writer->running)
        writer->encoder = encoder_create(writer->format, writer->file, first, &options, error);
    else
        error_set(error, "%s: no thread can be started to write it", writer->path);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!writer->encoder) {
        set_failed(writer, error);
        return -1;
    }
    snprintf(writer->encoder_name, sizeof writer->encoder_name, "%s",
             encoder_name(writer->encoder, &writer->encoder_is_fallback));
    return 0;
}

/* Waits for a free slot; its index, -1 with error after a failure, -2 if a live frame has to be dropped. */
static int free_slot(Writer *writer, Error *error)
{
    int slot = -2;
    pthread_mutex_lock(&writer->lock);
    while (writer->count == QUEUE_FRAMES && !writer->failed && !writer->options.live)
        pthread_cond_wait(&writer->changed, &writer->lock);
    if (writer->failed) {
        *error = writer->error;
        slot = -1;
    } else if (writer->count < QUEUE_FRAMES) {
        slot = (writer->head + writer->count) % QUEUE_FRAMES;
    }
    pthread_mutex_unlock(&writer->lock);
    return slot;
}

int writer_write(Writer *writer, const Frame *frame, Error *error)
{
    if (frame->format != PIXEL_I420)
        return error_set(error, "%s: only I420 frames are recorded", writer->path);
    int slot = free_slot(writer, error);
    if (slot == -1)
        return -1;
    if (slot == -2) {
        atomic_fetch_add(&writer->dropped, 1);
        return 0;
    }
    if (frame_copy(&writer->queue[slot], frame) != 0)
        return error_set(error, "%s: out of memory", writer->path);
    if (!writer->running && start(writer, frame, error) != 0)
        return -1;

    pthread_mutex_lock(&writer->lock);
    writer->count++;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    return 0;
}

static void join(Writer *writer, int *flag)
{
    if (!writer->running)
        return;
    pthread_mutex_lock(&writer->lock);
    *flag = 1;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer->running = 0;
}

int writer_finish(Writer *writer, Error *error)
{
    join(writer, &writer->closing);
    Error problem;
    if (writer->encoder && encoder_finish(writer->encoder, &problem) != 0 && !writer->failed)
        set_failed(writer, &problem);
    encoder_destroy(writer->encoder);
    writer->encoder = NULL;
    if (output_file_close(writer->file, &problem) != 0 && !writer->failed)
        set_failed(writer, &problem);
    if (writer->failed)
        *error = writer->error;
    return writer->failed ? -1 : 0;
}

void writer_destroy(Writer *writer)
{
    if (!writer)
        return;
    if (writer->running)
        output_file_cancel(writer->file);
    join(writer, &writer->abandoned);
    encoder_destroy(writer->encoder);
    output_file_destroy(writer->file);
    for (int i = 0; i < QUEUE_FRAMES; i++)
        frame_free(&writer->queue[i]);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer->path);
    free(writer);
}

int64_t writer_dropped(const Writer *writer)
{
    return atomic_load(&writer->dropped);
}

int writer_broken_pipe(const Writer *writer)
{
    return atomic_load(&writer->broken_pipe);
}

const char *writer_encoder(const Writer *writer, int *fallback)
{
    *fallback = writer->encoder_is_fallback;
    return writer->encoder_name;
}
