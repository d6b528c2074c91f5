#include "app/commands/points.h"

#include "app/run/weights.h"
#include <string.h>

static const OptionAlphas every_alpha = {4, {1, 0.75, 0.5, 0.25}};
static const OptionAlphas weights_alpha = {1, {0}};
static const OptionSizes every_size = {
    4, {LOOKOUT_FULL_SIZE, LOOKOUT_FULL_SIZE / 7 * 6, LOOKOUT_FULL_SIZE / 7 * 5, LOOKOUT_FULL_SIZE / 7 * 4}};
static const OptionSizes full_size = {1, {LOOKOUT_FULL_SIZE}};

/* Whether every width has the same file: one that was named. Returns -1 with error where a width has none. */
static int is_single_file(const Options *options, Error *error)
{
    char first[PATH_MAX], second[PATH_MAX];
    ModelOptions model = options->model;
    model.alpha = every_alpha.values[0];
    if (weights_find(&model, first, error))
        return -1;
    model.alpha = every_alpha.values[1];
    if (weights_find(&model, second, error))
        return -1;
    return !strcmp(first, second);
}

int points_of_bench(const Options *options, Points *points, Error *error)
{
    points->alphas = options->alphas;
    points->sizes = options->sizes.count ? options->sizes : every_size;
    if (options->alphas.count)
        return 0;
    const int single = is_single_file(options, error);
    if (single < 0)
        return -1;
    points->alphas = single ? weights_alpha : every_alpha;
    return 0;
}

Points points_of_eval(const Options *options)
{
    return (Points){
        .alphas = options->alphas.count ? options->alphas : weights_alpha,
        .sizes = options->sizes.count ? options->sizes : full_size,
    };
}
