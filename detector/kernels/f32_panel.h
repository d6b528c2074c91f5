/* The weights that a register tile multiplies by: rows of a panel, one for each k. */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_PANEL_H
#define LOOKOUT_DETECTOR_KERNELS_F32_PANEL_H

_Static_assert(PANEL == PANEL_VECTORS * VEC_LANES, "the register tile");

/* Their type; a constant once inlined. */
typedef enum PanelWeights {
    F16,            /* float16 */
    F16_TO_WIDENED, /* float16, to be left in float32 for the next tiles */
    F32,            /* float32 */
} PanelWeights;

typedef struct Panel {
    const uint16_t *halves;
    const float *floats;
    float *widened;
    ptrdiff_t size; /* values from one panel to the next: the vectors of a tile may belong to several */
} Panel;

/* The panel whose weights, of the type above, begin at `first`. */
static ALWAYS_INLINE Panel panel_at(const void *first, const PanelWeights weights, float *widened, int depth)
{
    return (Panel){
        .halves = weights == F32 ? NULL : first,
        .floats = weights == F32 ? first : NULL,
        .widened = widened,
        .size = (ptrdiff_t)PANEL * depth,
    };
}

/* Vector v of the row that lies `row` rows below. */
static ALWAYS_INLINE Vec panel_vector(const Panel *panel, const PanelWeights weights, const int row,
                                      const int v)
{
    const ptrdiff_t i = v / PANEL_VECTORS * panel->size + row * PANEL + v % PANEL_VECTORS * VEC_LANES;
    if (weights == F32)
        return vec_load(panel->floats + i);
    const Vec weight = vec_widen(panel->halves + i);
    if (weights == F16_TO_WIDENED)
        vec_store(panel->widened + i, weight);
    return weight;
}

static ALWAYS_INLINE void panel_advance(Panel *panel, const PanelWeights weights)
{
    if (weights == F32)
        panel->floats += PANEL;
    else
        panel->halves += PANEL;
    if (weights == F16_TO_WIDENED)
        panel->widened += PANEL;
}

#endif
