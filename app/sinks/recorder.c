#include "app/sinks/recorder.h"

#include "app/sinks/marked_picture.h"
#include "app/sinks/new_file.h"
#include "base/output_path.h"
#include "vision/record/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUEUE_LENGTH = 4 };

typedef struct Recorder {
    Sink sink;
    RecorderSetup setup;
    atomic_bool wanted; /* a recording is to run: always for --output, by key r else */
    atomic_bool runs;   /* one does, or is being begun */
    atomic_int failures;
    atomic_llong dropped_before; /* the recording was asked for */
    pthread_mutex_t lock;        /* over the writer's pointer, for cancel() */
    bool cancelled;
    Writer *writer; /* NULL: no recording runs */

    /* the sink's thread */
    MarkedPicture *marked;
    char name[NEW_FILE_NAME]; /* of a recording by key */
    char encoder[64];
    bool is_fallback;
    int64_t start_time; /* of the first picture: 0 in a recording by key */
    int64_t last_time, last_sequence;
    int64_t pictures; /* in the recording */
    int late;         /* pictures that came since a key ended it */
} Recorder;

static Recorder *recorder_of(Sink *sink)
{
    return (Recorder *)sink;
}

/* ---- one recording ------------------------------------------------------------------------------ */

static void set_writer(Recorder *recorder, Writer *writer)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->writer = writer;
    if (writer && recorder->cancelled)
        writer_cancel(writer);
    pthread_mutex_unlock(&recorder->lock);
}

static int open_writer(Recorder *recorder, const char *path, Error *error)
{
    const WriterOptions options = {.frame_rate = recorder->setup.frame_rate, .still = recorder->setup.still};
    Writer *writer = writer_create(path, &options, error);
    if (!writer)
        return -1;
    set_writer(recorder, writer);
    return 0;
}

static void close_writer(Recorder *recorder)
{
    Writer *writer = recorder->writer;
    set_writer(recorder, NULL);
    writer_destroy(writer);
}

static int write_picture(Recorder *recorder, const Observation *observation, Error *error)
{
    Frame picture;
    if (!marked_picture_draw(recorder->marked, observation, &picture))
        return error_set(error, "%s: out of memory",
                         recorder->setup.path ? output_path_shown(recorder->setup.path) : recorder->name);
    picture.time_ns = observation->time_ns - recorder->start_time;
    recorder->last_time = observation->time_ns;
    recorder->last_sequence = observation->sequence;
    recorder->pictures++;
    return writer_write(recorder->writer, &picture, error);
}

/* Whether the recording has this picture, or a later one. */
static bool is_old(const Recorder *recorder, const Observation *observation)
{
    return recorder->pictures &&
           (observation->time_ns < recorder->last_time || (observation->time_ns == recorder->last_time &&
                                                           observation->sequence == recorder->last_sequence));
}

/* ---- --output ------------------------------------------------------------------------------------ */

static SinkResult output_failed(const Recorder *recorder)
{
    const bool to_stdout = output_path_is_stdout(recorder->setup.path);
    return to_stdout && writer_broken_pipe(recorder->writer) ? SINK_CLOSED : SINK_FAILED;
}

static SinkResult output_take(Sink *sink, Observation *observation, Error *error)
{
    Recorder *recorder = recorder_of(sink);
    if (is_old(recorder, observation) || !write_picture(recorder, observation, error))
        return SINK_OK;
    return output_failed(recorder);
}

static SinkResult output_finish(Sink *sink, Error *error)
{
    Recorder *recorder = recorder_of(sink);
    const int status = writer_finish(recorder->writer, error);
    snprintf(recorder->encoder, sizeof recorder->encoder, "%s",
             writer_encoder(recorder->writer, &recorder->is_fallback));
    return status ? output_failed(recorder) : SINK_OK;
}

static bool refuse(Sink *sink, SinkCommand command)
{
    const Recorder *recorder = recorder_of(sink);
    if (command == SINK_RECORD)
        notices_post(recorder->setup.notices, "already recording to %s",
                     output_path_shown(recorder->setup.path));
    return false;
}

/* ---- key r --------------------------------------------------------------------------------------- */

static void report_failure(Recorder *recorder, const Error *why)
{
    atomic_fetch_add(&recorder->failures, 1);
    notices_report(recorder->setup.notices, "cannot write %s", why->message);
}

static void begin(Recorder *recorder, const Observation *first)
{
    Error error;
    recorder->pictures = recorder->late = 0;
    recorder->start_time = first->time_ns;
    if (new_file_create(recorder->name, "mkv", time(NULL), &error)) {
        atomic_fetch_add(&recorder->failures, 1);
        notices_report(recorder->setup.notices, "%s", error.message);
    } else if (open_writer(recorder, recorder->name, &error) || write_picture(recorder, first, &error)) {
        close_writer(recorder);
        unlink(recorder->name);
        report_failure(recorder, &error);
    }
    if (recorder->writer) {
        status_set_recording(recorder->setup.status, recorder->name);
        notices_report(recorder->setup.notices, "recording to %s", recorder->name);
        return;
    }
    /* not the same failure again with the next picture */
    atomic_store(&recorder->wanted, false);
    atomic_store(&recorder->runs, false);
}

