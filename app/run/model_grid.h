/*
 * Detectors of one engine, by alpha and size, and how each is made. No threads here; see
 * app/run/model_choice.h.
 */
#ifndef LOOKOUT_APP_RUN_MODEL_GRID_H
#define LOOKOUT_APP_RUN_MODEL_GRID_H

#include "app/run/weights.h"

/* The usual ones and what the options ask for. */
#define GRID_MAX_ALPHAS 5
#define GRID_MAX_SIZES 8

/* A point of the grid is known by its index: alpha's index times GRID_MAX_SIZES plus size's index. */
typedef struct ModelGrid {
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
} ModelGrid;

/* Starts an engine and loads the options' model; makes the lists, no detector. *index becomes the point that
 * the options ask for. The options' strings must outlive the grid. Returns 0, or -1 with error: the grid is
 * then zeroed. */
int grid_open(ModelGrid *grid, const ModelOptions *options, int *index, Error *error);
void grid_close(ModelGrid *grid); /* takes a zeroed one */

double grid_alpha(const ModelGrid *grid, int index);
int grid_size(const ModelGrid *grid, int index);
/* -1 with error where the lists have no such alpha or size. */
int grid_index(const ModelGrid *grid, double alpha, int size, Error *error);

/* The file with the weights of a point, without opening it: 0, or -1 with error. */
int grid_find_weights(const ModelGrid *grid, int index, char path[PATH_MAX], Error *error);
/* A detector for the point, whose model is loaded if it is not yet; the caller puts it into detectors, from
 * where grid_close() takes it. Refuses weights of another alpha or with other classes than the first. Touches
 * nothing of the grid but that model and the point's accuracy. Returns NULL with error. */
LookoutDetector *grid_make(ModelGrid *grid, int index, Error *error);

#endif
