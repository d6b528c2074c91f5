#include "app/sinks/progress_line.h"

#include "base/clock.h"
#include "base/message.h"
#include <math.h>
#include <stdio.h>

ProgressLine progress_line_begin(const char *noun, const char *rate, int64_t total)
{
    const bool on_terminal = message_on_terminal();
    const int64_t now = clock_now_ns();
    return (ProgressLine){
        .noun = noun,
        .rate = rate,
        .on_terminal = on_terminal,
        .total = total,
        .interval_ns = on_terminal ? 200000000 : 1000000000,
        .started_ns = now,
        .last_ns = now,
    };
}

static void show(ProgressLine *line, int64_t done, int64_t now)
{
    double rate = (double)(done - line->last_done) * 1e9 / (double)(now - line->last_ns);
    double overall = (double)done * 1e9 / (double)(now - line->started_ns);
    char text[128];
    size_t length = (size_t)snprintf(text, sizeof text, "%s %lld", line->noun, (long long)done);
    if (line->total)
        length += (size_t)snprintf(text + length, sizeof text - length, "/%lld", (long long)line->total);
    length += (size_t)snprintf(text + length, sizeof text - length, "  %.1f %s", rate, line->rate);
    if (line->total >= done) {
        long left = lround(fmin((double)(line->total - done) / overall, 1e6));
        snprintf(text + length, sizeof text - length, "  eta %ld:%02ld", left / 60, left % 60);
    }
    if (line->on_terminal)
        message_status(text);
    else
        message("%s", text);
    line->last_ns = now;
    line->last_done = done;
}

void progress_line_update(ProgressLine *line, int64_t done)
{
    int64_t now = clock_now_ns();
    if (done > 0 && now - line->last_ns >= line->interval_ns)
        show(line, done, now);
}

void progress_line_end(const ProgressLine *line)
{
    if (line->on_terminal)
        message_clear();
}
