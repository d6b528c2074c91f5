/* Frame to boxes: conversion to RGB, the network, the threshold of the moment, steady boxes, `auto`. For one
 * thread. */
#ifndef LOOKOUT_APP_RUN_DETECT_STAGE_H
#define LOOKOUT_APP_RUN_DETECT_STAGE_H

#include "app/run/pipeline.h"

typedef struct DetectStage DetectStage;

/* The pipeline must outlive it. NULL with error. */
DetectStage *detect_stage_create(const Pipeline *pipeline, Error *error);
void detect_stage_destroy(DetectStage *stage);

/* Detects, and fills the result, ids, alpha, size and times in `done`, which are valid until the next call.
 * Then tells Control, and asks for another alpha or size if `auto` wants one. Returns 0, or -1 with error. */
int detect_stage_run(DetectStage *stage, const Frame *frame, OutputFrame *done, Error *error);
/* Whether the same frame would be detected otherwise now, with another threshold, alpha or size. */
int detect_stage_is_stale(DetectStage *stage);

#endif
