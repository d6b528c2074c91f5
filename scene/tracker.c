#include "scene/tracker.h"

#include <math.h>
#include <stdlib.h>

enum { HITS_TO_HOLD = 3 };                     /* what was seen less often may have been nothing */
static const double stay_share = 0.6;          /* of the threshold, for objects that are known */
static const float least_iou = 0.3f;           /* of one object in two frames */
static const float slowing = 0.8f;             /* of an object that is held, a frame */
static const int64_t hold_ns = 300000000;      /* how long a missed object is held */
static const int64_t longest_gap = 2000000000; /* ns between frames, for one to say anything about the next */
/* Of a velocity, in seconds: boxes jitter whatever the time between frames, so that a shorter step says
 * nothing about speed. Just below that of 30 frames a second; with 0.01 some still objects were lost between
 * steps of 1 and 65 ms. */
static const float shortest_step = 0.03f;

typedef struct Track {
    SceneBox box;                 /* as it was detected last, or where it has moved since */
    float velocity_x, velocity_y; /* of the centre, picture widths and heights a second */
    int64_t first_ns, seen_ns;    /* times of the first and the latest detection */
    int id;
    int hits;        /* frames in which it was detected */
    bool is_matched; /* detected in the latest frame */
} Track;

struct Tracker {
    int most;
    int capacity;  /* more than are shown, so that what drops out for a frame is known when it is back */
    Track *tracks; /* [capacity] */
    int count;
    int last_id;
    int64_t time_ns;            /* of the latest frame */
    SceneObject *objects;       /* [most] */
    const SceneBox **unmatched; /* [capacity], of the latest frame: there are no places for more */
};

Tracker *tracker_create(int most)
{
    Tracker *tracker = calloc(1, sizeof *tracker);
    if (!tracker)
        return NULL;
    tracker->most = most;
    tracker->capacity = 2 * most;
    tracker->tracks = calloc((size_t)tracker->capacity, sizeof *tracker->tracks);
    tracker->objects = calloc((size_t)most, sizeof *tracker->objects);
    tracker->unmatched = calloc((size_t)tracker->capacity, sizeof *tracker->unmatched);
    if (!tracker->tracks || !tracker->objects || !tracker->unmatched) {
        tracker_destroy(tracker);
        return NULL;
    }
    return tracker;
}

void tracker_destroy(Tracker *tracker)
{
    if (!tracker)
        return;
    free(tracker->tracks);
    free(tracker->objects);
    free(tracker->unmatched);
    free(tracker);
}

double tracker_lower_threshold(double threshold)
{
    return threshold * stay_share;
}

void tracker_reset(Tracker *tracker)
{
    tracker->count = 0;
}

/* Moves what is known to where it should be now. */
static void predict(Tracker *tracker, float seconds)
{
    for (int i = 0; i < tracker->count; i++) {
        Track *track = &tracker->tracks[i];
        const float x = track->velocity_x * seconds, y = track->velocity_y * seconds;
        track->box.x1 = fmaxf(track->box.x1 + x, 0);
        track->box.x2 = fminf(track->box.x2 + x, 1);
        track->box.y1 = fmaxf(track->box.y1 + y, 0);
        track->box.y2 = fminf(track->box.y2 + y, 1);
        track->is_matched = false;
    }
}

/* The track that overlaps most with the box, or NULL. */
static Track *nearest(Tracker *tracker, const SceneBox *box)
{
    Track *best = NULL;
    float best_iou = least_iou;
    for (int i = 0; i < tracker->count; i++) {
        Track *track = &tracker->tracks[i];
        if (track->is_matched || track->box.class_index != box->class_index)
            continue;
        const float iou = scene_box_iou(&track->box, box);
        if (iou >= best_iou) {
            best = track;
            best_iou = iou;
        }
    }
    return best;
}

