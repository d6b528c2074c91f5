#include "detector/model/weights.h"

#include <stdlib.h>
#include <string.h>

void model_weights_free(ModelWeights *weights)
{
    for (int i = 0; weights->classes && i < weights->network.class_count; i++)
        free(weights->classes[i]);
    free(weights->classes);
    free(weights->training_data);
    free(weights->licence);
    free(weights->measured_on);
    free(weights->accuracies);
    free(weights->bytes);
    memset(weights, 0, sizeof *weights);
}
