/* A network at one input size: its operations, the shapes of its maps, and where they lie in the working
 * memory of the engine, where they reuse each other's place. */
#ifndef LOOKOUT_DETECTOR_PLAN_PLAN_H
#define LOOKOUT_DETECTOR_PLAN_PLAN_H

#include "detector/model/model.h"

typedef struct Plan Plan;

typedef enum PlanMode {
    PLAN_NORMAL,      /* fused, buffers reused */
    PLAN_KEEP_LAYERS, /* for tests: no fusion and no reuse, so that every layer's output can be read; the same
                         kernels */
} PlanMode;

/* A map that a plan computed. */
typedef struct PlanMap {
    const char *data;
    MapShape shape;
} PlanMap;

/* size: one that lookout_detector_create() takes. The model must outlive the plan. */
Plan *plan_create(const LookoutModel *model, int size, PlanMode mode, LookoutError *error);
void plan_destroy(Plan *plan);

/* Runs the network on size x size RGB bytes, rows `stride` bytes apart, in the engine's working memory. */
void plan_run(Plan *plan, const uint8_t *rgb, ptrdiff_t stride);

/* Output of level 0..NETWORK_LEVELS-1 of the head, float32: channels = anchors * (classes + 4), anchor by
 * anchor the class logits, then dx, dy, dw, dh. Valid until a plan of the engine runs again. */
PlanMap plan_head(const Plan *plan, int level);
/* Output of any layer, valid as long; only of a plan that keeps its layers. */
PlanMap plan_layer_output(const Plan *plan, int layer);

/* Shape and cost of a layer of the network. */
LookoutLayer plan_layer(const Plan *plan, int layer);
void plan_set_profiling(Plan *plan, bool on);
/* Bytes of working memory that the maps take. */
size_t plan_map_bytes(const Plan *plan);

#endif
