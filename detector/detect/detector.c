#include "detector/lookout.h"

#include <stdlib.h>

#include "detector/base/clock.h"
#include "detector/base/error.h"
#include "detector/detect/resize.h"
#include "detector/model/model.h"
#include "detector/plan/plan.h"
#include "detector/post/anchors.h"
#include "detector/post/decode.h"

struct LookoutDetector {
    const LookoutModel *model;
    int size;
    Plan *plan;
    Decoder *decoder;
    Resizer *resizer;
};

LookoutDetector *lookout_detector_create(const LookoutModel *model, int size, LookoutError *error)
{
    if (size < LOOKOUT_MIN_SIZE || size > LOOKOUT_MAX_SIZE || size % LOOKOUT_SIZE_STEP != 0) {
        detector_fail(
            error, LOOKOUT_ERROR_ARGUMENT,
            "input size %d: expected 224, 192, 160, 128, 256, 288 or 320 (or another multiple of %d "
            "from %d to %d)",
            size, LOOKOUT_SIZE_STEP, LOOKOUT_MIN_SIZE, LOOKOUT_MAX_SIZE);
        return NULL;
    }
    LookoutDetector *detector = calloc(1, sizeof *detector);
    if (!detector) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "out of memory for a detector");
        return NULL;
    }
    detector->model = model;
    detector->size = size;
    if (!(detector->plan = plan_create(model, size, PLAN_NORMAL, error)) ||
        !(detector->decoder = decoder_create(&model->network, size, error)) ||
        !(detector->resizer = resizer_create(size, error))) {
        lookout_detector_destroy(detector);
        return NULL;
    }
    return detector;
}

void lookout_detector_destroy(LookoutDetector *detector)
{
    if (!detector)
        return;
    plan_destroy(detector->plan);
    decoder_destroy(detector->decoder);
    resizer_destroy(detector->resizer);
    free(detector);
}

int lookout_detector_size(const LookoutDetector *detector)
{
    return detector->size;
}

LookoutSettings lookout_default_settings(void)
{
    return (LookoutSettings){.threshold = 0.3, .nms_iou = 0.5, .max_detections = 100};
}

static LookoutStatus check_arguments(const LookoutImage *image, const LookoutSettings *settings,
                                     LookoutError *error)
{
    if (image->width < 1 || image->height < 1 || image->width > LOOKOUT_MAX_IMAGE_SIDE ||
        image->height > LOOKOUT_MAX_IMAGE_SIDE)
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "picture of %dx%d: each side must be 1 to %d",
                             image->width, image->height, LOOKOUT_MAX_IMAGE_SIDE);
    if (!image->rgb)
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "picture without pixels");
    if (image->stride < (ptrdiff_t)image->width * 3)
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT,
                             "picture's stride %td: a row of %d pixels takes %d bytes", image->stride,
                             image->width, image->width * 3);
    /* Written so that NaN fails too. */
    if (!(settings->threshold >= 0 && settings->threshold <= 1))
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "threshold %g: expected 0 to 1",
                             settings->threshold);
    if (!(settings->nms_iou >= 0 && settings->nms_iou <= 1))
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "nms %g: expected 0 to 1", settings->nms_iou);
    if (settings->max_detections < 1 || settings->max_detections > LOOKOUT_MAX_DETECTIONS)
        return detector_fail(error, LOOKOUT_ERROR_ARGUMENT, "max-detections %d: expected 1 to %d",
                             settings->max_detections, LOOKOUT_MAX_DETECTIONS);
    return LOOKOUT_OK;
}

LookoutStatus lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                             const LookoutSettings *settings, LookoutResult *result, LookoutError *error)
{
    LookoutStatus status = check_arguments(image, settings, error);
    if (status != LOOKOUT_OK)
        return status;

    const uint8_t *rgb = image->rgb;
    ptrdiff_t stride = image->stride;
    double start = clock_milliseconds(), resized = start;
    if (image->width != detector->size || image->height != detector->size) {
        rgb = resizer_run(detector->resizer, detector->model->engine->pool, image, error);
        if (!rgb)
            return LOOKOUT_ERROR_MEMORY;
        stride = (ptrdiff_t)detector->size * 3;
        resized = clock_milliseconds();
    }

    plan_run(detector->plan, rgb, stride);
    DecodeLevel levels[NETWORK_LEVELS];
    for (int i = 0; i < NETWORK_LEVELS; i++) {
        const PlanMap head = plan_head(detector->plan, i);
        levels[i] = (DecodeLevel){
            .data = (const float *)(const void *)head.data,
            .cells = head.shape.width,
            .anchors = detector->model->network.anchors[i].count,
            .pixel_stride = head.shape.pixel_bytes / (ptrdiff_t)sizeof(float),
        };
    }
    result->count = decoder_run(detector->decoder, levels, settings, &result->detections);
    result->resize_ms = resized - start;
    result->inference_ms = clock_milliseconds() - resized;
    return LOOKOUT_OK;
}

int lookout_layer_count(const LookoutDetector *detector)
{
    (void)detector;
    return NETWORK_LAYERS;
}

LookoutLayer lookout_layer(const LookoutDetector *detector, int index)
{
    return plan_layer(detector->plan, index);
}

int lookout_anchor_count(const LookoutDetector *detector)
{
    return anchors_count(&detector->model->network, detector->size);
}

void lookout_set_profiling(LookoutDetector *detector, bool on)
{
    plan_set_profiling(detector->plan, on);
}
