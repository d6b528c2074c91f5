#include "app/run/model_grid.h"

#include "app/run/detection.h"
#include <math.h>
#include <string.h>

static const double usual_alphas[] = {0.25, 0.5, 0.75, 1};
static const int usual_sizes[] = {128, 160, 192, 224, 256, 288, 320};
enum {
    USUAL_ALPHAS = sizeof usual_alphas / sizeof *usual_alphas,
    USUAL_SIZES = sizeof usual_sizes / sizeof *usual_sizes,
};
_Static_assert(USUAL_ALPHAS < GRID_MAX_ALPHAS && USUAL_SIZES < GRID_MAX_SIZES, "one more step must fit");

static bool same_alpha(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* The usual ones, and what was loaded where it belongs. */
static void list_alphas(ModelGrid *grid, double loaded)
{
    double *alphas = grid->alphas;
    memcpy(alphas, usual_alphas, sizeof usual_alphas);
    grid->alpha_count = USUAL_ALPHAS;
    for (int i = 0; i < USUAL_ALPHAS; i++)
        if (same_alpha(alphas[i], loaded))
            return;
    int place = grid->alpha_count++;
    for (; place > 0 && alphas[place - 1] > loaded; place--)
        alphas[place] = alphas[place - 1];
    alphas[place] = loaded;
}

static void list_sizes(ModelGrid *grid, int asked)
{
    int *sizes = grid->sizes;
    memcpy(sizes, usual_sizes, sizeof usual_sizes);
    grid->size_count = USUAL_SIZES;
    for (int i = 0; i < USUAL_SIZES; i++)
        if (sizes[i] == asked)
            return;
    int place = grid->size_count++;
    for (; place > 0 && sizes[place - 1] > asked; place--)
        sizes[place] = sizes[place - 1];
    sizes[place] = asked;
}

int grid_open(ModelGrid *grid, const ModelOptions *options, int *index, Error *error)
{
    *grid = (ModelGrid){0};
    Weights weights;
    if (weights_load(&weights, options, error))
        return -1;
    grid->asked = options->path;
    memcpy(grid->path, weights.path, sizeof grid->path);
    grid->engine = weights.engine;
    grid->info = lookout_model_info(weights.model);
    list_alphas(grid, grid->info->alpha);
    list_sizes(grid, options->size);
    *index = grid_index(grid, grid->info->alpha, options->size, error);
    grid->models[*index / GRID_MAX_SIZES] = weights.model;
    return 0;
}

void grid_close(ModelGrid *grid)
{
    for (int i = 0; i < GRID_MAX_ALPHAS * GRID_MAX_SIZES; i++)
        lookout_detector_destroy(grid->detectors[i]);
    for (int i = 0; i < GRID_MAX_ALPHAS; i++)
        lookout_model_destroy(grid->models[i]);
    lookout_engine_destroy(grid->engine);
    *grid = (ModelGrid){0};
}

double grid_alpha(const ModelGrid *grid, int index)
{
    return grid->alphas[index / GRID_MAX_SIZES];
}

int grid_size(const ModelGrid *grid, int index)
{
    return grid->sizes[index % GRID_MAX_SIZES];
}

int grid_index(const ModelGrid *grid, double alpha, int size, Error *error)
{
    int row = 0, column = 0;
    while (row < grid->alpha_count && !same_alpha(grid->alphas[row], alpha))
        row++;
    while (column < grid->size_count && grid->sizes[column] != size)
        column++;
    if (row == grid->alpha_count)
        return error_set(error, "alpha %g: there are 1, 0.75, 0.5 and 0.25", alpha);
    if (column == grid->size_count)
        return error_set(error, "size %d: there are 320, 288, 256, 224, 192, 160 and 128", size);
    return row * GRID_MAX_SIZES + column;
}

int grid_find_weights(const ModelGrid *grid, int index, char path[PATH_MAX], Error *error)
{
    double alpha = grid_alpha(grid, index);
    if (weights_find(&(ModelOptions){.path = grid->asked, .alpha = alpha}, path, error))
        return -1;
    /* the same file for another alpha: it is the file itself that --model names */
    if (!strcmp(path, grid->path) && !same_alpha(alpha, grid->info->alpha))
        return error_set(error, "%s has alpha %g; to change it, name a directory with --model", path,
                         grid->info->alpha);
    return 0;
}

static LookoutModel *load_model(const ModelGrid *grid, int index, Error *error)
{
    char path[PATH_MAX];
    LookoutError failure;
    if (grid_find_weights(grid, index, path, error))
        return NULL;
    LookoutModel *model = lookout_model_load(grid->engine, path, &failure);
    if (!model) {
        error_set(error, "%s", failure.message);
        return NULL;
    }
    const LookoutModelInfo *info = lookout_model_info(model);
    double alpha = grid_alpha(grid, index);
    if (!same_alpha(info->alpha, alpha))
        error_set(error, "weights %s: expected alpha %g, but it has %g", path, alpha, info->alpha);
    else if (!classes_are_same(info, grid->info))
        error_set(error,
                  "weights %s: its classes are not those of %s; alpha changes only among weights with "
                  "the same classes",
                  path, grid->path);
    else
        return model;
    lookout_model_destroy(model);
    return NULL;
}

/* What the file tells of a size, or what follows: between two sizes that it tells, on the line between them;
 * below the smallest in proportion to the size, above the largest no better than there. 0 where it tells
 * nothing. */
static double accuracy_at(const LookoutModelInfo *info, int size)
{
    LookoutAccuracy below = {0};
    for (int i = 0; i < info->accuracy_count; i++) {
        const LookoutAccuracy at = info->accuracies[i];
        if (size <= at.size)
            return below.ap + (at.ap - below.ap) * (size - below.size) / (at.size - below.size);
        below = at;
    }
    return below.ap;
}

LookoutDetector *grid_make(ModelGrid *grid, int index, Error *error)
{
    LookoutModel **model = &grid->models[index / GRID_MAX_SIZES];
    if (!*model)
        *model = load_model(grid, index, error);
    if (!*model)
        return NULL;
    LookoutError failure;
    LookoutDetector *detector = lookout_detector_create(*model, grid_size(grid, index), &failure);
    if (!detector)
        error_set(error, "%s", failure.message);
    grid->accuracies[index] = accuracy_at(lookout_model_info(*model), grid_size(grid, index));
    return detector;
}
