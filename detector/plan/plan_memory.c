#include "detector/plan/plan_memory.h"

#include <stdbool.h>

static bool live_together(const PlanBuffer *a, const PlanBuffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The largest buffer that comes after `previous` in the order by falling size, then index; -1 at the end. */
static int next_by_size(const PlanBuffer *buffers, int count, int previous)
{
    int best = -1;
    for (int i = 0; i < count; i++) {
        bool after = previous < 0 || buffers[i].bytes < buffers[previous].bytes ||
                     (buffers[i].bytes == buffers[previous].bytes && i > previous);
        if (after && (best < 0 || buffers[i].bytes > buffers[best].bytes))
            best = i;
    }
    return best;
}

static bool placed_before(const PlanBuffer *buffers, int a, int b)
{
    return buffers[a].bytes > buffers[b].bytes || (buffers[a].bytes == buffers[b].bytes && a < b);
}

size_t plan_memory_place(PlanBuffer *buffers, int count, size_t alignment)
{
    size_t all = 0;
    for (int i = 0; i < count; i++)
        buffers[i].bytes = (buffers[i].bytes + alignment - 1) & ~(alignment - 1);

    for (int i = next_by_size(buffers, count, -1); i >= 0; i = next_by_size(buffers, count, i)) {
        /* Move up past each buffer in the way until there is none. */
        size_t offset = 0;
        bool moved;
        do {
            moved = false;
            for (int j = 0; j < count; j++)
                if (placed_before(buffers, j, i) && live_together(&buffers[i], &buffers[j]) &&
                    offset < buffers[j].offset + buffers[j].bytes &&
                    buffers[j].offset < offset + buffers[i].bytes) {
                    offset = buffers[j].offset + buffers[j].bytes;
                    moved = true;
                }
        } while (moved);
        buffers[i].offset = offset;
        if (offset + buffers[i].bytes > all)
            all = offset + buffers[i].bytes;
    }
    return all;
}
