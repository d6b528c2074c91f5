#include "app/sinks/progress.h"

#include "app/sinks/progress_line.h"
#include <stdlib.h>

typedef struct Progress {
    Sink sink;
    ProgressLine line;
    int64_t frames;
} Progress;

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    (void)observation, (void)error;
    Progress *progress = (Progress *)sink;
    progress->frames++;
    progress_line_update(&progress->line, progress->frames + atomic_load(&sink->dropped));
    return SINK_OK;
}

static SinkResult finish(Sink *sink, Error *error)
{
    (void)error;
    progress_line_end(&((Progress *)sink)->line);
    return SINK_OK;
}

static void destroy(Sink *sink)
{
    free(sink);
}

Sink *progress_create(int64_t frames)
{
    static const SinkDriver driver = {
        .name = "progress",
        .wants = SINK_WANTS_DETECTED,
        .queue_length = 4,
        .never_waits = true, /* for a terminal that stands still */
        .take = take,
        .finish = finish,
        .destroy = destroy,
    };
    Progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        return NULL;
    progress->sink.driver = &driver;
    progress->line = progress_line_begin("frame", "fps", frames);
    return &progress->sink;
}
