/* Frame and boxes to the picture that is recorded and shown. For one thread. */
#ifndef LOOKOUT_APP_RUN_PICTURE_STAGE_H
#define LOOKOUT_APP_RUN_PICTURE_STAGE_H

#include "app/run/pipeline.h"

typedef struct PictureStage PictureStage;

/* The pipeline, whose drawing is not NULL, must outlive it. NULL when out of memory. */
PictureStage *picture_stage_create(const Pipeline *pipeline);
void picture_stage_destroy(PictureStage *stage);

typedef enum PictureUse { PICTURE_FOR_SNAPSHOT = 1, PICTURE_FOR_RECORDING = 2 } PictureUse;
#define PICTURE_FOR_ALL (PICTURE_FOR_SNAPSHOT | PICTURE_FOR_RECORDING)

/* Converts the frame and draws the detections; gives the recorder what it wants for these uses, of
 * PictureUse. The picture is valid until the next call or picture_stage_show(). Returns NULL with error (a
 * damaged MJPEG picture). */
const Frame *picture_stage_draw(PictureStage *stage, const Frame *frame, const LookoutDetection *detections,
                                int count, int uses, Error *error);
/* Hands the picture to the window, if there is one; time_ns: its timestamp there. */
void picture_stage_show(PictureStage *stage, int64_t time_ns);

#endif
