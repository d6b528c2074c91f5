/*
 * The architecture: MobileNet v1 (Howard et al. 2017, table 1) with an SSD head (Liu et al. 2016, section 2)
 * of depthwise-separable predictors (SSDLite; Sandler et al. 2018, section 6.2), as a list of layers
 * (docs/weights.md). It depends on the weights file, not on the input's size: sizes come with the plan.
 */
#ifndef LOOKOUT_DETECTOR_MODEL_NETWORK_H
#define LOOKOUT_DETECTOR_MODEL_NETWORK_H

#include "detector/lookout.h"

#define NETWORK_LEVELS 5  /* feature maps that carry anchors */
#define NETWORK_STRIDED 7 /* 3x3 layers of stride 2 */
#define NETWORK_EXTRAS 2  /* levels behind the backbone */
#define NETWORK_LAYERS 41 /* conv0, 13 x 2, 2 x 2, 5 x 2 */

typedef struct NetworkLayer {
    char name[32]; /* prefix of the tensors */
    LookoutLayerKind kind;
    int stride;
    int padding; /* of a 3x3 layer: columns before the map, and rows above it, that output 0 reads; 0 or 1 */
    int in_channels, out_channels;
    int input;      /* index of the layer whose output it reads; -1: the picture */
    bool relu6;     /* false for the head's pointwise layers */
    int head_level; /* 0..4 for the pointwise layer that ends head 1..5, else -1 */
} NetworkLayer;

/* Anchors at each location of a level, sides in pixels of the network's input. */
typedef struct NetworkAnchors {
    int count; /* 1..LOOKOUT_MAX_ANCHORS */
    LookoutAnchor shapes[LOOKOUT_MAX_ANCHORS];
} NetworkAnchors;

typedef struct Network {
    /* From the file. */
    double alpha;
    int class_count;
    NetworkAnchors anchors[NETWORK_LEVELS];
    int padding[NETWORK_STRIDED]; /* in the order of network_strided */
    /* Built from the above, in the order of execution: a head follows its feature map. */
    NetworkLayer layers[NETWORK_LAYERS];
} Network;

/* Stride of each level's feature map in pixels of the input. */
extern const int network_strides[NETWORK_LEVELS];
/* Blocks whose outputs are the feature maps: "block5", ... as the metadata calls them. */
extern const char *const network_features[NETWORK_LEVELS];
/* Blocks with a layer of stride 2: "conv0", ... as the metadata calls them. */
extern const char *const network_strided[NETWORK_STRIDED];

/* w(c) = max(8, int(c * alpha + 0.5)) */
int network_width(int channels, double alpha);
/* Fills the layers from the rest. */
void network_build(Network *network);
/* Weights in a layer: out * in/groups * kh * kw. */
int64_t network_weight_count(const NetworkLayer *layer);

#endif
