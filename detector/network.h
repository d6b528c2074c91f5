/*
 * The architecture: MobileNet v1 (Howard et al. 2017, table 1) with an SSD head (Liu et al. 2016, section 2)
 * of depthwise-separable predictors (SSDLite; Sandler et al. 2018, section 6.2), as a list of layers.
 * It depends on the width multiplier and the number of classes alone; sizes come with the plan.
 */
#ifndef LOOKOUT_NETWORK_H
#define LOOKOUT_NETWORK_H

#include "detector/detector.h"

#define NETWORK_LEVELS 5  /* feature maps that carry anchors */
#define NETWORK_SIDES 6   /* anchor sides: one more than levels */
#define NETWORK_LAYERS 43 /* conv0, 13 x 2, 2 x 3, 5 x 2 */
#define NETWORK_MAX_CLASSES 1024

typedef struct NetworkLayer {
    char name[32]; /* prefix of the tensors */
    DetectorLayerKind kind;
    int stride;
    int in_channels, out_channels;
    int input;      /* index of the layer whose output it reads; -1: the picture */
    int relu6;      /* 0 for the head's pointwise layers */
    int head_level; /* 0..4 for the pointwise layer that ends head 1..5, else -1 */
} NetworkLayer;

typedef struct Network {
    double alpha;
    int class_count;
    NetworkLayer layers[NETWORK_LAYERS]; /* in the order of execution: a head follows its feature map */
} Network;

/* Anchors at a location of each level, and the stride of its feature map in pixels of the input. */
extern const int network_anchors[NETWORK_LEVELS];
extern const int network_strides[NETWORK_LEVELS];
/* Layer names whose outputs are the feature maps: "block5", ... as the metadata calls them. */
extern const char *const network_features[NETWORK_LEVELS];
/* Sides of the anchors in pixels of the input. */
extern const double network_anchor_sides[NETWORK_SIDES];

/* w(c) = max(8, int(c * alpha + 0.5)) */
int network_width(int channels, double alpha);
void network_init(Network *network, double alpha, int class_count);
/* Weights in a layer: out * in/groups * kh * kw. */
int64_t network_weight_count(const NetworkLayer *layer);

#endif
