/*
 * The recorder's thread begins and ends files; in between, a recording's writer belongs to the thread that
 * draws. What the state is says whose it is.
 */
#include "app/sinks/recorder.h"

#include "app/sinks/new_file.h"
#include "base/message.h"
#include "base/thread.h"
#include "vision/record/writer.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_SNAPSHOTS = 2 }; /* that wait for the thread, or are in its hands */

typedef struct Snapshot {
    Frame picture;
    time_t when;
} Snapshot;

typedef enum RecordingState {
    RECORDING_NONE,      /* the drawing thread's */
    RECORDING_BEGINNING, /* the recorder's thread's: makes the file from the first picture */
    RECORDING_RUNNING,   /* the drawing thread's: it writes */
    RECORDING_ENDING,    /* the recorder's thread's: completes the file */
} RecordingState;

/* What is not said to be under the lock belongs to whom the state says. */
typedef struct Recording {
    RecordingState state; /* under the lock */
    int wanted;           /* under the lock: the user wants a recording to run */
    Frame first;
    time_t when;
    Writer *writer;
    char name[NEW_FILE_NAME];
    int64_t pictures;   /* given to the writer */
    int64_t missed;     /* that came while the file was begun; the drawing thread's until it is */
    int64_t start_time; /* of the first picture: 0 in the file */
    int64_t last_sequence, last_time; /* of the last picture */
    int failed;                       /* writing has, and why */
    Error why;
} Recording;

struct Recorder {
    Control *control;
    double frame_rate;
    int live;
    const char *busy_path;
    pthread_t thread;
    int running;  /* the thread was started and not yet joined */
    int failures; /* files; the thread's own until it is joined */

    Recording recording;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    Snapshot snapshots[MOST_SNAPSHOTS]; /* a ring; those in [head, head + count) are the thread's */
    int head, count;
    int closing;
};

