#include "app/clock.h"
#include "app/message.h"
#include "app/output/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Progress {
    Output output;
    int on_terminal;
    int64_t total; /* frames expected, 0: unknown */
    int64_t frames;
    int64_t interval_ns;
    int64_t started_ns, last_ns; /* of the run, and when a line was shown */
    int64_t last_frames;         /* at that time */
} Progress;

static void show(Progress *progress, int64_t now)
{
    double rate =
        (double)(progress->frames - progress->last_frames) * 1e9 / (double)(now - progress->last_ns);
    double overall = (double)progress->frames * 1e9 / (double)(now - progress->started_ns);
    char text[128];
    size_t length = (size_t)snprintf(text, sizeof text, "frame %lld", (long long)progress->frames);
    if (progress->total)
        length += (size_t)snprintf(text + length, sizeof text - length, "/%lld", (long long)progress->total);
    length += (size_t)snprintf(text + length, sizeof text - length, "  %.1f fps", rate);
    if (progress->total >= progress->frames) {
        long left = lround(fmin((double)(progress->total - progress->frames) / overall, 1e6));
        snprintf(text + length, sizeof text - length, "  eta %ld:%02ld", left / 60, left % 60);
    }
    if (progress->on_terminal)
        message_status(text);
    else
        message("%s", text);
    progress->last_ns = now;
    progress->last_frames = progress->frames;
}

static WriteStatus consume(Output *output, const OutputFrame *frame, AppError *error)
{
    (void)frame;
    (void)error;
    Progress *progress = (Progress *)output;
    progress->frames++;
    int64_t now = clock_now_ns();
    if (now - progress->last_ns >= progress->interval_ns)
        show(progress, now);
    return WRITE_OK;
}

static WriteStatus finish(Output *output, AppError *error)
{
    (void)error;
    if (((Progress *)output)->on_terminal)
        message_clear();
    return WRITE_OK;
}

static void destroy(Output *output)
{
    free(output);
}

static int64_t expected_frames(const RunInfo *run)
{
    int64_t limit = run->options->frames, clip = run->options->loop ? 0 : run->source->frame_count;
    return limit && (!clip || limit < clip) ? limit : clip;
}

Output *progress_create(const RunInfo *run)
{
    static const OutputFunctions functions = {consume, finish, destroy};
    Progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        return NULL;
    int on_terminal = message_on_terminal();
    *progress = (Progress){
        .output = {&functions},
        .on_terminal = on_terminal,
        .total = expected_frames(run),
        .interval_ns = on_terminal ? 200000000 : 1000000000,
    };
    progress->started_ns = progress->last_ns = clock_now_ns();
    return &progress->output;
}
