#include "app/run/detect_stage.h"
#include "app/run/picture_stage.h"
#include "app/run/pipeline_loops.h"

/* Detects and draws the picture anew whenever a key wants something of it; and at once, as one may have been
 * pressed before. */
static int follow_keys(const Pipeline *pipeline, DetectStage *detect, PictureStage *pictures, Error *error)
{
    const Frame *still = &pipeline->still;
    while (!control_stopped(pipeline->control)) {
        if (!control_wait_wish(pipeline->control) && !detect_stage_is_stale(detect))
            continue;
        OutputFrame done = {0};
        if (detect_stage_run(detect, still, &done, error) ||
            !picture_stage_draw(pictures, still, done.result->detections, done.result->count, PICTURE_FOR_ALL,
                                error))
            return -1;
        picture_stage_show(pictures, still->time_ns);
    }
    return 0;
}

int pipeline_keep_still(const Pipeline *pipeline, Error *error)
{
    int status = -1;
    PictureStage *pictures = picture_stage_create(pipeline);
    DetectStage *detect = detect_stage_create(pipeline, error);
    if (pictures && detect)
        status = follow_keys(pipeline, detect, pictures, error);
    else
        error_set(error, "out of memory");
    detect_stage_destroy(detect);
    picture_stage_destroy(pictures);
    return status;
}
