#include "app/run/detect_stage.h"

#include "app/run/rate_control.h"
#include "base/clock.h"
#include "base/message.h"
#include "scene/tracker.h"
#include "vision/convert.h"
#include <stdlib.h>

#define USUAL_RATE 30 /* frames a second, where the source does not say */

struct DetectStage {
    const Pipeline *pipeline;
    Converter *converter;
    Frame rgb;                 /* PIXEL_RGB24, what the detector reads */
    Tracker *tracker;          /* NULL: not asked for; what it takes and gives: */
    SceneBox *boxes;           /* [settings.max_detections] */
    LookoutDetection *tracked; /* the same */
    int *ids;                  /* the same */
    RateControl *rate_control;
    LookoutResult result; /* of the last run, and what it was made with */
    double threshold;
    SwitchPoint point;
};

static int create_tracker(DetectStage *stage)
{
    const size_t most = (size_t)stage->pipeline->settings.max_detections;
    stage->tracker = tracker_create((int)most);
    stage->boxes = calloc(most, sizeof *stage->boxes);
    stage->tracked = calloc(most, sizeof *stage->tracked);
    stage->ids = calloc(most, sizeof *stage->ids);
    return stage->tracker && stage->boxes && stage->tracked && stage->ids ? 0 : -1;
}

DetectStage *detect_stage_create(const Pipeline *pipeline, Error *error)
{
    DetectStage *stage = calloc(1, sizeof *stage);
    if (!stage)
        goto out_of_memory;
    stage->pipeline = pipeline;
    stage->converter = converter_create();
    double rate = pipeline->target_rate > 0 ? pipeline->target_rate : pipeline->source->frame_rate;
    stage->rate_control = rate_control_create(rate > 0 ? rate : USUAL_RATE);
    if (!stage->converter || !stage->rate_control || (pipeline->steady && create_tracker(stage)))
        goto out_of_memory;
    return stage;
out_of_memory:
    detect_stage_destroy(stage);
    error_set(error, "out of memory");
    return NULL;
}

void detect_stage_destroy(DetectStage *stage)
{
    if (!stage)
        return;
    tracker_destroy(stage->tracker);
    free(stage->boxes);
    free(stage->tracked);
    free(stage->ids);
    rate_control_destroy(stage->rate_control);
    frame_free(&stage->rgb);
    converter_destroy(stage->converter);
    free(stage);
}

static int is_same_point(SwitchPoint a, SwitchPoint b)
{
    return a.alpha == b.alpha && a.size == b.size;
}

static void tell_failure(const Pipeline *pipeline)
{
    Error why;
    if (!switcher_take_failure(pipeline->switcher, &why))
        return;
    control_notice(pipeline->control, "%s", why.message);
    message("%s", why.message);
}

/* The detector may be another one for the next frame. */
static void choose_next(DetectStage *stage, double busy_ms, int64_t now)
{
    const Pipeline *pipeline = stage->pipeline;
    Error why;
    tell_failure(pipeline);
    if (!control_automatic(pipeline->control))
        return;
    SwitchPoint points[SWITCHER_MAX_POINTS];
    int count = switcher_ready(pipeline->switcher, points);
    SwitchPoint next = rate_control_update(stage->rate_control, stage->point, busy_ms, now, points, count);
    if (is_same_point(next, stage->point))
        return;
    if (switcher_ask(pipeline->switcher, next, &why))
        message("%s", why.message);
}

/* The result becomes that of the tracker. */
static void track(DetectStage *stage, int64_t time_ns)
{
    LookoutResult *result = &stage->result;
    const SceneObject *objects;
    for (int i = 0; i < result->count; i++) {
        const LookoutDetection *seen = &result->detections[i];
        stage->boxes[i] = (SceneBox){seen->x1, seen->y1, seen->x2, seen->y2, seen->score, seen->class_index};
    }
    result->count =
        tracker_update(stage->tracker, stage->boxes, result->count, time_ns, stage->threshold, &objects);
    for (int i = 0; i < result->count; i++) {
        const SceneBox *box = &objects[i].box;
        stage->tracked[i] =
            (LookoutDetection){box->x1, box->y1, box->x2, box->y2, box->score, box->class_index, 0};
        stage->ids[i] = objects[i].id;
    }
    result->detections = stage->tracked;
}

int detect_stage_run(DetectStage *stage, const Frame *frame, OutputFrame *done, Error *error)
{
    const Pipeline *pipeline = stage->pipeline;
    Error unconverted;
    LookoutError failure;
    LookoutDetector *detector = switcher_detector(pipeline->switcher, &stage->point);
    int64_t start = clock_now_ns();
    if (converter_to_rgb(stage->converter, frame, &stage->rgb, &unconverted))
        return error_set(error, "%s", unconverted.message);
    done->stage_ms[STAGE_CONVERT] = clock_ms_since(start);

    stage->threshold = control_threshold(pipeline->control);
    LookoutSettings settings = pipeline->settings;
    settings.threshold = stage->tracker ? tracker_lower_threshold(stage->threshold) : stage->threshold;
    const LookoutImage image = {stage->rgb.planes[0], stage->rgb.width, stage->rgb.height,
                                stage->rgb.strides[0]};
    if (lookout_detect(detector, &image, &settings, &stage->result, &failure) != LOOKOUT_OK)
        return error_set(error, "%s", failure.message);
    done->stage_ms[STAGE_RESIZE] = stage->result.resize_ms;
    done->stage_ms[STAGE_INFERENCE] = stage->result.inference_ms;

    if (stage->tracker)
        track(stage, frame->time_ns);
    done->ids = stage->ids;
    done->frame = frame;
    done->result = &stage->result;
    done->alpha = stage->point.alpha;
    done->size = stage->point.size;
    control_detected(pipeline->control, stage->result.inference_ms, done->alpha, done->size);
    int64_t now = clock_now_ns();
    choose_next(stage, (double)(now - start) / 1e6, now);
    return 0;
}

int detect_stage_is_stale(DetectStage *stage)
{
    const Pipeline *pipeline = stage->pipeline;
    SwitchPoint point;
    tell_failure(pipeline);
    switcher_detector(pipeline->switcher, &point);
    return stage->threshold != control_threshold(pipeline->control) || !is_same_point(stage->point, point);
}
