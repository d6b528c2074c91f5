/*
 * Threads, and what each owns:
 * - the thread that calls pipeline_run(): the source and its current frame, the RGB and the I420 picture
 * below, the detector, and all outputs. It is worker 0 of the detector's pool. It stops between two frames
 * when *stop is set.
 * - the detector's workers (detector/pool.h): tiles of a layer, while detector_detect() runs; asleep
 * otherwise.
 * - the recording's thread (vision/writer.h): the encoder, and copies of pictures in a bounded queue; when
 * the queue is full the first thread waits. It ends in writer_finish() or writer_destroy().
 * - decoder threads that libavcodec starts and stops with the source.
 */
#include "app/run/pipeline.h"

#include "app/clock.h"
#include "vision/convert.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_DETECTIONS = 300, PICTURE_INTERVAL_NS = 1000000000 / 25 };

/* Where the frames of this round of a looped input stand on the whole run's time line. */
typedef struct Rounds {
    int64_t time_offset, sequence_offset;
    int64_t frames; /* of this round */
    int64_t first_time, last_time, last_sequence;
} Rounds;

typedef struct Run {
    Pipeline *pipeline;
    Converter *converter;
    Frame rgb;     /* PIXEL_RGB24, what the detector reads */
    Frame picture; /* PIXEL_I420, what is drawn on */
    DrawBox boxes[MOST_DETECTIONS];
    Rounds rounds;
    int64_t first_time, first_shown_ns; /* of the run, for real time */
} Run;

static double milliseconds_since(int64_t *from)
{
    int64_t now = clock_now_ns();
    double elapsed = (double)(now - *from) / 1e6;
    *from = now;
    return elapsed;
}

