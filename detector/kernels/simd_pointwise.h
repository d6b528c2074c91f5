/*
 * Cuts a pointwise convolution into register tiles. Before it, multiply() is defined, and
 *   PANEL_TILES(X)   X(pixels, PANEL_VECTORS) for 1..TILE_PIXELS pixels
 *   HALF_TILES(X)    X(pixels, PANEL_VECTORS / 2) for the same, where a last panel may be half full
 *   GROUPED_TILES(X) X(pixels, vectors) for tiles of few pixels: these take several panels at once, or each
 *                    multiply-add would wait for the one before it
 * The first tile that meets a panel of float16 widens it and leaves it in float32 for the next ones: to widen
 * it for each tile would take multiply-adds' places on some CPUs.
 */
typedef void MultiplyTile(const float *in, ptrdiff_t in_stride, const void *panel, float *room,
                          const float *bias, int depth, float *out, ptrdiff_t out_stride, int relu6);

#define TILE_NAME(pixels, vectors, weights) KERNEL(multiply_##pixels##x##vectors##_##weights)
#define DEFINE_TILE(pixels, vectors, weights)                                                                \
    static void TILE_NAME(pixels, vectors, weights)(const float *in, ptrdiff_t in_stride, const void *panel, \
                                                    float *room, const float *bias, int depth, float *out,   \
                                                    ptrdiff_t out_stride, int relu6)                         \
    {                                                                                                        \
        multiply(in, in_stride, pixels, panel_at(panel, weights, room, depth), weights, bias, vectors,       \
                 depth, out, out_stride, relu6);                                                             \
    }
#define DEFINE_HALVES(pixels, vectors) DEFINE_TILE(pixels, vectors, HALVES)
#define DEFINE_HALVES_TO_ROOM(pixels, vectors) DEFINE_TILE(pixels, vectors, HALVES_TO_ROOM)
#define DEFINE_WIDE(pixels, vectors) DEFINE_TILE(pixels, vectors, WIDE)
PANEL_TILES(DEFINE_HALVES_TO_ROOM)
PANEL_TILES(DEFINE_WIDE)
GROUPED_TILES(DEFINE_HALVES)
GROUPED_TILES(DEFINE_WIDE)
#ifdef HALF_TILES
HALF_TILES(DEFINE_HALVES_TO_ROOM)
HALF_TILES(DEFINE_WIDE)
#endif

/* By pixels. */
#define HALVES_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, HALVES),
#define HALVES_TO_ROOM_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, HALVES_TO_ROOM),
#define WIDE_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, WIDE),
typedef MultiplyTile *const MultiplyTiles[TILE_PIXELS + 1];
static MultiplyTiles panel_tiles_to_room = {PANEL_TILES(HALVES_TO_ROOM_ENTRY)};
static MultiplyTiles panel_tiles_wide = {PANEL_TILES(WIDE_ENTRY)};
static MultiplyTiles grouped_tiles_halves = {GROUPED_TILES(HALVES_ENTRY)};
static MultiplyTiles grouped_tiles_wide = {GROUPED_TILES(WIDE_ENTRY)};
#ifdef HALF_TILES
static MultiplyTiles half_tiles_to_room = {HALF_TILES(HALVES_TO_ROOM_ENTRY)};
static MultiplyTiles half_tiles_wide = {HALF_TILES(WIDE_ENTRY)};
#endif
#define GROUP_SIZE_ENTRY(pixels, vectors) [pixels] = (vectors) / PANEL_VECTORS,
static const int grouped_panels[TILE_PIXELS + 1] = {GROUPED_TILES(GROUP_SIZE_ENTRY)};

static void KERNEL(pointwise_tile)(const Pointwise *layer, const float *in, ptrdiff_t in_stride, int pixels,
                                   float *out, ptrdiff_t out_stride, float *room)
{
    const int depth = layer->depth, relu6 = layer->relu6, halves = layer->panels != NULL;
    const ptrdiff_t channel_bytes = depth * (ptrdiff_t)(halves ? sizeof(uint16_t) : sizeof(float));
    const char *panel = halves ? (const void *)layer->panels : (const void *)layer->wide_panels;
    const float *bias = layer->bias;
    int channels = layer->channels;
    if (pixels <= TILE_PIXELS && grouped_panels[pixels]) {
        MultiplyTile *const multiply_tile =
            halves ? grouped_tiles_halves[pixels] : grouped_tiles_wide[pixels];
        const int group = grouped_panels[pixels] * PANEL;
        for (; channels >= group; channels -= group) {
            multiply_tile(in, in_stride, panel, room, bias, depth, out, out_stride, relu6);
            panel += group * channel_bytes;
            bias += group;
            out += group;
        }
    }

    /* As even a split as can be: 16 pixels are 8 + 8, since a tile of 2 would be slow. */
    const int tiles = (pixels + TILE_PIXELS - 1) / TILE_PIXELS;
    for (; channels > 0; channels -= PANEL, panel += PANEL * channel_bytes, bias += PANEL, out += PANEL) {
        MultiplyTile *const *to_room = panel_tiles_to_room, *const *wide = panel_tiles_wide;
#ifdef HALF_TILES
        if (channels < PANEL) {
            to_room = half_tiles_to_room;
            wide = half_tiles_wide;
        }
#endif
        const void *weights = panel;
        MultiplyTile *const *multiply_tile = halves ? to_room : wide;
        const float *tile_in = in;
        float *tile_out = out;
        for (int left = pixels, tiles_left = tiles; tiles_left > 0; tiles_left--) {
            const int count = (left + tiles_left - 1) / tiles_left;
            multiply_tile[count](tile_in, in_stride, weights, room, bias, depth, tile_out, out_stride, relu6);
            if (halves) {
                weights = room;
                multiply_tile = wide;
            }
            tile_in += count * in_stride;
            tile_out += count * out_stride;
            left -= count;
        }
    }
}