/* failure: of the last write, NULL: none. */
static void end(Recorder *recorder, const Error *failure)
{
    Error error;
    if (writer_finish(recorder->writer, &error) && !failure)
        failure = &error;
    close_writer(recorder);
    status_set_recording(recorder->setup.status, NULL);
    atomic_store(&recorder->runs, false);
    if (failure) {
        atomic_store(&recorder->wanted, false);
        report_failure(recorder, failure);
        return;
    }
    char lost[64] = "";
    const long long dropped = atomic_load(&recorder->sink.dropped) - atomic_load(&recorder->dropped_before);
    if (dropped)
        snprintf(lost, sizeof lost, ", %lld dropped", dropped);
    notices_report(recorder->setup.notices, "recorded %" PRId64 " frame%s to %s%s", recorder->pictures,
                   recorder->pictures == 1 ? "" : "s", recorder->name, lost);
}

/* Whether a recording that a key has ended is complete: what was queued before still belongs to it. Behind
 * that comes the picture that is shown, once more; or, if a full queue had dropped it, newer ones. */
static bool is_last(Recorder *recorder, const Observation *observation)
{
    return is_old(recorder, observation) || ++recorder->late > QUEUE_LENGTH + 1;
}

static SinkResult key_take(Sink *sink, Observation *observation, Error *error)
{
    Recorder *recorder = recorder_of(sink);
    Error why;
    (void)error; /* a recording that fails is reported, and the next one may not */
    const bool wanted = atomic_load(&recorder->wanted);
    if (!recorder->writer) {
        atomic_store(&recorder->runs, wanted);
        if (wanted)
            begin(recorder, observation);
        return SINK_OK;
    }
    const bool last = !wanted && is_last(recorder, observation);
    if (wanted) /* again */
        recorder->late = 0;
    if (!is_old(recorder, observation) && write_picture(recorder, observation, &why))
        end(recorder, &why);
    else if (last)
        end(recorder, NULL);
    return SINK_OK;
}

static SinkResult key_finish(Sink *sink, Error *error)
{
    Recorder *recorder = recorder_of(sink);
    (void)error;
    if (recorder->writer)
        end(recorder, NULL);
    return SINK_OK;
}

static bool key_command(Sink *sink, SinkCommand command)
{
    Recorder *recorder = recorder_of(sink);
    if (command != SINK_RECORD)
        return false;
    const bool begins = !atomic_load(&recorder->wanted);
    if (begins && !atomic_exchange(&recorder->runs, true))
        atomic_store(&recorder->dropped_before, atomic_load(&sink->dropped));
    atomic_store(&recorder->wanted, begins);
    return !begins || !recorder->setup.live;
}

static bool key_is_active(Sink *sink)
{
    Recorder *recorder = recorder_of(sink);
    return atomic_load(&recorder->wanted) || atomic_load(&recorder->runs);
}

/* ---- life ---------------------------------------------------------------------------------------- */

static void cancel(Sink *sink)
{
    Recorder *recorder = recorder_of(sink);
    pthread_mutex_lock(&recorder->lock);
    recorder->cancelled = true;
    if (recorder->writer)
        writer_cancel(recorder->writer);
    pthread_mutex_unlock(&recorder->lock);
}

static void destroy(Sink *sink)
{
    Recorder *recorder = recorder_of(sink);
    writer_destroy(recorder->writer);
    marked_picture_destroy(recorder->marked);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

static const SinkDriver output_driver = {
    .name = "recording",
    .wants = SINK_WANTS_PICTURES,
    .queue_length = QUEUE_LENGTH,
    .is_a_result = true,
    .take = output_take,
    .finish = output_finish,
    .cancel = cancel,
    .command = refuse,
    .destroy = destroy,
};

static const SinkDriver key_driver = {
    .name = "recording",
    .wants = SINK_WANTS_PICTURES,
    .queue_length = QUEUE_LENGTH,
    .outlives_inputs = true,
    .take = key_take,
    .finish = key_finish,
    .cancel = cancel,
    .command = key_command,
    .is_active = key_is_active,
    .destroy = destroy,
};

Sink *recorder_create(const RecorderSetup *setup, Error *error)
{
    Recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder) {
        error_set(error, "out of memory");
        return NULL;
    }
    recorder->sink.driver = setup->path ? &output_driver : &key_driver;
    recorder->setup = *setup;
    pthread_mutex_init(&recorder->lock, NULL);
    recorder->marked = marked_picture_create(setup->classes, setup->warns);
    if (!recorder->marked)
        error_set(error, "out of memory");
    else if (!setup->path || !open_writer(recorder, setup->path, error))
        return &recorder->sink;
    destroy(&recorder->sink);
    return NULL;
}

const char *recorder_encoder(const Sink *sink, bool *fallback)
{
    const Recorder *recorder = (const Recorder *)sink;
    *fallback = recorder->is_fallback;
    return recorder->encoder;
}

int recorder_failures(const Sink *sink)
{
    return atomic_load(&((const Recorder *)sink)->failures);
}