static int stopped(const Pipeline *pipeline)
{
    return atomic_load(pipeline->stop) != 0;
}

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
static void wait_for_time(Run *run, int64_t time_ns)
{
    if (!run->first_shown_ns) {
        run->first_shown_ns = clock_now_ns();
        run->first_time = time_ns;
    }
    int64_t due = run->first_shown_ns + (time_ns - run->first_time);
    for (int64_t now = clock_now_ns(); now < due && !stopped(run->pipeline); now = clock_now_ns()) {
        int64_t wake = due - now < 50000000 ? due : now + 50000000;
        struct timespec at = {wake / 1000000000, wake % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
}

static int draw(Run *run, const Frame *frame, const DetectorResult *result, AppError *error)
{
    VisionError why;
    if (converter_to_i420(run->converter, frame, &run->picture, &why))
        return app_fail(error, "%s", why.message);
    int count = result->count < MOST_DETECTIONS ? result->count : MOST_DETECTIONS;
    for (int i = 0; i < count; i++) {
        const Detection *detection = &result->detections[i];
        run->boxes[i] = (DrawBox){
            .x = detection->x1 * (float)frame->width,
            .y = detection->y1 * (float)frame->height,
            .width = (detection->x2 - detection->x1) * (float)frame->width,
            .height = (detection->y2 - detection->y1) * (float)frame->height,
            .class_index = detection->class_index,
            .label = run->pipeline->classes[detection->class_index],
            .score = detection->score,
        };
    }
    drawing_boxes(run->pipeline->drawing, &run->picture, run->boxes, count);
    return 0;
}

static PipelineEnd consume(Pipeline *pipeline, const OutputFrame *frame, AppError *error)
{
    for (int i = 0; i < pipeline->output_count; i++) {
        Output *output = pipeline->outputs[i];
        WriteStatus status = output->functions->consume(output, frame, error);
        if (status != WRITE_OK)
            return status == WRITE_CLOSED ? PIPELINE_CLOSED : PIPELINE_FAILED;
    }
    return PIPELINE_DONE;
}

/* Takes a frame that was read through all stages. PIPELINE_DONE: go on. */
static PipelineEnd process(Run *run, const Frame *frame, double read_ms, AppError *error)
{
    Pipeline *pipeline = run->pipeline;
    VisionError why;
    DetectorError failure;
    DetectorResult result;
    OutputFrame done = {.frame = frame, .result = &result};
    done.stage_ms[STAGE_READ] = read_ms;

    int64_t mark = clock_now_ns();
    if (converter_to_rgb(run->converter, frame, &run->rgb, &why)) {
        app_fail(error, "%s", why.message);
        return PIPELINE_FAILED;
    }
    done.stage_ms[STAGE_CONVERT] = milliseconds_since(&mark);

    const DetectorImage image = {run->rgb.planes[0], run->rgb.width, run->rgb.height, run->rgb.strides[0]};
    if (detector_detect(pipeline->detector, &image, &pipeline->settings, &result, &failure) != DETECTOR_OK) {
        app_fail(error, "%s", failure.message);
        return PIPELINE_FAILED;
    }
    done.stage_ms[STAGE_RESIZE] = result.resize_ms;
    done.stage_ms[STAGE_INFERENCE] = result.inference_ms;

    if (pipeline->drawing) {
        mark = clock_now_ns();
        if (draw(run, frame, &result, error))
            return PIPELINE_FAILED;
        done.stage_ms[STAGE_DRAW] = milliseconds_since(&mark);
        done.picture = &run->picture;
    }
    pipeline->done++;
    return consume(pipeline, &done, error);
}

/* Whether an input that has ended goes on with another round. PIPELINE_DONE: no more frames. */
static int start_again(Run *run, PipelineEnd *end, AppError *error)
{
    Source *source = run->pipeline->source;
    *end = PIPELINE_DONE;
    if (!run->pipeline->loop || !run->rounds.frames || stopped(run->pipeline))
        return 0;
    VisionError why;
    if (!source->functions->rewind) {
        app_fail(error, "option --loop: this input cannot start again");
        *end = PIPELINE_FAILED;
        return 0;
    }
    if (source->functions->rewind(source, &why)) {
        app_fail(error, "%s", why.message);
        *end = PIPELINE_FAILED;
        return 0;
    }
    next_round(&run->rounds, source->frame_rate);
    return 1;
}

static PipelineEnd run_frames(Run *run, AppError *error)
{
    Pipeline *pipeline = run->pipeline;
    while (!stopped(pipeline) && (!pipeline->frames || pipeline->done < pipeline->frames)) {
        Frame frame;
        VisionError why;
        PipelineEnd end;
        int64_t mark = clock_now_ns();
        SourceStatus status = pipeline->source->functions->read(pipeline->source, &frame, &why);
        if (status == SOURCE_DAMAGED) {
            app_fail(error, "%s", why.message);
            return PIPELINE_DAMAGED;
        }
        if (status == SOURCE_END) {
            if (start_again(run, &end, error))
                continue;
            if (end != PIPELINE_DONE)
                return end;
            break;
        }
        double read_ms = milliseconds_since(&mark);
        place_in_round(&run->rounds, &frame);
        if (pipeline->realtime) {
            wait_for_time(run, frame.time_ns);
            if (stopped(pipeline))
                break;
        }
        end = process(run, &frame, read_ms, error);
        if (end != PIPELINE_DONE)
            return end;
    }
    return stopped(pipeline) ? PIPELINE_STOPPED : PIPELINE_DONE;
}

/* Every output is finished, whatever happened to the others; the first thing that went wrong is what counts.
 */
static PipelineEnd finish(const Pipeline *pipeline, PipelineEnd end, AppError *error)
{
    for (int i = 0; i < pipeline->output_count; i++) {
        Output *output = pipeline->outputs[i];
        AppError why;
        WriteStatus status = output->functions->finish(output, &why);
        if (status == WRITE_FAILED && end != PIPELINE_FAILED && end != PIPELINE_DAMAGED) {
            *error = why;
            end = PIPELINE_FAILED;
        } else if (status == WRITE_CLOSED && end == PIPELINE_DONE) {
            end = PIPELINE_CLOSED;
        }
    }
    return end;
}

PipelineEnd pipeline_run(Pipeline *pipeline, AppError *error)
{
    PipelineEnd end = PIPELINE_FAILED;
    Run *run = calloc(1, sizeof *run);
    if (!run)
        goto out_of_memory;
    run->pipeline = pipeline;
    run->converter = converter_create();
    if (!run->converter)
        goto out_of_memory;

    end = run_frames(run, error);
    if (pipeline->done)
        end = finish(pipeline, end, error);
    goto out;
out_of_memory:
    app_fail(error, "out of memory");
out:
    if (run) {
        frame_free(&run->picture);
        frame_free(&run->rgb);
        converter_destroy(run->converter);
    }
    free(run);
    return end;
}
