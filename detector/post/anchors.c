#include "detector/post/anchors.h"

int anchors_cells(int level, int size)
{
    return (size + network_strides[level] - 1) / network_strides[level];
}

int anchors_count(const Network *network, int size)
{
    int count = 0;
    for (int level = 0; level < NETWORK_LEVELS; level++)
        count += anchors_cells(level, size) * anchors_cells(level, size) * network->anchors[level].count;
    return count;
}

void anchors_fill(const Network *network, int size, Anchor *anchors)
{
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        const NetworkAnchors *level_anchors = &network->anchors[level];
        int cells = anchors_cells(level, size);
        for (int y = 0; y < cells; y++)
            for (int x = 0; x < cells; x++)
                for (int i = 0; i < level_anchors->count; i++)
                    *anchors++ = (Anchor){
                        .cx = (float)((x + 0.5) * network_strides[level] / size),
                        .cy = (float)((y + 0.5) * network_strides[level] / size),
                        .width = (float)(level_anchors->shapes[i].width / size),
                        .height = (float)(level_anchors->shapes[i].height / size),
                    };
    }
}
