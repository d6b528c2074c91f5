#include "app/run/detect_stage.h"

#include "app/run/rate_control.h"
#include "app/run/steady.h"
#include "base/clock.h"
#include "base/message.h"
#include "vision/convert.h"
#include <stdlib.h>

#define USUAL_RATE 30 /* frames a second, where the source does not say */

struct DetectStage {
    const Pipeline *pipeline;
    Converter *converter;
    Frame rgb;      /* PIXEL_RGB24, what the detector reads */
    Steady *steady; /* NULL: not asked for */
    RateControl *rate_control;
    LookoutResult result; /* of the last run, and what it was made with */
    double threshold;
    SwitchPoint point;
};

DetectStage *detect_stage_create(const Pipeline *pipeline, Error *error)
{
    DetectStage *stage = calloc(1, sizeof *stage);
    if (!stage)
        goto out_of_memory;
    stage->pipeline = pipeline;
    stage->converter = converter_create();
    double rate = pipeline->target_rate > 0 ? pipeline->target_rate : pipeline->source->frame_rate;
    stage->rate_control = rate_control_create(rate > 0 ? rate : USUAL_RATE);
    if (pipeline->steady)
        stage->steady = steady_create();
    if (!stage->converter || !stage->rate_control || (pipeline->steady && !stage->steady))
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
    steady_destroy(stage->steady);
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
    settings.threshold = stage->steady ? steady_lower_threshold(stage->threshold) : stage->threshold;
    const LookoutImage image = {stage->rgb.planes[0], stage->rgb.width, stage->rgb.height,
                                stage->rgb.strides[0]};
    if (lookout_detect(detector, &image, &settings, &stage->result, &failure) != LOOKOUT_OK)
        return error_set(error, "%s", failure.message);
    done->stage_ms[STAGE_RESIZE] = stage->result.resize_ms;
    done->stage_ms[STAGE_INFERENCE] = stage->result.inference_ms;

    done->ids = NULL;
    if (stage->steady)
        stage->result =
            steady_update(stage->steady, &stage->result, frame->time_ns, stage->threshold, &done->ids);
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
