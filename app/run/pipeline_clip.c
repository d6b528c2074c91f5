#include "app/run/detect_stage.h"
#include "app/run/picture_stage.h"
#include "app/run/pipeline_loops.h"
#include "base/clock.h"

#include <time.h>

#define PICTURE_INTERVAL_NS (1000000000 / 25)

/* Where the frames of this round of a looped input stand on the whole run's time line. */
typedef struct Rounds {
    int64_t time_offset, sequence_offset;
    int64_t frames; /* of this round */
    int64_t first_time, last_time, last_sequence;
} Rounds;

typedef struct ClipRun {
    Pipeline *pipeline;
    DetectStage *detect;
    PictureStage *pictures; /* NULL: nothing wants them */
    Rounds rounds;
    int64_t first_time, first_shown_ns; /* of the run, for real time */
} ClipRun;

/* Moves a frame from its clip's time line to the run's. */
static void place_in_round(Rounds *rounds, Frame *frame)
{
    if (!rounds->frames++)
        rounds->first_time = frame->time_ns;
    rounds->last_time = frame->time_ns;
    rounds->last_sequence = frame->sequence;
    frame->time_ns += rounds->time_offset;
    frame->sequence += rounds->sequence_offset;
}

/* The last frame of a clip lasts as long as the others do. */
static void next_round(Rounds *rounds, double frame_rate)
{
    int64_t span = rounds->last_time - rounds->first_time, interval = PICTURE_INTERVAL_NS;
    if (rounds->frames > 1)
        interval = span / (rounds->frames - 1);
    else if (frame_rate > 0)
        interval = (int64_t)(1e9 / frame_rate);
    rounds->time_offset += span + interval;
    rounds->sequence_offset += rounds->last_sequence + 1;
    rounds->frames = 0;
}

/* Sleeps until the frame is due, in short pieces: a signal may come just before a sleep and not interrupt it.
 */
static void wait_for_time(ClipRun *run, int64_t time_ns)
{
    if (!run->first_shown_ns) {
        run->first_shown_ns = clock_now_ns();
        run->first_time = time_ns;
    }
    int64_t due = run->first_shown_ns + (time_ns - run->first_time);
    for (int64_t now = clock_now_ns(); now < due && !control_stopped(run->pipeline->control);
         now = clock_now_ns()) {
        int64_t wake = due - now < 50000000 ? due : now + 50000000;
        struct timespec at = {wake / 1000000000, wake % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
}

/* Waits while paused, still serving what keys ask for of the frame that is shown. */
static PipelineEnd wait_for_turn(ClipRun *run, const OutputFrame *done, Error *error)
{
    const Pipeline *pipeline = run->pipeline;
    int64_t start = clock_now_ns();
    while (control_wait_turn(pipeline->control))
        if (!picture_stage_draw(run->pictures, done->frame, done->result->detections, done->result->count,
                                PICTURE_FOR_ALL, error))
            return PIPELINE_FAILED;
    if (run->first_shown_ns)
        run->first_shown_ns += clock_now_ns() - start;
    return PIPELINE_DONE;
}

/* The source's frame does not outlive it. */
static PipelineEnd copy_still(Pipeline *pipeline, const Frame *frame, Error *error)
{
    if (!pipeline->window || !pipeline->source->still || pipeline->loop)
        return PIPELINE_DONE;
    if (!frame_copy(&pipeline->still, frame))
        return PIPELINE_DONE;
    error_set(error, "out of memory");
    return PIPELINE_FAILED;
}

/* Takes a frame that was read through all stages. PIPELINE_DONE: go on. */
static PipelineEnd process(ClipRun *run, const Frame *frame, double read_ms, Error *error)
{
    Pipeline *pipeline = run->pipeline;
    OutputFrame done = {.stage_ms[STAGE_READ] = read_ms};
    control_captured(pipeline->control, frame->time_ns, 0);
    if (detect_stage_run(run->detect, frame, &done, error))
        return PIPELINE_FAILED;
    if (run->pictures) {
        int64_t start = clock_now_ns();
        done.picture = picture_stage_draw(run->pictures, frame, done.result->detections, done.result->count,
                                          PICTURE_FOR_ALL, error);
        if (!done.picture)
            return PIPELINE_FAILED;
        done.stage_ms[STAGE_DRAW] = clock_ms_since(start);
    }
    PipelineEnd end = pipeline_give_picture(pipeline, &done, error);
    if (end == PIPELINE_DONE)
        end = pipeline_give_result(pipeline, &done, error);
    if (!pipeline->window)
        return end;
    picture_stage_show(run->pictures, frame->time_ns);
    return end == PIPELINE_DONE ? wait_for_turn(run, &done, error) : end;
}

/* Whether an input that has ended goes on with another round. PIPELINE_DONE: no more frames. */
static int start_again(ClipRun *run, PipelineEnd *end, Error *error)
{
    Input *source = run->pipeline->source;
    *end = PIPELINE_DONE;
    if (!run->pipeline->loop || !run->rounds.frames || control_stopped(run->pipeline->control))
        return 0;
    Error why;
    if (!source->seekable) {
        error_set(error, "option --loop: this input cannot start again");
        *end = PIPELINE_FAILED;
        return 0;
    }
    if (source->functions->rewind(source, &why)) {
        if (control_stopped(run->pipeline->control))
            return 0;
        error_set(error, "%s", why.message);
        *end = PIPELINE_FAILED;
        return 0;
    }
    next_round(&run->rounds, source->frame_rate);
    return 1;
}

static PipelineEnd run_frames(ClipRun *run, Error *error)
{
    Pipeline *pipeline = run->pipeline;
    while (!control_stopped(pipeline->control) && !pipeline_has_all(pipeline)) {
        Frame frame;
        Error why;
        PipelineEnd end;
        int64_t start = clock_now_ns();
        InputStatus status = pipeline->source->functions->read(pipeline->source, &frame, &why);
        if (control_stopped(pipeline->control))
            break; /* what was being read looks damaged then */
        if (status == INPUT_DAMAGED) {
            error_set(error, "%s", why.message);
            return PIPELINE_DAMAGED;
        }
        if (status != INPUT_FRAME) {
            if (start_again(run, &end, error))
                continue;
            if (end != PIPELINE_DONE)
                return end;
            break;
        }
        double read_ms = clock_ms_since(start);
        place_in_round(&run->rounds, &frame);
        if (pipeline->realtime)
            wait_for_time(run, frame.time_ns);
        if (control_stopped(pipeline->control))
            break;
        end = process(run, &frame, read_ms, error);
        if (end == PIPELINE_DONE)
            end = copy_still(pipeline, &frame, error);
        if (end != PIPELINE_DONE)
            return end;
    }
    return control_stopped(pipeline->control) ? PIPELINE_STOPPED : PIPELINE_DONE;
}

PipelineEnd pipeline_run_clip(Pipeline *pipeline, Error *error)
{
    PipelineEnd end = PIPELINE_FAILED;
    ClipRun run = {.pipeline = pipeline, .detect = detect_stage_create(pipeline, error)};
    if (!run.detect)
        return PIPELINE_FAILED;
    if (pipeline->drawing)
        run.pictures = picture_stage_create(pipeline);
    if (pipeline->drawing && !run.pictures)
        error_set(error, "out of memory");
    else
        end = run_frames(&run, error);
    picture_stage_destroy(run.pictures);
    detect_stage_destroy(run.detect);
    return end;
}
