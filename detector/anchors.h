/* Anchor boxes (Liu et al. 2016, section 2.2, with sides fixed in pixels of the input). */
#ifndef LOOKOUT_ANCHORS_H
#define LOOKOUT_ANCHORS_H

typedef struct Anchor {
    float cx, cy, width, height; /* relative to the picture */
} Anchor;

/* Cells a side of a level: ceil(size / stride). */
int anchors_cells(int level, int size);
/* Anchors of all levels at this input size. */
int anchors_count(int size);
/* Fills anchors_count(size) anchors, by level, then y, then x, then shape. */
void anchors_fill(int size, Anchor *anchors);

#endif
