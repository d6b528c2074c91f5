#include "app/commands/eval/networks.h"

#include "app/run/detection.h"
#include "base/exit_code.h"

static ExitCode load(Networks *networks, int index, double alpha, const ModelOptions *options, Error *error)
{
    Weights *first = &networks->weights[0], *weights = &networks->weights[index];
    ModelOptions single = *options;
    single.alpha = alpha;
    single.threads = 1;
    if (weights_load(weights, &single, error))
        return exit_code_of(error);
    if (classes_are_same(lookout_model_info(first->model), lookout_model_info(weights->model)))
        return EXIT_DONE;
    error_set(error, "weights %s: its classes are not those of %s; measure them one at a time", weights->path,
              first->path);
    return EXIT_FAILED;
}

ExitCode networks_open(Networks *networks, const Points *points, const ModelOptions *options, Error *error)
{
    const int size_count = points->sizes.count;
    ExitCode code = EXIT_DONE;
    *networks = (Networks){0};
    for (int i = 0; i < points->alphas.count && code == EXIT_DONE; i++) {
        code = load(networks, i, points->alphas.values[i], options, error);
        for (int j = 0; j < size_count && code == EXIT_DONE; j++) {
            LookoutError failure;
            LookoutDetector *detector =
                lookout_detector_create(networks->weights[i].model, points->sizes.values[j], &failure);
            networks->detectors[i * size_count + j] = detector;
            if (!detector) {
                error_set(error, "%s", failure.message);
                code = EXIT_FAILED;
            }
        }
    }
    if (code != EXIT_DONE)
        networks_close(networks);
    return code;
}

void networks_close(Networks *networks)
{
    for (int i = 0; i < POINTS_MAX; i++)
        lookout_detector_destroy(networks->detectors[i]);
    for (int i = 0; i < OPTION_MAX_ALPHAS; i++)
        weights_unload(&networks->weights[i]);
    *networks = (Networks){0};
}
