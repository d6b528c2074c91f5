#include "app/run/detect_stage.h"
#include "app/run/picture_stage.h"
#include "app/run/pipeline_loops.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/thread.h"
#include "vision/convert.h"

#include <stdlib.h>
#include <string.h>

/* with damaged pictures only */
#define PATIENCE_NS INT64_C(3000000000)

typedef struct LiveRun {
    Pipeline *pipeline;
    Mailbox *frames; /* PIXEL_I420, from the capture to the detection thread */

    /* the capture thread's */
    Converter *converter;
    PictureStage *pictures; /* NULL: nothing wants them */
    LookoutDetection drawn[PIPELINE_MAX_DETECTIONS];
    Frame held; /* what the window shows while paused, for snapshots of it, and its boxes */
    LookoutDetection held_boxes[PIPELINE_MAX_DETECTIONS];
    int held_count, is_holding;
    int64_t first_time;    /* ns */
    int64_t damaged_since; /* ns, time of the first of the damaged pictures that came last; 0: none */
    int64_t skipped;
    int has_frames, is_lost, is_advised;

    DetectStage *detect; /* the detection thread's */

    _Atomic double read_ms, draw_ms; /* what the last frame took of the capture thread */

    pthread_mutex_t lock; /* over what follows */
    LookoutDetection latest[PIPELINE_MAX_DETECTIONS];
    int latest_count;
    int over;        /* the run ends; `end` and `error` say how */
    PipelineEnd end; /* of whoever was first to end */
    Error error;
} LiveRun;

/* Ends the run, unless it has been ended already. */
static void end_run(LiveRun *run, PipelineEnd end, const Error *error)
{
    pthread_mutex_lock(&run->lock);
    if (!run->over) {
        run->end = end;
        if (end != PIPELINE_DONE)
            run->error = *error;
    }
    run->over = 1;
    pthread_mutex_unlock(&run->lock);
}

static int is_over(LiveRun *run)
{
    pthread_mutex_lock(&run->lock);
    int over = run->over;
    pthread_mutex_unlock(&run->lock);
    return over || control_stopped(run->pipeline->control);
}

/* ---- the detection thread ------------------------------------------------------------------------ */

static void publish_boxes(LiveRun *run, const LookoutResult *result)
{
    int count = result->count < PIPELINE_MAX_DETECTIONS ? result->count : PIPELINE_MAX_DETECTIONS;
    pthread_mutex_lock(&run->lock);
    memcpy(run->latest, result->detections, (size_t)count * sizeof *run->latest);
    run->latest_count = count;
    pthread_mutex_unlock(&run->lock);
}

static PipelineEnd detect_newest(LiveRun *run, Frame *frame, Error *error)
{
    Pipeline *pipeline = run->pipeline;
    OutputFrame done = {.stage_ms = {[STAGE_READ] = run->read_ms, [STAGE_DRAW] = run->draw_ms}};
    int64_t captured_ns = frame->time_ns;
    frame->time_ns -= run->first_time;
    if (detect_stage_run(run->detect, frame, &done, error))
        return PIPELINE_FAILED;
    publish_boxes(run, done.result);
    if (!pipeline->window)
        control_shown(pipeline->control, clock_ms_since(captured_ns));
    return pipeline_give_result(pipeline, &done, error);
}

static void *detect_frames(void *argument)
{
    LiveRun *run = argument;
    Error error;
    PipelineEnd end = PIPELINE_DONE;
    while (end == PIPELINE_DONE && !pipeline_has_all(run->pipeline)) {
        Frame *frame = mailbox_wait(run->frames);
        if (!frame)
            break;
        end = detect_newest(run, frame, &error);
    }
    end_run(run, end, &error);
    input_interrupt(run->pipeline->source);
    return NULL;
}

/* ---- the capture thread -------------------------------------------------------------------------- */

static void count_skipped(LiveRun *run, int64_t time_ns)
{
    InputCounts *counts = &run->pipeline->source->counts;
    long long before =
        atomic_load(&counts->skipped) + atomic_load(&counts->dropped) + atomic_load(&counts->damaged);
    control_captured(run->pipeline->control, time_ns, run->skipped + before);
}

