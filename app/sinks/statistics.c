#include "app/sinks/statistics.h"

#include "base/clock.h"
#include <stdlib.h>

typedef struct Statistics {
    Sink sink;
    StatisticsTotals totals;
} Statistics;

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    (void)error;
    StatisticsTotals *totals = &((Statistics *)sink)->totals;
    totals->frames++;
    totals->ended_ns = clock_now_ns(); /* other inputs may go on for long */
    totals->alpha = observation->alpha;
    totals->size = observation->size;
    for (int i = 0; i < STAGE_COUNT; i++)
        histogram_add(&totals->stages[i], observation->stage_ms[i]);
    for (int i = 0; i < observation->count; i++)
        totals->objects[observation->objects[i].box.class_index]++;
    return SINK_OK;
}

static SinkResult finish(Sink *sink, Error *error)
{
    StatisticsTotals *totals = &((Statistics *)sink)->totals;
    (void)error;
    if (!totals->frames)
        totals->ended_ns = clock_now_ns();
    return SINK_OK;
}

static void destroy(Sink *sink)
{
    free(((Statistics *)sink)->totals.objects);
    free(sink);
}

Sink *statistics_create(int class_count)
{
    static const SinkDriver driver = {
        .name = "statistics",
        .wants = SINK_WANTS_DETECTED,
        .take = take,
        .finish = finish,
        .destroy = destroy,
    };
    Statistics *statistics = calloc(1, sizeof *statistics);
    if (!statistics)
        return NULL;
    statistics->sink.driver = &driver;
    statistics->totals.started_ns = clock_now_ns();
    statistics->totals.objects = calloc((size_t)class_count + 1, sizeof *statistics->totals.objects);
    if (statistics->totals.objects)
        return &statistics->sink;
    free(statistics);
    return NULL;
}

const StatisticsTotals *statistics_totals(const Sink *sink)
{
    return &((const Statistics *)sink)->totals;
}

void statistics_add(StatisticsTotals *to, const StatisticsTotals *from, int class_count)
{
    if (!from->frames) /* however long nothing came from it */
        return;
    to->frames += from->frames;
    if (from->ended_ns >= to->ended_ns) {
        to->alpha = from->alpha;
        to->size = from->size;
    }
    if (!to->started_ns || from->started_ns < to->started_ns)
        to->started_ns = from->started_ns;
    if (from->ended_ns > to->ended_ns)
        to->ended_ns = from->ended_ns;
    for (int i = 0; i < STAGE_COUNT; i++)
        histogram_merge(&to->stages[i], &from->stages[i]);
    for (int i = 0; i < class_count; i++)
        to->objects[i] += from->objects[i];
}

double statistics_seconds(const StatisticsTotals *totals)
{
    return (double)(totals->ended_ns - totals->started_ns) / 1e9;
}

double statistics_rate(const StatisticsTotals *totals)
{
    const double seconds = statistics_seconds(totals);
    return seconds > 0 ? (double)totals->frames / seconds : 0;
}
