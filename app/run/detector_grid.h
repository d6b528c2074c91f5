/*
 * Detectors of one engine, by alpha and size, and how each is made. No threads here; see app/run/switcher.h.
 */
#ifndef LOOKOUT_APP_RUN_DETECTOR_GRID_H
#define LOOKOUT_APP_RUN_DETECTOR_GRID_H

#include "app/run/weights.h"
#include "base/exit_code.h"

/* The usual ones and what the options ask for. */
#define GRID_MAX_ALPHAS 5
#define GRID_MAX_SIZES 8

/* A point of the grid is known by its number: alpha's index times GRID_MAX_SIZES plus size's index. */
typedef struct DetectorGrid {
    const char *asked; /* --model, may be NULL; borrowed */
    char path[PATH_MAX];
    LookoutEngine *engine;
    const LookoutModelInfo *info; /* of the model that was loaded first, from path */

    int alpha_count, size_count;
    double alphas[GRID_MAX_ALPHAS]; /* ascending, as are sizes */
    int sizes[GRID_MAX_SIZES];
    LookoutModel *models[GRID_MAX_ALPHAS]; /* NULL: not loaded */
    LookoutDetector *detectors[GRID_MAX_ALPHAS * GRID_MAX_SIZES];
    double accuracies[GRID_MAX_ALPHAS * GRID_MAX_SIZES]; /* what the weights' file says of AP; 0: nothing */
} DetectorGrid;

/* Starts an engine and loads the options' model; makes the lists, no detector. *number becomes the point that
 * the options ask for. The options' strings must outlive the grid. Returns EXIT_DONE, or another code with
 * error: the grid is then zeroed. */
ExitCode grid_open(DetectorGrid *grid, const ModelOptions *options, int *number, Error *error);
void grid_close(DetectorGrid *grid); /* takes a zeroed one */

double grid_alpha(const DetectorGrid *grid, int number);
int grid_size(const DetectorGrid *grid, int number);
/* -1 with error where the lists have no such alpha or size. */
int grid_number(const DetectorGrid *grid, double alpha, int size, Error *error);

/* The file with the weights of a point, without opening it: 0, or -1 with error. */
int grid_find_weights(const DetectorGrid *grid, int number, char path[PATH_MAX], Error *error);
/* A detector for the point, whose model is loaded if it is not yet; the caller puts it into detectors, from
 * where grid_close() takes it. Refuses weights of another alpha or with other classes than the first. Touches
 * nothing of the grid but that model and the point's accuracy. Returns NULL with error. */
LookoutDetector *grid_make(DetectorGrid *grid, int number, Error *error);

#endif
