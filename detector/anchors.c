#include "detector/anchors.h"

#include <math.h>

#include "detector/network.h"

#define MAX_SHAPES 6

typedef struct Shape {
    double width, height;
} Shape;

/* Widths and heights of a level's anchors, relative to the picture. */
static void level_shapes(int level, int size, Shape shapes[MAX_SHAPES])
{
    const double a = network_anchor_sides[level] / size, b = network_anchor_sides[level + 1] / size;
    const double m = sqrt(a * b), root2 = sqrt(2.0), root3 = sqrt(3.0);
    const Shape small = {a, a}, middle = {m, m};
    const Shape wide = {a * root2, a / root2}, tall = {a / root2, a * root2};

    switch (network_anchors[level]) {
    case 3:
        shapes[0] = small;
        shapes[1] = tall;
        shapes[2] = middle;
        break;
    case 4:
        shapes[0] = small;
        shapes[1] = middle;
        shapes[2] = wide;
        shapes[3] = tall;
        break;
    default:
        shapes[0] = small;
        shapes[1] = middle;
        shapes[2] = wide;
        shapes[3] = tall;
        shapes[4] = (Shape){a * root3, a / root3};
        shapes[5] = (Shape){a / root3, a * root3};
        break;
    }
}

int anchors_cells(int level, int size)
{
    return (size + network_strides[level] - 1) / network_strides[level];
}

int anchors_count(int size)
{
    int count = 0;
    for (int level = 0; level < NETWORK_LEVELS; level++)
        count += anchors_cells(level, size) * anchors_cells(level, size) * network_anchors[level];
    return count;
}

void anchors_fill(int size, Anchor *anchors)
{
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        Shape shapes[MAX_SHAPES];
        level_shapes(level, size, shapes);
        int cells = anchors_cells(level, size);
        for (int y = 0; y < cells; y++)
            for (int x = 0; x < cells; x++)
                for (int i = 0; i < network_anchors[level]; i++)
                    *anchors++ = (Anchor){
                        .cx = (float)((x + 0.5) * network_strides[level] / size),
                        .cy = (float)((y + 0.5) * network_strides[level] / size),
                        .width = (float)shapes[i].width,
                        .height = (float)shapes[i].height,
                    };
    }
}
