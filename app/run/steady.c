#include "app/run/steady.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_TRACKS = 300, /* as many as a detector may find */
    HITS_TO_HOLD = 3,  /* what was seen less often may have been nothing */
};
static const double stay_share = 0.6;     /* of the threshold, for what is known already */
static const float least_overlap = 0.3f;  /* IoU of one object in two frames */
static const int64_t hold_ns = 300000000; /* how long a missed object is shown */
static const int64_t longest_gap =
    2000000000; /* ns between frames of which the second says nothing of the first */

typedef struct Track {
    LookoutDetection seen;        /* as it was detected last, or where it has moved since */
    float velocity_x, velocity_y; /* of the centre, picture widths and heights a second */
    int64_t seen_ns;
    int id;
    int hits; /* frames in which it was detected */
    int matched;
} Track;

struct Steady {
    Track tracks[MOST_TRACKS];
    int count;
    int last_id;
    int64_t time_ns; /* of the latest frame */
    LookoutDetection shown[MOST_TRACKS];
    int ids[MOST_TRACKS];
};

Steady *steady_create(void)
{
    return calloc(1, sizeof(Steady));
}

void steady_destroy(Steady *steady)
{
    free(steady);
}

double steady_lower_threshold(double threshold)
{
    return threshold * stay_share;
}

static float overlap(const LookoutDetection *a, const LookoutDetection *b)
{
    float width = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
    float height = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
    if (width <= 0 || height <= 0)
        return 0;
    float common = width * height;
    return common / ((a->x2 - a->x1) * (a->y2 - a->y1) + (b->x2 - b->x1) * (b->y2 - b->y1) - common);
}

static int is_empty(const LookoutDetection *box)
{
    return !(box->x2 > box->x1 && box->y2 > box->y1);
}

/* Moves what is known to where it should be now. */
static void predict(Steady *steady, float seconds)
{
    for (int i = 0; i < steady->count; i++) {
        Track *track = &steady->tracks[i];
        float x = track->velocity_x * seconds, y = track->velocity_y * seconds;
        track->seen.x1 = fmaxf(track->seen.x1 + x, 0);
        track->seen.x2 = fminf(track->seen.x2 + x, 1);
        track->seen.y1 = fmaxf(track->seen.y1 + y, 0);
        track->seen.y2 = fminf(track->seen.y2 + y, 1);
        track->matched = 0;
    }
}

static Track *nearest(Steady *steady, const LookoutDetection *detection)
{
    Track *best = NULL;
    float best_overlap = least_overlap;
    for (int i = 0; i < steady->count; i++) {
        Track *track = &steady->tracks[i];
        if (track->matched || track->seen.class_index != detection->class_index)
            continue;
        float common = overlap(&track->seen, detection);
        if (common >= best_overlap) {
            best = track;
            best_overlap = common;
        }
    }
    return best;
}

/* The box was predicted; how far off that was corrects the velocity, by half since boxes jitter. */
static void match(Track *track, const LookoutDetection *detection, float seconds, int64_t time_ns)
{
    if (seconds > 0) {
        const LookoutDetection *old = &track->seen;
        track->velocity_x += (detection->x1 + detection->x2 - old->x1 - old->x2) / 4 / seconds;
        track->velocity_y += (detection->y1 + detection->y2 - old->y1 - old->y2) / 4 / seconds;
    }
    track->seen = *detection;
    track->seen_ns = time_ns;
    track->hits++;
    track->matched = 1;
}

static void begin(Steady *steady, const LookoutDetection *detection, int64_t time_ns)
{
    if (steady->count == MOST_TRACKS)
        return;
    steady->tracks[steady->count++] =
        (Track){.seen = *detection, .seen_ns = time_ns, .id = ++steady->last_id, .hits = 1, .matched = 1};
}

/* What was missed is kept for a while, more slowly. */
static void forget(Steady *steady, int64_t time_ns)
{
    int kept = 0;
    for (int i = 0; i < steady->count; i++) {
        Track *track = &steady->tracks[i];
        if (!track->matched) {
            if (track->hits < HITS_TO_HOLD || time_ns - track->seen_ns > hold_ns || is_empty(&track->seen))
                continue;
            track->velocity_x *= 0.8f;
            track->velocity_y *= 0.8f;
        }
        steady->tracks[kept++] = *track;
    }
    steady->count = kept;
}

/* Best first. The order hardly changes from frame to frame, which is what insertion is good at. */
static void sort(Steady *steady)
{
    for (int i = 1; i < steady->count; i++) {
        Track track = steady->tracks[i];
        int j = i;
        for (; j > 0 && steady->tracks[j - 1].seen.score < track.seen.score; j--)
            steady->tracks[j] = steady->tracks[j - 1];
        steady->tracks[j] = track;
    }
}

LookoutResult steady_update(Steady *steady, const LookoutResult *result, int64_t time_ns, double threshold,
                            const int **ids)
{
    int64_t gap = time_ns - steady->time_ns;
    if (gap < 0 || gap > longest_gap)
        steady->count = 0;
    float seconds = (float)gap / 1e9f;
    steady->time_ns = time_ns;
    predict(steady, seconds);
    for (int i = 0; i < result->count; i++) {
        const LookoutDetection *detection = &result->detections[i];
        Track *track = nearest(steady, detection);
        if (track)
            match(track, detection, seconds, time_ns);
        else if (detection->score > threshold)
            begin(steady, detection, time_ns);
    }
    forget(steady, time_ns);
    sort(steady);
    for (int i = 0; i < steady->count; i++) {
        steady->shown[i] = steady->tracks[i].seen;
        steady->ids[i] = steady->tracks[i].id;
    }
    *ids = steady->ids;
    LookoutResult shown = *result;
    shown.detections = steady->shown;
    shown.count = steady->count;
    return shown;
}
