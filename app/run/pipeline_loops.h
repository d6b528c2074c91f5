/* The ways through the pipeline, and what they share. */
#ifndef LOOKOUT_APP_RUN_PIPELINE_LOOPS_H
#define LOOKOUT_APP_RUN_PIPELINE_LOOPS_H

#include "app/run/pipeline.h"

/* A source that waits for us: every frame, in order, each with its own boxes. */
PipelineEnd pipeline_run_clip(Pipeline *pipeline, Error *error);
/* A camera: the newest frame wins. */
PipelineEnd pipeline_run_live(Pipeline *pipeline, Error *error);

/* Keeps pipeline->still in the window, where the keys work on it, until control_stopped(). The outputs have
 * had it. Returns 0, or -1 with error. */
int pipeline_keep_still(const Pipeline *pipeline, Error *error);

/* Gives a detected frame to the outputs; it is done when all have taken it. PIPELINE_DONE: go on. */
PipelineEnd pipeline_give_result(Pipeline *pipeline, const OutputFrame *frame, Error *error);
/* Gives a picture to the recording, if there is one. */
PipelineEnd pipeline_give_picture(const Pipeline *pipeline, const OutputFrame *frame, Error *error);
/* The number of frames that were asked for has been detected. */
int pipeline_has_all(const Pipeline *pipeline);

#endif
