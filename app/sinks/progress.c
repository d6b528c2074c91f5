#include "app/sinks/output.h"
#include "app/sinks/progress_line.h"

#include <stdlib.h>

typedef struct Progress {
    Output output;
    ProgressLine line;
    int64_t frames;
} Progress;

static WriteStatus consume(Output *output, const OutputFrame *frame, Error *error)
{
    (void)frame;
    (void)error;
    Progress *progress = (Progress *)output;
    progress_line_update(&progress->line, ++progress->frames);
    return WRITE_OK;
}

static WriteStatus finish(Output *output, Error *error)
{
    (void)error;
    progress_line_end(&((Progress *)output)->line);
    return WRITE_OK;
}

static void destroy(Output *output)
{
    free(output);
}

static int64_t expected_frames(const RunInfo *run)
{
    int64_t limit = run->channel->frames, clip = run->channel->loop ? 0 : run->source->frame_count;
    return limit && (!clip || limit < clip) ? limit : clip;
}

Output *progress_create(const RunInfo *run)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    Progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        return NULL;
    *progress = (Progress){
        .output = {&functions},
        .line = progress_line_begin("frame", "fps", expected_frames(run)),
    };
    return &progress->output;
}
