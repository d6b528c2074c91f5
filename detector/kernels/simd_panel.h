/*
 * The weights that a register tile multiplies with: rows of a panel, one for each k.
 */

/* Where a tile finds them; a constant once inlined. */
typedef enum PanelWeights {
    HALVES,         /* in float16 */
    HALVES_TO_ROOM, /* in float16, and leaves them in float32 for tiles to come */
    WIDE,           /* in float32 */
} PanelWeights;

typedef struct Panel {
    const uint16_t *halves;
    const float *wide;
    float *room;
    ptrdiff_t size; /* values from one panel to the next: the vectors of a tile may belong to several */
} Panel;

/* Of these weights, at `first`, as one of the types above. */
static ALWAYS_INLINE Panel panel_at(const void *first, const PanelWeights weights, float *room, int depth)
{
    return (Panel){
        .halves = weights == WIDE ? NULL : first,
        .wide = weights == WIDE ? first : NULL,
        .room = room,
        .size = (ptrdiff_t)PANEL * depth,
    };
}

/* Vector v of the row that lies `row` rows below. */
static ALWAYS_INLINE Vec panel_vector(const Panel *panel, const PanelWeights weights, const int row,
                                      const int v)
{
    const ptrdiff_t i = v / PANEL_VECTORS * panel->size + row * PANEL + v % PANEL_VECTORS * VEC_LANES;
    if (weights == WIDE)
        return vec_load(panel->wide + i);
    const Vec weight = vec_widen(panel->halves + i);
    if (weights == HALVES_TO_ROOM)
        vec_store(panel->room + i, weight);
    return weight;
}

static ALWAYS_INLINE void panel_advance(Panel *panel, const PanelWeights weights)
{
    if (weights == WIDE)
        panel->wide += PANEL;
    else
        panel->halves += PANEL;
    if (weights == HALVES_TO_ROOM)
        panel->room += PANEL;
}
