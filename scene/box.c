#include "scene/box.h"

#include <math.h>

float scene_box_iou(const SceneBox *a, const SceneBox *b)
{
    const float width = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
    const float height = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
    if (width <= 0 || height <= 0)
        return 0;
    const float common = width * height;
    return common / ((a->x2 - a->x1) * (a->y2 - a->y1) + (b->x2 - b->x1) * (b->y2 - b->y1) - common);
}

bool scene_box_is_empty(const SceneBox *box)
{
    return !(box->x2 > box->x1 && box->y2 > box->y1);
}
