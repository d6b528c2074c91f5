/*
 * Threads, what each owns, and how it stops. Every buffer belongs to one thread; frames cross in mailboxes
 * (app/run/mailbox.h), wishes and facts in Control (app/run/control.h). Control's stop flag, which signals
 * set too, ends them all.
 *
 * A clip, pictures, standard input:
 *
 *   The thread that calls pipeline_run() owns the source and its frame, the stages, and all outputs. It is
 *   worker 0 of the detector's pool. It stops between two frames, but a single picture stays in the window.
 *
 * A camera:
 *
 *   The thread that calls pipeline_run() owns the source, the picture stage and the recording; the driver's
 *   buffers never leave it. It stops when the source's read() returns, which Source.interrupt makes it do at
 *   once.
 *
 *   The detection thread owns the detect stage and the other outputs, and is worker 0. It stops when the
 *   mailbox between them is closed.
 *
 * Around them:
 *
 *   The main thread owns the window (app/window/view.h), if there is one, and starts the thread that calls
 *   pipeline_run() then; else it calls that itself. It alone receives signals.
 *
 *   The detector's workers (detector/pool.h) run tiles of a layer during lookout_detect(), and sleep
 *   otherwise.
 *
 *   The switcher's thread (app/run/switcher.h) loads weights, the recorder's (app/sinks/recorder.h) begins
 * and closes files. Both sleep until they are asked to.
 *
 *   A recording's thread (vision/record/writer.h) owns the encoder and copies of pictures in a bounded queue.
 * When it is full, a clip waits and a camera's picture is dropped. It ends in writer_finish() or
 *   writer_destroy().
 *
 *   Decoder threads start and stop with the source, which is libavcodec's business.
 */
#include "app/run/pipeline_loops.h"

static PipelineEnd end_of(WriteStatus status)
{
    return status == WRITE_OK ? PIPELINE_DONE : status == WRITE_CLOSED ? PIPELINE_CLOSED : PIPELINE_FAILED;
}

PipelineEnd pipeline_give_result(Pipeline *pipeline, const OutputFrame *frame, Error *error)
{
    PipelineEnd end = PIPELINE_DONE;
    for (int i = 0; i < pipeline->output_count && end == PIPELINE_DONE; i++)
        end = end_of(pipeline->outputs[i]->functions->consume(pipeline->outputs[i], frame, error));
    if (end == PIPELINE_DONE)
        atomic_fetch_add(&pipeline->done, 1);
    return end;
}

PipelineEnd pipeline_give_picture(const Pipeline *pipeline, const OutputFrame *frame, Error *error)
{
    if (!pipeline->recording)
        return PIPELINE_DONE;
    return end_of(pipeline->recording->functions->consume(pipeline->recording, frame, error));
}

int pipeline_has_all(const Pipeline *pipeline)
{
    return pipeline->frames && atomic_load(&pipeline->done) >= pipeline->frames;
}

/* The first thing that went wrong is what counts. */
static void finish(Output *output, PipelineEnd *end, Error *error)
{
    Error why;
    WriteStatus status = output->functions->finish(output, &why);
    if (status == WRITE_FAILED && *end != PIPELINE_FAILED && *end != PIPELINE_DAMAGED) {
        *error = why;
        *end = PIPELINE_FAILED;
    } else if (status == WRITE_CLOSED && *end == PIPELINE_DONE) {
        *end = PIPELINE_CLOSED;
    }
}

PipelineEnd pipeline_run(Pipeline *pipeline, Error *error)
{
    PipelineEnd end =
        pipeline->source->live ? pipeline_run_live(pipeline, error) : pipeline_run_clip(pipeline, error);
    if (pipeline->recording)
        finish(pipeline->recording, &end, error);
    for (int i = 0; i < pipeline->output_count; i++)
        finish(pipeline->outputs[i], &end, error);
    Error why;
    int keeps = pipeline->still.width && (end == PIPELINE_DONE || end == PIPELINE_DAMAGED);
    if (keeps && pipeline_keep_still(pipeline, &why) && end == PIPELINE_DONE) {
        *error = why;
        end = PIPELINE_FAILED;
    }
    frame_free(&pipeline->still);
    return end;
}
