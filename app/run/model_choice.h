/*
 * Which network detects: the detectors of all (alpha, size), made ready in the background, so that alpha and
 * rho change between two frames, and whether the program chooses them (`auto`). It owns the models and
 * detectors of one engine.
 */
#ifndef LOOKOUT_APP_RUN_MODEL_CHOICE_H
#define LOOKOUT_APP_RUN_MODEL_CHOICE_H

#include "app/run/model_grid.h"

typedef struct ModelChoice ModelChoice;

typedef struct NetworkPoint {
    double alpha;    /* 1, 0.75, 0.5, 0.25, or whatever a file given with -m has */
    int size;        /* 320, 288, ..., 128, or what --size asks for */
    double accuracy; /* only filled by model_choice_ready(), ignored in requests: the average precision that
                        the weights file was measured to have, 0: unknown */
} NetworkPoint;

#define MODEL_MAX_POINTS (GRID_MAX_ALPHAS * GRID_MAX_SIZES)

/* Starts an engine and loads what the options ask for; other weights are not touched before somebody asks.
 * The options' strings outlive the choice. NULL with error. */
ModelChoice *model_choice_create(const ModelOptions *options, Error *error);
/* Waits for the background thread, which finishes the one detector that it is making. Takes NULL. */
void model_choice_destroy(ModelChoice *choice);

const LookoutEngine *model_choice_engine(const ModelChoice *choice);
/* Of the model that was loaded first; all others have the same classes. Lives as long as the choice. */
const LookoutModelInfo *model_choice_model(const ModelChoice *choice);
const char *model_choice_model_path(const ModelChoice *choice);

/* For the thread that detects, between two frames: the detector of the point that was requested last, or of
 * the one before while that is being made ready. Never waits. point may be NULL. */
LookoutDetector *model_choice_detector(ModelChoice *choice, NetworkPoint *point);

/* Requests a point, from any thread; it is made ready by a thread of the choice's own, which is started with
 * the first request. A point that is ready is at hand for the next frame. Returns 0, or -1 with error if it
 * is known at once that it cannot be had (-m names a file of another alpha, there are no such weights). What
 * fails later is reported by model_choice_take_failure(); requesting it again tries again. `auto` ends. */
int model_choice_request(ModelChoice *choice, NetworkPoint point, Error *error);
/* The same for `auto`, which goes on; does nothing when `auto` has ended meanwhile. */
int model_choice_request_automatic(ModelChoice *choice, NetworkPoint point, Error *error);
/* One step along the list of alphas or of sizes (+1: larger) from what was requested last, over alphas
 * without weights to the next that has some; at an end of the list nothing happens. *point (not NULL) becomes
 * what is requested now. Returns as model_choice_request(); `auto` ends. */
int model_choice_step_alpha(ModelChoice *choice, int step, NetworkPoint *point, Error *error);
int model_choice_step_size(ModelChoice *choice, int step, NetworkPoint *point, Error *error);

/* Begins or ends `auto`. When it begins, every point that can be had is made ready in the background; what
 * cannot be had is passed over in silence. */
void model_choice_set_automatic(ModelChoice *choice, bool on);
bool model_choice_is_automatic(ModelChoice *choice);
/* Points that are ready. Returns their number, at least 1. */
int model_choice_ready(ModelChoice *choice, NetworkPoint points[MODEL_MAX_POINTS]);
/* A request that failed since the last call: true with error. What is requested is then again what
 * model_choice_detector() gives. */
bool model_choice_take_failure(ModelChoice *choice, Error *error);

#endif
