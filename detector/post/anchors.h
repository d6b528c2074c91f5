/* Anchor boxes (Liu et al. 2016, section 2.2). Their sides are fixed in pixels of the input, so that one set
 * of weights serves all input sizes: a convolution that sees 20 pixels of a dog cannot know how large the
 * input is. */
#ifndef LOOKOUT_DETECTOR_POST_ANCHORS_H
#define LOOKOUT_DETECTOR_POST_ANCHORS_H

#include "detector/model/network.h"

typedef struct Anchor {
    float cx, cy, width, height; /* relative to the picture */
} Anchor;

/* Cells a side of a level: ceil(size / stride). */
int anchors_cells(int level, int size);
/* Anchors of all levels at this input size. */
int anchors_count(const Network *network, int size);
/* Fills anchors_count() anchors, by level, then y, then x, then in the file's order. */
void anchors_fill(const Network *network, int size, Anchor *anchors);

#endif
