/*
 * What MobileNet v1 costs, by arithmetic alone (Howard et al. 2017, "MobileNets", sections 3.1 to 3.4 and
 * table 1). A mult-add is one multiplication with its addition; additions of biases do not count.
 */
#ifndef LOOKOUT_APP_COMMANDS_COST_MODEL_H
#define LOOKOUT_APP_COMMANDS_COST_MODEL_H

#include <stdint.h>

/* D_K * D_K * M * N * D_F * D_F: a standard convolution of side kernel from in to out channels, with an
 * output map of height x width (section 3.1). */
int64_t cost_standard(int kernel, int in, int out, int height, int width);
/* D_K * D_K * M * D_F * D_F: the depthwise half of a separable convolution. */
int64_t cost_depthwise(int kernel, int channels, int height, int width);
/* M * N * D_F * D_F: its pointwise half. */
int64_t cost_pointwise(int in, int out, int height, int width);
/* Both halves: 1/N + 1/D_K^2 of the standard convolution. */
int64_t cost_separable(int kernel, int in, int out, int height, int width);

/* The paper's classifier. */
typedef struct Cost {
    int64_t mult_adds;  /* of convolutions and classifier */
    int64_t parameters; /* weights, batch norm's scale and shift, the classifier's bias */
} Cost;

/* MobileNet with `classes` classes at width alpha and input size x size (its convolutions pad: an output has
 * ceil(n / stride) a side). */
Cost cost_classifier(double alpha, int size, int classes);

#endif