/* The track's box was predicted; how far off that was corrects the velocity, by half since boxes jitter. */
static void match(Track *track, const SceneBox *box, float seconds, int64_t time_ns)
{
    if (seconds > 0) {
        seconds = fmaxf(seconds, shortest_step);
        const SceneBox *old = &track->box;
        track->velocity_x += (box->x1 + box->x2 - old->x1 - old->x2) / 4 / seconds;
        track->velocity_y += (box->y1 + box->y2 - old->y1 - old->y2) / 4 / seconds;
    }
    track->box = *box;
    track->seen_ns = time_ns;
    track->hits++;
    track->is_matched = true;
}

/* All of a frame, before any track begins, so that none takes the place of one that is yet to be matched.
 * Fills tracker->unmatched, best first, and returns the number of boxes in it. */
static int match_all(Tracker *tracker, const SceneBox *boxes, int count, float seconds)
{
    int unmatched = 0;
    for (int i = 0; i < count; i++) {
        Track *track = nearest(tracker, &boxes[i]);
        if (track)
            match(track, &boxes[i], seconds, tracker->time_ns);
        else if (unmatched < tracker->capacity)
            tracker->unmatched[unmatched++] = &boxes[i];
    }
    return unmatched;
}

/* A place for a new track: a free one, or that of the worst one that was not detected now. NULL: there is
 * none. */
static Track *find_place(Tracker *tracker)
{
    if (tracker->count < tracker->capacity)
        return &tracker->tracks[tracker->count++];
    Track *worst = NULL;
    for (int i = 0; i < tracker->count; i++) {
        Track *track = &tracker->tracks[i];
        if (!track->is_matched && (!worst || track->box.score < worst->box.score))
            worst = track;
    }
    return worst;
}

static void begin(Tracker *tracker, const SceneBox *box)
{
    Track *track = find_place(tracker);
    if (!track)
        return;
    *track = (Track){
        .box = *box,
        .first_ns = tracker->time_ns,
        .seen_ns = tracker->time_ns,
        .id = ++tracker->last_id,
        .hits = 1,
        .is_matched = true,
    };
}

/* Removes what was missed for too long; what is held until then slows down. */
static void forget(Tracker *tracker)
{
    int kept = 0;
    for (int i = 0; i < tracker->count; i++) {
        Track *track = &tracker->tracks[i];
        if (!track->is_matched) {
            if (track->hits < HITS_TO_HOLD || tracker->time_ns - track->seen_ns > hold_ns ||
                scene_box_is_empty(&track->box))
                continue;
            track->velocity_x *= slowing;
            track->velocity_y *= slowing;
        }
        tracker->tracks[kept++] = *track;
    }
    tracker->count = kept;
}

/* Best first. The order hardly changes from frame to frame, for which insertion sort is fast. */
static void sort(Tracker *tracker)
{
    for (int i = 1; i < tracker->count; i++) {
        const Track track = tracker->tracks[i];
        int j = i;
        for (; j > 0 && tracker->tracks[j - 1].box.score < track.box.score; j--)
            tracker->tracks[j] = tracker->tracks[j - 1];
        tracker->tracks[j] = track;
    }
}

int tracker_update(Tracker *tracker, const SceneBox *boxes, int count, int64_t time_ns, double threshold,
                   const SceneObject **objects)
{
    const int64_t gap = time_ns - tracker->time_ns;
    if (gap < 0 || gap > longest_gap)
        tracker_reset(tracker);
    const float seconds = (float)gap / 1e9f;
    tracker->time_ns = time_ns;
    predict(tracker, seconds);
    const int unmatched = match_all(tracker, boxes, count, seconds);
    for (int i = 0; i < unmatched; i++)
        if (tracker->unmatched[i]->score > threshold)
            begin(tracker, tracker->unmatched[i]);
    forget(tracker);
    sort(tracker);
    const int shown = tracker->count < tracker->most ? tracker->count : tracker->most;
    for (int i = 0; i < shown; i++) {
        const Track *track = &tracker->tracks[i];
        tracker->objects[i] = (SceneObject){
            .box = track->box,
            .id = track->id,
            .held = !track->is_matched,
            .first_ns = track->first_ns,
        };
    }
    *objects = tracker->objects;
    return shown;
}