/* Once. */
static void tell_advice(LiveRun *run)
{
    Input *source = run->pipeline->source;
    const char *advice = source->functions->advice ? source->functions->advice(source) : NULL;
    if (run->is_advised || !advice)
        return;
    run->is_advised = 1;
    message("%s", advice);
    control_notice(run->pipeline->control, "%s", advice);
}

/* A pause begins with a frame of its own, so that none before need be kept. */
static int is_shown(LiveRun *run, const Frame *frame, int count)
{
    Control *control = run->pipeline->control;
    int turn = control_take_turn(control), paused = control_paused(control);
    int shown = turn || (paused && !run->is_holding);
    if (!paused) {
        run->is_holding = 0;
    } else if (shown) {
        run->is_holding = frame_copy(&run->held, frame) == 0;
        run->held_count = count;
        memcpy(run->held_boxes, run->drawn, (size_t)count * sizeof *run->drawn);
    }
    return shown;
}

static int snapshot_is_wished(const LiveRun *run)
{
    const Control *control = run->pipeline->control;
    return control_has_wish(control, WISH_SNAPSHOT) || control_has_wish(control, WISH_CLEAN_SNAPSHOT);
}

/* Paused, the window stands still, and so does what is saved of it. */
static PipelineEnd draw_held(LiveRun *run, Error *error)
{
    if (!run->is_holding || !snapshot_is_wished(run))
        return PIPELINE_DONE;
    return picture_stage_draw(run->pictures, &run->held, run->held_boxes, run->held_count,
                              PICTURE_FOR_SNAPSHOT, error)
               ? PIPELINE_DONE
               : PIPELINE_FAILED;
}

static PipelineEnd draw_picture(LiveRun *run, const Frame *frame, int64_t captured_ns, Error *error)
{
    pthread_mutex_lock(&run->lock);
    int count = run->latest_count;
    memcpy(run->drawn, run->latest, (size_t)count * sizeof *run->drawn);
    pthread_mutex_unlock(&run->lock);
    OutputFrame done = {.frame = frame};
    int64_t start = clock_now_ns();
    int shown = is_shown(run, frame, count), uses = PICTURE_FOR_ALL;
    if (!shown && run->is_holding) {
        uses = PICTURE_FOR_RECORDING;
        if (draw_held(run, error) != PIPELINE_DONE)
            return PIPELINE_FAILED;
    }
    done.picture = picture_stage_draw(run->pictures, frame, run->drawn, count, uses, error);
    if (!done.picture)
        return PIPELINE_FAILED;
    run->draw_ms = clock_ms_since(start);
    PipelineEnd end = pipeline_give_picture(run->pipeline, &done, error);
    if (shown)
        picture_stage_show(run->pictures, captured_ns);
    return end;
}

/* What else is done with the next picture. Of what was shown last nothing is kept, but in a pause. */
static PipelineEnd serve_without_picture(LiveRun *run, Error *error)
{
    Control *control = run->pipeline->control;
    if (run->pipeline->recorder)
        recorder_record(run->pipeline->recorder, NULL);
    if (run->is_holding)
        return draw_held(run, error);
    if (control_take_wish(control, WISH_SNAPSHOT) | control_take_wish(control, WISH_CLEAN_SNAPSHOT))
        control_notice(control, "no snapshot: the camera is lost");
    return PIPELINE_DONE;
}

static PipelineEnd lose_camera(LiveRun *run, const Error *why, Error *error)
{
    Pipeline *pipeline = run->pipeline;
    if (pipeline->exit_on_lost) {
        error_set(error, "camera lost: %s", why->message);
        return PIPELINE_LOST;
    }
    if (run->is_lost)
        return serve_without_picture(run, error);
    run->is_lost = 1;
    message("camera lost: %s; waiting for it to come back", why->message);
    control_set_lost(pipeline->control, why->message);
    return PIPELINE_DONE;
}

/* What was seen before is not drawn on the pictures that come now. */
static void find_camera(LiveRun *run)
{
    message("the camera is back");
    control_set_lost(run->pipeline->control, NULL);
    run->is_lost = 0;
    pthread_mutex_lock(&run->lock);
    run->latest_count = 0;
    pthread_mutex_unlock(&run->lock);
}

