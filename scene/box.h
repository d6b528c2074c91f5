/* Boxes in a picture, as numbers only. */
#ifndef LOOKOUT_SCENE_BOX_H
#define LOOKOUT_SCENE_BOX_H

#include <stdbool.h>

/* Corners relative to the picture, x to the right and y down: 0..1, x1 < x2, y1 < y2. */
typedef struct SceneBox {
    float x1, y1, x2, y2;
    float score;     /* 0..1 */
    int class_index; /* of the model's classes */
} SceneBox;

/* Intersection over union of the two areas, 0..1; 0 where they only touch. */
float scene_box_iou(const SceneBox *a, const SceneBox *b);

/* Whether it has no area. */
bool scene_box_is_empty(const SceneBox *box);

#endif
