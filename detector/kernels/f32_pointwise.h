/*
 * Cuts a pointwise convolution into register tiles. Before it, multiply() is defined, and
 *   PANEL_TILES(X)   X(pixels, PANEL_VECTORS) for 1..TILE_PIXELS pixels
 *   HALF_TILES(X)    X(pixels, PANEL_VECTORS / 2) for the same, if a last panel may be half full
 *   GROUPED_TILES(X) X(pixels, vectors) for tiles of few pixels: these multiply by several panels at once, or
 *                    each multiply-add would wait for the one before it
 * The first tile that reads a panel of float16 widens it and leaves it in float32 for the next ones: on some
 * CPUs the instruction that widens takes the place of a multiply-add.
 */
#ifndef LOOKOUT_DETECTOR_KERNELS_F32_POINTWISE_H
#define LOOKOUT_DETECTOR_KERNELS_F32_POINTWISE_H

typedef void MultiplyTile(const float *in, ptrdiff_t in_stride, const void *panel, float *widened,
                          const float *bias, int depth, float *out, ptrdiff_t out_stride, int relu6);

#define TILE_NAME(pixels, vectors, weights) multiply_##pixels##x##vectors##_##weights
#define DEFINE_TILE(pixels, vectors, weights)                                                                \
    static void TILE_NAME(pixels, vectors, weights)(const float *in, ptrdiff_t in_stride, const void *panel, \
                                                    float *widened, const float *bias, int depth,            \
                                                    float *out, ptrdiff_t out_stride, int relu6)             \
    {                                                                                                        \
        multiply(in, in_stride, pixels, panel_at(panel, weights, widened, depth), weights, bias, vectors,    \
                 depth, out, out_stride, relu6);                                                             \
    }
#define DEFINE_F16(pixels, vectors) DEFINE_TILE(pixels, vectors, F16)
#define DEFINE_F16_TO_WIDENED(pixels, vectors) DEFINE_TILE(pixels, vectors, F16_TO_WIDENED)
#define DEFINE_F32(pixels, vectors) DEFINE_TILE(pixels, vectors, F32)
PANEL_TILES(DEFINE_F16_TO_WIDENED)
PANEL_TILES(DEFINE_F32)
GROUPED_TILES(DEFINE_F16)
GROUPED_TILES(DEFINE_F32)
#ifdef HALF_TILES
HALF_TILES(DEFINE_F16_TO_WIDENED)
HALF_TILES(DEFINE_F32)
#endif

/* By pixels. */
#define F16_TILE_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, F16),
#define F16_TO_WIDENED_TILE_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, F16_TO_WIDENED),
#define F32_TILE_ENTRY(pixels, vectors) [pixels] = TILE_NAME(pixels, vectors, F32),
typedef MultiplyTile *const MultiplyTiles[TILE_PIXELS + 1];
static MultiplyTiles panel_tiles_f16_to_widened = {PANEL_TILES(F16_TO_WIDENED_TILE_ENTRY)};
static MultiplyTiles panel_tiles_f32 = {PANEL_TILES(F32_TILE_ENTRY)};
static MultiplyTiles grouped_tiles_f16 = {GROUPED_TILES(F16_TILE_ENTRY)};
static MultiplyTiles grouped_tiles_f32 = {GROUPED_TILES(F32_TILE_ENTRY)};
#ifdef HALF_TILES
static MultiplyTiles half_tiles_f16_to_widened = {HALF_TILES(F16_TO_WIDENED_TILE_ENTRY)};
static MultiplyTiles half_tiles_f32 = {HALF_TILES(F32_TILE_ENTRY)};
#endif
#define GROUP_SIZE_ENTRY(pixels, vectors) [pixels] = (vectors) / PANEL_VECTORS,
static const int grouped_panels[TILE_PIXELS + 1] = {GROUPED_TILES(GROUP_SIZE_ENTRY)};

static void F32_KERNEL(pointwise, TILE_PIXELS, PANEL)(const F32Pointwise *layer, const float *in,
                                                      ptrdiff_t in_stride, int pixels, float *out,
                                                      ptrdiff_t out_stride, float *widened)
{
    const int depth = layer->depth, relu6 = layer->relu6, halves = layer->dtype == DTYPE_F16;
    const ptrdiff_t channel_bytes = depth * (ptrdiff_t)(halves ? sizeof(uint16_t) : sizeof(float));
    const char *panel = layer->panels;
    const float *bias = layer->bias;
    int channels = layer->channels;
    if (pixels <= TILE_PIXELS && grouped_panels[pixels]) {
        MultiplyTile *const multiply_tile = halves ? grouped_tiles_f16[pixels] : grouped_tiles_f32[pixels];
        const int group = grouped_panels[pixels] * PANEL;
        for (; channels >= group; channels -= group) {
            multiply_tile(in, in_stride, panel, widened, bias, depth, out, out_stride, relu6);
            panel += group * channel_bytes;
            bias += group;
            out += group;
        }
    }

    /* As even a split as can be: 16 pixels are 8 + 8, since a tile of 2 would be slow. */
    const int tiles = (pixels + TILE_PIXELS - 1) / TILE_PIXELS;
    for (; channels > 0; channels -= PANEL, panel += PANEL * channel_bytes, bias += PANEL, out += PANEL) {
        MultiplyTile *const *f16_to_widened = panel_tiles_f16_to_widened, *const *floats = panel_tiles_f32;
#ifdef HALF_TILES
        if (channels < PANEL) {
            f16_to_widened = half_tiles_f16_to_widened;
            floats = half_tiles_f32;
        }
#endif
        const void *weights = panel;
        MultiplyTile *const *multiply_tile = halves ? f16_to_widened : floats;
        const float *tile_in = in;
        float *tile_out = out;
        for (int left = pixels, tiles_left = tiles; tiles_left > 0; tiles_left--) {
            const int count = (left + tiles_left - 1) / tiles_left;
            multiply_tile[count](tile_in, in_stride, weights, widened, bias, depth, tile_out, out_stride,
                                 relu6);
            if (halves) {
                weights = widened;
                multiply_tile = floats;
            }
            tile_in += count * in_stride;
            tile_out += count * out_stride;
            left -= count;
        }
    }
}

#endif
