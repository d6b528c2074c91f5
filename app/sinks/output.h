/* Where detected frames go: JSON lines, a recording, statistics, progress. One table of functions each. */
#ifndef LOOKOUT_APP_SINKS_OUTPUT_H
#define LOOKOUT_APP_SINKS_OUTPUT_H

#include "app/run/channel_options.h"
#include "app/run/detection.h"
#include "app/sinks/output_options.h"
#include "app/sinks/result_file.h"
#include "detector/lookout.h"
#include "vision/frame.h"
#include "vision/input.h"

typedef enum Stage {
    STAGE_READ,
    STAGE_CONVERT,
    STAGE_RESIZE,
    STAGE_INFERENCE,
    STAGE_DRAW,
    STAGE_COUNT
} Stage;

/* A detected frame, valid during consume() only. */
typedef struct OutputFrame {
    const Frame *frame;          /* as it was read */
    const Frame *picture;        /* PIXEL_I420, with boxes and labels; NULL unless the pipeline draws */
    const LookoutResult *result; /* boxes relative to the frame */
    const int *ids;              /* [result->count] numbers that objects keep; NULL: none are given */
    double alpha;                /* of the model, and the size of its input */
    int size;
    double stage_ms[STAGE_COUNT];
} OutputFrame;

typedef struct Output Output;

typedef struct OutputFunctions {
    /* Takes one frame. Anything but WRITE_OK ends the run. */
    WriteStatus (*consume)(Output *output, const OutputFrame *frame, Error *error);
    /* Completes what was begun. Called once, also after a failure of consume(). */
    WriteStatus (*finish)(Output *output, Error *error);
    void (*destroy)(Output *output);
} OutputFunctions;

/* First member of every output. */
struct Output {
    const OutputFunctions *functions;
};

void output_destroy(Output *output); /* takes NULL */

/* What a run works with; everything in it outlives the outputs. */
typedef struct RunInfo {
    const OutputOptions *outputs;
    const DetectionOptions *detection;
    const ChannelOptions *channel;
    const LookoutModelInfo *model;
    const char *isa;
    int threads;
    const Input *source;
    struct Control *control; /* app/run/control.h */
} RunInfo;

/* JSON Lines to outputs->json. The file is created with the first frame. NULL when out of memory. */
Output *json_output_create(const RunInfo *run);

/* Annotated recording to outputs->output. NULL with error. */
Output *recording_create(const RunInfo *run, Error *error);
/* What it encodes with; see writer_encoder(). */
const char *recording_encoder(const Output *recording, int *fallback);
/* Pictures of a camera that a full queue cost; see writer_dropped(). */
int64_t recording_dropped(const Output *recording);

/* A rewritten line on a terminal, or with --progress a line a second. Shows nothing before the first frame.
 * NULL when out of memory. */
Output *progress_create(const RunInfo *run);

#endif