/* In the window, and on standard error for whoever has closed it. */
static void tell(const Recorder *recorder, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(const Recorder *recorder, const char *format, ...)
{
    char text[CONTROL_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    control_notice(recorder->control, "%s", text);
    message("%s", text);
}

static void tell_failure(Recorder *recorder, const char *text)
{
    recorder->failures++;
    tell(recorder, "%s", text);
}

/* ---- the recorder's thread ---------------------------------------------------------------------- */

static int write_snapshot(const char *name, const Frame *picture, Error *error)
{
    const WriterOptions options = {.still = 1};
    Writer *writer = writer_create(name, &options, error);
    if (!writer)
        return -1;
    int status = writer_write(writer, picture, error);
    if (!status)
        status = writer_finish(writer, error);
    writer_destroy(writer);
    return status;
}

static void take_snapshot(Recorder *recorder, const Snapshot *snapshot)
{
    char name[NEW_FILE_NAME];
    Error error;
    Error why;
    if (new_file_create(name, "png", snapshot->when, &error)) {
        tell_failure(recorder, error.message);
        return;
    }
    if (!write_snapshot(name, &snapshot->picture, &why)) {
        tell(recorder, "saved %s", name);
        return;
    }
    unlink(name); /* a piece of a picture is of no use */
    error_set(&error, "cannot write %s", why.message);
    tell_failure(recorder, error.message);
}

static int open_recording(Recorder *recorder, Error *error)
{
    Recording *recording = &recorder->recording;
    const WriterOptions options = {.frame_rate = recorder->frame_rate, .live = recorder->live};
    Error why;
    if (new_file_create(recording->name, "mkv", recording->when, error))
        return -1;
    recording->writer = writer_create(recording->name, &options, &why);
    if (recording->writer && !writer_write(recording->writer, &recording->first, &why))
        return 0;
    writer_destroy(recording->writer);
    unlink(recording->name);
    return error_set(error, "cannot write %s", why.message);
}

static RecordingState begin_recording(Recorder *recorder)
{
    Recording *recording = &recorder->recording;
    Error error;
    int failed = open_recording(recorder, &error);
    frame_free(&recording->first);
    if (failed) {
        tell_failure(recorder, error.message);
        return RECORDING_NONE;
    }
    recording->pictures = 1;
    recording->failed = 0;
    control_set_recording(recorder->control, recording->name);
    tell(recorder, "recording to %s", recording->name);
    return RECORDING_RUNNING;
}

static RecordingState end_recording(Recorder *recorder)
{
    Recording *recording = &recorder->recording;
    Error why;
    Error error;
    if (writer_finish(recording->writer, &why) && !recording->failed) {
        recording->failed = 1;
        recording->why = why;
    }
    int64_t dropped = writer_dropped(recording->writer);
    writer_destroy(recording->writer);
    control_set_recording(recorder->control, NULL);
    int64_t recorded = recording->pictures - dropped, too_fast = dropped + recording->missed;
    char lost[64] = "";
    if (recording->failed) {
        error_set(&error, "cannot write %s", recording->why.message);
        tell_failure(recorder, error.message);
        return RECORDING_NONE;
    }
    if (too_fast)
        snprintf(lost, sizeof lost, ", %" PRId64 " came too fast", too_fast);
    tell(recorder, "recorded %" PRId64 " frame%s to %s%s", recorded, recorded == 1 ? "" : "s",
         recording->name, lost);
    return RECORDING_NONE;
}

/* Under the lock: something for the thread to do, if only to leave. */
static int is_work(const Recorder *recorder)
{
    RecordingState state = recorder->recording.state;
    return state == RECORDING_BEGINNING || state == RECORDING_ENDING || recorder->count || recorder->closing;
}

static void *run(void *argument)
{
    Recorder *recorder = argument;
    Recording *recording = &recorder->recording;
    pthread_mutex_lock(&recorder->lock);
    for (;;) {
        while (!is_work(recorder))
            pthread_cond_wait(&recorder->changed, &recorder->lock);
        RecordingState state = recording->state;
        if (state == RECORDING_RUNNING && recorder->closing)
            state = RECORDING_ENDING; /* nobody else writes any more */
        Snapshot *snapshot = &recorder->snapshots[recorder->head];
        int recording_waits = state == RECORDING_BEGINNING || state == RECORDING_ENDING;
        if (!recording_waits && !recorder->count)
            break;
        pthread_mutex_unlock(&recorder->lock);

        if (state == RECORDING_BEGINNING) {
            state = begin_recording(recorder);
        } else if (state == RECORDING_ENDING) {
            state = end_recording(recorder);
        } else {
            take_snapshot(recorder, snapshot);
            frame_free(&snapshot->picture);
        }

        pthread_mutex_lock(&recorder->lock);
        if (recording_waits) {
            if (recording->state == RECORDING_BEGINNING && state == RECORDING_NONE)
                recording->wanted = 0; /* not the same failure again with the next picture */
            recording->state = state;
            pthread_cond_broadcast(&recorder->changed);
        } else {
            recorder->head = (recorder->head + 1) % MOST_SNAPSHOTS;
            recorder->count--;
        }
    }
    pthread_mutex_unlock(&recorder->lock);
    return NULL;
}

/* ---- the thread that draws ---------------------------------------------------------------------- */

static void order_snapshot(Recorder *recorder, const Frame *picture)
{
    pthread_mutex_lock(&recorder->lock);
    int full = recorder->count == MOST_SNAPSHOTS;
    Snapshot *snapshot = &recorder->snapshots[(recorder->head + recorder->count) % MOST_SNAPSHOTS];
    pthread_mutex_unlock(&recorder->lock);
    if (full) {
        control_notice(recorder->control, "no snapshot: the last ones are still being written");
        return;
    }
    snapshot->when = time(NULL);
    if (frame_copy(&snapshot->picture, picture)) {
        control_notice(recorder->control, "no snapshot: out of memory");
        return;
    }
    pthread_mutex_lock(&recorder->lock);
    recorder->count++;
    pthread_cond_broadcast(&recorder->changed);
    pthread_mutex_unlock(&recorder->lock);
}

/* Gives the recording to the thread; without a live source nothing may be lost while it begins. */
static void hand_over(Recorder *recorder, RecordingState state)
{
    Recording *recording = &recorder->recording;
    pthread_mutex_lock(&recorder->lock);
    recording->state = state;
    if (recording->failed)
        recording->wanted = 0;
    pthread_cond_broadcast(&recorder->changed);
    while (!recorder->live && recording->state == RECORDING_BEGINNING)
        pthread_cond_wait(&recorder->changed, &recorder->lock);
    pthread_mutex_unlock(&recorder->lock);
}

static void start(Recorder *recorder, const Frame *picture)
{
    Recording *recording = &recorder->recording;
    recording->when = time(NULL);
    recording->missed = 0;
    recording->start_time = picture->time_ns;
    recording->failed = frame_copy(&recording->first, picture) != 0;
    recording->first.time_ns = 0;
    if (recording->failed) {
        control_notice(recorder->control, "no recording: out of memory");
        hand_over(recorder, RECORDING_NONE);
    } else {
        hand_over(recorder, RECORDING_BEGINNING);
    }
}

static void record(Recorder *recorder, const Frame *picture)
{
    Recording *recording = &recorder->recording;
    Frame frame = *picture;
    frame.time_ns -= recording->start_time;
    recording->failed = writer_write(recording->writer, &frame, &recording->why) != 0;
    recording->pictures++;
    if (recording->failed)
        hand_over(recorder, RECORDING_ENDING);
}

void recorder_snapshot(Recorder *recorder, Wish wish, const Frame *picture)
{
    if (control_take_wish(recorder->control, wish))
        order_snapshot(recorder, picture);
}

void recorder_record(Recorder *recorder, const Frame *picture)
{
    Recording *recording = &recorder->recording;
    int toggled = control_take_wish(recorder->control, WISH_RECORD);
    if (toggled && recorder->busy_path) {
        control_notice(recorder->control, "already recording to %s", recorder->busy_path);
        toggled = 0;
    }
    pthread_mutex_lock(&recorder->lock);
    recording->wanted ^= toggled;
    int wanted = recording->wanted;
    RecordingState state = recording->state;
    if (picture && wanted && state == RECORDING_BEGINNING)
        recording->missed++;
    pthread_mutex_unlock(&recorder->lock);

    if (state == RECORDING_RUNNING && !wanted)
        hand_over(recorder, RECORDING_ENDING);
    if (!picture)
        return;
    int again = picture->sequence == recording->last_sequence && picture->time_ns == recording->last_time;
    recording->last_sequence = picture->sequence;
    recording->last_time = picture->time_ns;
    if (state == RECORDING_NONE && wanted)
        start(recorder, picture);
    else if (state == RECORDING_RUNNING && wanted && !again)
        record(recorder, picture);
}

/* ---- life --------------------------------------------------------------------------------------- */

Recorder *recorder_create(Control *control, double frame_rate, int live, const char *busy_path)
{
    Recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return NULL;
    recorder->control = control;
    recorder->frame_rate = frame_rate;
    recorder->live = live;
    recorder->busy_path = busy_path;
    pthread_mutex_init(&recorder->lock, NULL);
    pthread_cond_init(&recorder->changed, NULL);
    recorder->running = thread_start(&recorder->thread, run, recorder) == 0;
    if (!recorder->running) {
        recorder_destroy(recorder);
        return NULL;
    }
    return recorder;
}

int recorder_finish(Recorder *recorder)
{
    if (recorder->running) {
        pthread_mutex_lock(&recorder->lock);
        recorder->closing = 1;
        pthread_cond_broadcast(&recorder->changed);
        pthread_mutex_unlock(&recorder->lock);
        pthread_join(recorder->thread, NULL);
        recorder->running = 0;
    }
    return recorder->failures;
}

void recorder_destroy(Recorder *recorder)
{
    if (!recorder)
        return;
    recorder_finish(recorder);
    pthread_cond_destroy(&recorder->changed);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}
