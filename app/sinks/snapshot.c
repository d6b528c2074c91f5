#include "app/sinks/snapshot.h"

#include "app/sinks/marked_picture.h"
#include "app/sinks/new_file.h"
#include "vision/record/writer.h"
#include <stdlib.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 2 };

typedef struct Snapshot {
    Sink sink;
    Notices *notices;
    MarkedPicture *marked; /* the sink's thread's */
    atomic_int failures;
    pthread_mutex_t lock;              /* over what follows */
    SinkCommand waiting[MOST_AT_ONCE]; /* in the order of the pictures in the queue */
    int count;
} Snapshot;

static int write_file(const char *name, const Frame *picture, Error *error)
{
    const WriterOptions options = {.still = true};
    Writer *writer = writer_create(name, &options, error);
    if (!writer)
        return -1;
    int status = writer_write(writer, picture, error);
    if (!status)
        status = writer_finish(writer, error);
    writer_destroy(writer);
    return status;
}

static int save(Snapshot *snapshot, SinkCommand command, const Observation *shown, Error *error)
{
    char name[NEW_FILE_NAME];
    Error why;
    Frame picture = *shown->frame;
    if (command == SINK_SNAPSHOT && !marked_picture_draw(snapshot->marked, shown, &picture))
        return error_set(error, "no snapshot: out of memory");
    if (new_file_create(name, "png", time(NULL), error))
        return -1;
    if (write_file(name, &picture, &why)) {
        unlink(name); /* a piece of a picture is of no use */
        return error_set(error, "cannot write %s", why.message);
    }
    notices_report(snapshot->notices, "saved %s", name);
    return 0;
}

static SinkResult take(Sink *sink, Observation *shown, Error *error)
{
    Snapshot *snapshot = (Snapshot *)sink;
    (void)error; /* the next picture may be written */
    Error why;
    pthread_mutex_lock(&snapshot->lock);
    const SinkCommand command = snapshot->waiting[0];
    pthread_mutex_unlock(&snapshot->lock);
    if (save(snapshot, command, shown, &why)) {
        atomic_fetch_add(&snapshot->failures, 1);
        notices_report(snapshot->notices, "%s", why.message);
    }
    pthread_mutex_lock(&snapshot->lock);
    snapshot->waiting[0] = snapshot->waiting[1];
    snapshot->count--;
    pthread_mutex_unlock(&snapshot->lock);
    return SINK_OK;
}

static SinkResult finish(Sink *sink, Error *error)
{
    (void)sink, (void)error;
    return SINK_OK;
}

static bool command(Sink *sink, SinkCommand command)
{
    Snapshot *snapshot = (Snapshot *)sink;
    if (command != SINK_SNAPSHOT && command != SINK_CLEAN_SNAPSHOT)
        return false;
    pthread_mutex_lock(&snapshot->lock);
    const bool fits = snapshot->count < MOST_AT_ONCE;
    if (fits)
        snapshot->waiting[snapshot->count++] = command;
    pthread_mutex_unlock(&snapshot->lock);
    if (!fits)
        notices_post(snapshot->notices, "no snapshot: the last ones are still being written");
    return fits;
}

/* Only what a key asks for, never what comes by itself. */
static bool is_active(Sink *sink)
{
    (void)sink;
    return false;
}

static void destroy(Sink *sink)
{
    Snapshot *snapshot = (Snapshot *)sink;
    marked_picture_destroy(snapshot->marked);
    pthread_mutex_destroy(&snapshot->lock);
    free(snapshot);
}

Sink *snapshot_create(const char *const *classes, Notices *notices)
{
    static const SinkDriver driver = {
        .name = "snapshot",
        .wants = SINK_WANTS_PICTURES,
        .queue_length = MOST_AT_ONCE,
        .outlives_inputs = true,
        .take = take,
        .finish = finish,
        .command = command,
        .is_active = is_active,
        .destroy = destroy,
    };
    Snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return NULL;
    snapshot->sink.driver = &driver;
    snapshot->notices = notices;
    pthread_mutex_init(&snapshot->lock, NULL);
    snapshot->marked = marked_picture_create(classes, false);
    if (snapshot->marked)
        return &snapshot->sink;
    destroy(&snapshot->sink);
    return NULL;
}

int snapshot_failures(const Sink *sink)
{
    return atomic_load(&((const Snapshot *)sink)->failures);
}
