#include "app/run/picture_stage.h"

#include "vision/convert.h"
#include <stdlib.h>

struct PictureStage {
    const Pipeline *pipeline;
    Converter *converter;
    Frame own; /* PIXEL_I420; the picture where there is no window to draw it for */
    DrawBox boxes[PIPELINE_MAX_DETECTIONS];
};

PictureStage *picture_stage_create(const Pipeline *pipeline)
{
    PictureStage *stage = calloc(1, sizeof *stage);
    if (!stage)
        return NULL;
    stage->pipeline = pipeline;
    stage->converter = converter_create();
    if (!stage->converter) {
        picture_stage_destroy(stage);
        return NULL;
    }
    return stage;
}

void picture_stage_destroy(PictureStage *stage)
{
    if (!stage)
        return;
    frame_free(&stage->own);
    converter_destroy(stage->converter);
    free(stage);
}

static DrawBox box_of(const PictureStage *stage, const LookoutDetection *detection, const Frame *picture)
{
    return (DrawBox){
        .x = detection->x1 * (float)picture->width,
        .y = detection->y1 * (float)picture->height,
        .width = (detection->x2 - detection->x1) * (float)picture->width,
        .height = (detection->y2 - detection->y1) * (float)picture->height,
        .class_index = detection->class_index,
        .label = stage->pipeline->classes[detection->class_index],
        .score = detection->score,
    };
}

const Frame *picture_stage_draw(PictureStage *stage, const Frame *frame, const LookoutDetection *detections,
                                int count, int uses, Error *error)
{
    const Pipeline *pipeline = stage->pipeline;
    Error why;
    Frame *picture = pipeline->window ? mailbox_blank(pipeline->window) : &stage->own;
    if (converter_to_i420(stage->converter, frame, picture, &why)) {
        error_set(error, "%s", why.message);
        return NULL;
    }
    Recorder *recorder = pipeline->recorder;
    if (recorder && uses & PICTURE_FOR_SNAPSHOT)
        recorder_snapshot(recorder, WISH_CLEAN_SNAPSHOT, picture);
    if (count > PIPELINE_MAX_DETECTIONS)
        count = PIPELINE_MAX_DETECTIONS;
    for (int i = 0; i < count; i++)
        stage->boxes[i] = box_of(stage, &detections[i], picture);
    drawing_boxes(pipeline->drawing, picture, stage->boxes, count);
    if (recorder && uses & PICTURE_FOR_SNAPSHOT)
        recorder_snapshot(recorder, WISH_SNAPSHOT, picture);
    if (recorder && uses & PICTURE_FOR_RECORDING)
        recorder_record(recorder, picture);
    return picture;
}

void picture_stage_show(PictureStage *stage, int64_t time_ns)
{
    const Pipeline *pipeline = stage->pipeline;
    if (!pipeline->window)
        return;
    mailbox_blank(pipeline->window)->time_ns = time_ns;
    mailbox_publish(pipeline->window);
    control_wake(pipeline->control);
}
