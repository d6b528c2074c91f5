/* The loop that every run goes through: read, convert, detect, draw, outputs. */
#ifndef LOOKOUT_PIPELINE_H
#define LOOKOUT_PIPELINE_H

#include "app/output/output.h"
#include "vision/draw.h"
#include <stdatomic.h>

typedef enum PipelineEnd {
    PIPELINE_DONE,    /* the input's end, or the number of frames asked for */
    PIPELINE_STOPPED, /* by *stop */
    PIPELINE_CLOSED,  /* nobody reads our standard output any more */
    PIPELINE_DAMAGED, /* the input was broken; error says how */
    PIPELINE_FAILED,  /* error says why */
} PipelineEnd;

#define PIPELINE_MAX_OUTPUTS 4

/* Filled by the caller, who owns everything in it. */
typedef struct Pipeline {
    Source *source;
    Detector *detector;
    DetectorSettings settings;
    const char *const *classes; /* [K] names, for labels */
    Drawing *drawing;           /* NULL when no output wants pictures */
    Output *outputs[PIPELINE_MAX_OUTPUTS];
    int output_count;
    int64_t frames; /* stop after that many; 0: at the input's end */
    int loop;       /* start again at the end, with times and sequence numbers that go on increasing */
    int realtime;   /* not faster than the frames' times say */
    const atomic_int *stop;

    int64_t done; /* frames that went through, counted by the run */
} Pipeline;

/* Runs until it ends for one of the reasons above, then finishes the outputs, all of them, if there was a
 * frame. */
PipelineEnd pipeline_run(Pipeline *pipeline, AppError *error);

#endif
