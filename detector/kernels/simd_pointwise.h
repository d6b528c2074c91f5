/*
 * Cuts a pointwise convolution into register tiles. Before it, multiply() is defined, and
 *   PANEL_TILES(X)   X(pixels, PANEL_VECTORS) for 1..TILE_PIXELS pixels
 *   HALF_TILES(X)    X(pixels, PANEL_VECTORS / 2) for the same, where a last panel may be half full
 *   GROUPED_TILES(X) X(pixels, vectors) for tiles of few pixels: these take several panels at once, or each
 *                    multiply-add would wait for the one before it
 */
typedef void MultiplyTile(const float *in, ptrdiff_t in_stride, const float *panel, ptrdiff_t panel_size,
                          int depth, float *out, ptrdiff_t out_stride, int relu6);

#define TILE_NAME(pixels, vectors) KERNEL(multiply_##pixels##x##vectors)
#define DEFINE_TILE(pixels, vectors)                                                                         \
    static void TILE_NAME(pixels, vectors)(const float *in, ptrdiff_t in_stride, const float *panel,         \
                                           ptrdiff_t panel_size, int depth, float *out,                      \
                                           ptrdiff_t out_stride, int relu6)                                  \
    {                                                                                                        \
        multiply(in, in_stride, pixels, panel, panel_size, vectors, depth, out, out_stride, relu6);          \
    }
PANEL_TILES(DEFINE_TILE)
GROUPED_TILES(DEFINE_TILE)
#ifdef HALF_TILES
HALF_TILES(DEFINE_TILE)
#endif

#define PANEL_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors),
#define GROUP_ENTRY(pixels, vectors) [pixels] = {(vectors) / PANEL_VECTORS, TILE_NAME(pixels, vectors)},
static MultiplyTile *const panel_tiles[TILE_PIXELS + 1] = {PANEL_TILES(PANEL_ENTRY)};
#ifdef HALF_TILES
static MultiplyTile *const half_tiles[TILE_PIXELS + 1] = {HALF_TILES(PANEL_ENTRY)};
#endif
static const struct {
    int panels;
    MultiplyTile *multiply;
} grouped_tiles[TILE_PIXELS + 1] = {GROUPED_TILES(GROUP_ENTRY)};

static void KERNEL(pointwise_tile)(const float *in, ptrdiff_t in_stride, int pixels, const float *panels,
                                   int depth, int channels, float *out, ptrdiff_t out_stride, int relu6)
{
    const ptrdiff_t panel_size = (ptrdiff_t)PANEL * (depth + 1);
    if (pixels <= TILE_PIXELS && grouped_tiles[pixels].panels) {
        const int group = grouped_tiles[pixels].panels;
        for (; channels >= group * PANEL; channels -= group * PANEL) {
            grouped_tiles[pixels].multiply(in, in_stride, panels, panel_size, depth, out, out_stride, relu6);
            panels += group * panel_size;
            out += group * PANEL;
        }
    }

    /* As even a split as can be: 16 pixels are 8 + 8, since a tile of 2 would be slow. */
    const int tiles = (pixels + TILE_PIXELS - 1) / TILE_PIXELS;
    for (; channels > 0; channels -= PANEL, panels += panel_size, out += PANEL) {
        MultiplyTile *const *multiply_tile = panel_tiles;
#ifdef HALF_TILES
        if (channels < PANEL)
            multiply_tile = half_tiles;
#endif
        const float *tile_in = in;
        float *tile_out = out;
        for (int left = pixels, tiles_left = tiles; tiles_left > 0; tiles_left--) {
            const int count = (left + tiles_left - 1) / tiles_left;
            multiply_tile[count](tile_in, in_stride, panels, panel_size, depth, tile_out, out_stride, relu6);
            tile_in += count * in_stride;
            tile_out += count * out_stride;
            left -= count;
        }
    }
}
