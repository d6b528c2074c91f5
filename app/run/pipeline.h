/* From a source to the outputs: read, convert, detect, draw. */
#ifndef LOOKOUT_APP_RUN_PIPELINE_H
#define LOOKOUT_APP_RUN_PIPELINE_H

#include "app/run/control.h"
#include "app/run/mailbox.h"
#include "app/run/switcher.h"
#include "app/sinks/output.h"
#include "app/sinks/recorder.h"
#include "vision/draw/draw.h"

typedef enum PipelineEnd {
    PIPELINE_DONE,    /* the input's end, or the number of frames asked for */
    PIPELINE_STOPPED, /* control_stopped() */
    PIPELINE_CLOSED,  /* nobody reads our standard output any more */
    PIPELINE_LOST,    /* the camera was, and exit_on_lost is set; error says how */
    PIPELINE_DAMAGED, /* the input was broken; error says how */
    PIPELINE_FAILED,  /* error says why */
} PipelineEnd;

#define PIPELINE_MAX_OUTPUTS 4
#define PIPELINE_MAX_DETECTIONS 300

/* Filled by the caller, who owns everything in it. */
typedef struct Pipeline {
    Input *source;
    Switcher *switcher;
    Control *control;           /* decides on the threshold */
    LookoutSettings settings;   /* all but the threshold */
    const char *const *classes; /* [K] names, for labels */
    int steady;                 /* boxes are held and numbered */
    double target_rate;         /* that `auto` holds; 0: the source's */

    Drawing *drawing;                      /* NULL when nothing wants pictures: no recording, no window */
    Output *recording;                     /* gets every picture; NULL: none */
    Recorder *recorder;                    /* what keys ask for; NULL: none */
    Mailbox *window;                       /* the newest picture for the window; NULL: none */
    Output *outputs[PIPELINE_MAX_OUTPUTS]; /* get every detected frame */
    int output_count;

    int64_t frames;   /* stop after that many detected ones; 0: at the input's end */
    int loop;         /* start again at the end, with times and sequence numbers that go on increasing */
    int realtime;     /* not faster than the frames' times say */
    int exit_on_lost; /* end when the camera is lost */

    atomic_llong done; /* detected frames that the outputs have taken, counted by the run */
    Frame still;       /* the run's copy of a single picture that the window keeps; else empty */
} Pipeline;

/* Runs until it ends for one of the reasons above, then finishes the outputs, all of them: those that got
 * nothing make no file. A single picture then stays in the window until the run is stopped. */
PipelineEnd pipeline_run(Pipeline *pipeline, Error *error);

#endif
