/*
 * The detectors of all (alpha, size), made ready in the background, so that alpha and rho change between two
 * frames. It owns the models and detectors of one engine.
 */
#ifndef LOOKOUT_APP_RUN_SWITCHER_H
#define LOOKOUT_APP_RUN_SWITCHER_H

#include "app/run/detector_grid.h"
#include "base/exit_code.h"

typedef struct Switcher Switcher;

typedef struct SwitchPoint {
    double alpha;    /* 1, 0.75, 0.5, 0.25, or whatever a file given with -m has */
    int size;        /* 320, 288, ..., 128, or what --size asks for */
    double accuracy; /* only told by switcher_ready(), not a part of a question: the average precision that
                        the weights file was measured to have, 0: unknown */
} SwitchPoint;

#define SWITCHER_MAX_POINTS (GRID_MAX_ALPHAS * GRID_MAX_SIZES)

/* Starts an engine and loads what the options ask for; other weights are not touched before somebody asks.
 * The options' strings outlive the switcher. Returns EXIT_DONE or another code with error; *switcher is then
 * NULL. */
ExitCode switcher_create(const ModelOptions *options, Switcher **switcher, Error *error);
/* Waits for the background thread, which finishes the one detector that it is making. Takes NULL. */
void switcher_destroy(Switcher *switcher);

const LookoutEngine *switcher_engine(const Switcher *switcher);
/* Of the model that was loaded first; all others have the same classes. Lives as long as the switcher. */
const LookoutModelInfo *switcher_model(const Switcher *switcher);
const char *switcher_model_path(const Switcher *switcher);

/* For the thread that detects, between two frames: the detector of the point that was asked for last, or of
 * the one before while that is being made ready. Never waits. point may be NULL. */
LookoutDetector *switcher_detector(Switcher *switcher, SwitchPoint *point);

/* Asks for a point, from any thread; it is made ready by the switcher's own thread, which is started with the
 * first question. A point that is ready is at hand for the next frame. Returns 0, or -1 with error if it is
 * known at once that it cannot be had (-m names a file of another alpha, there are no such weights). What
 * fails later is told by switcher_take_failure(); asking again tries again. */
int switcher_ask(Switcher *switcher, SwitchPoint point, Error *error);
/* One step along the list of alphas or of sizes (+1: larger) from what was asked for last, over alphas
 * without weights to the next that has some; at an end of the list nothing happens. *point (not NULL) becomes
 * what is asked for now. Returns as switcher_ask(). */
int switcher_step_alpha(Switcher *switcher, int step, SwitchPoint *point, Error *error);
int switcher_step_size(Switcher *switcher, int step, SwitchPoint *point, Error *error);
/* Makes every point ready that can be had, in the background: what `auto` chooses from. What cannot be had is
 * passed over in silence. */
void switcher_prepare_all(Switcher *switcher);
/* Points that are ready. Returns their number, at least 1. */
int switcher_ready(Switcher *switcher, SwitchPoint points[SWITCHER_MAX_POINTS]);
/* A wish that failed since the last call: 1 with error, else 0. The point asked for is then again the one
 * that switcher_detector() gives. */
int switcher_take_failure(Switcher *switcher, Error *error);

#endif