/* A picture that cannot be decoded. A camera that sends nothing else is lost like one that sends nothing. */
static PipelineEnd miss_picture(LiveRun *run, int64_t time_ns, Error *error)
{
    atomic_fetch_add(&run->pipeline->source->counts.damaged, 1);
    if (!run->damaged_since)
        run->damaged_since = time_ns;
    if (!run->is_lost && time_ns - run->damaged_since < PATIENCE_NS)
        return PIPELINE_DONE;
    Error why;
    error_set(&why, "all its pictures are damaged; try another cable or --camera-format");
    return lose_camera(run, &why, error);
}

static PipelineEnd take_frame(LiveRun *run, const Frame *frame, Error *error)
{
    Error why;
    Frame *copy = mailbox_blank(run->frames);
    int64_t start = clock_now_ns();
    if (converter_to_i420(run->converter, frame, copy, &why))
        return miss_picture(run, frame->time_ns, error);
    run->damaged_since = 0;
    if (run->is_lost)
        find_camera(run);
    run->read_ms = clock_ms_since(start);
    if (!run->has_frames)
        run->first_time = frame->time_ns;
    run->has_frames = 1;
    count_skipped(run, frame->time_ns);
    tell_advice(run);

    PipelineEnd end = PIPELINE_DONE;
    if (run->pictures) {
        copy->time_ns = frame->time_ns - run->first_time;
        end = draw_picture(run, copy, frame->time_ns, error);
        copy->time_ns = frame->time_ns;
    }
    /* where recording fails with the first picture, nothing else is written either */
    if (end == PIPELINE_DONE)
        run->skipped += mailbox_publish(run->frames);
    return end;
}

static PipelineEnd capture_frames(LiveRun *run, Error *error)
{
    Input *source = run->pipeline->source;
    PipelineEnd end = PIPELINE_DONE;
    while (end == PIPELINE_DONE && !is_over(run)) {
        Frame frame;
        Error why;
        switch (source->functions->read(source, &frame, &why)) {
        case INPUT_FRAME:
            end = take_frame(run, &frame, error);
            break;
        case INPUT_LOST:
            end = lose_camera(run, &why, error);
            break;
        case INPUT_END:
            return PIPELINE_DONE;
        case INPUT_DAMAGED:
            error_set(error, "%s", why.message);
            return PIPELINE_DAMAGED;
        }
    }
    return end;
}

/* ---- the run ------------------------------------------------------------------------------------- */

PipelineEnd pipeline_run_live(Pipeline *pipeline, Error *error)
{
    PipelineEnd end = PIPELINE_FAILED;
    pthread_t thread;
    LiveRun *run = calloc(1, sizeof *run);
    if (!run) {
        error_set(error, "out of memory");
        return PIPELINE_FAILED;
    }
    run->pipeline = pipeline;
    pthread_mutex_init(&run->lock, NULL);
    run->frames = mailbox_create();
    run->converter = converter_create();
    run->pictures = pipeline->drawing ? picture_stage_create(pipeline) : NULL;
    run->detect = detect_stage_create(pipeline, error);
    if (!run->frames || !run->converter || !run->detect || (pipeline->drawing && !run->pictures)) {
        error_set(error, "out of memory");
        goto out;
    }
    if (thread_start(&thread, detect_frames, run)) {
        error_set(error, "no thread can be started");
        goto out;
    }
    end = capture_frames(run, error);
    end_run(run, end, error);
    mailbox_close(run->frames);
    pthread_join(thread, NULL);
    end = run->end;
    if (end != PIPELINE_DONE)
        *error = run->error;
    else if (control_stopped(pipeline->control))
        end = PIPELINE_STOPPED;
out:
    detect_stage_destroy(run->detect);
    picture_stage_destroy(run->pictures);
    frame_free(&run->held);
    converter_destroy(run->converter);
    mailbox_destroy(run->frames);
    pthread_mutex_destroy(&run->lock);
    free(run);
    return end;
}
