/*
 * The register tile of a pointwise convolution for CPUs that broadcast an operand from memory for free.
 *
 * Every output is one chain of fused multiply-adds in ascending k that starts from the bias, so it does not
 * depend on the shape of the tile it is in.
 */

/* With base + {0, 1, 2} * stride as addresses, a tile needs a third of the pointers. */
#define PIXELS_A_BASE 3
#define BASES(pixels) (((pixels) + PIXELS_A_BASE - 1) / PIXELS_A_BASE)

/* `pixels` pixels times `vectors` vectors of output channels, of panels that lie panel_size floats apart.
 * Inlined with constant pixels and vectors: the sums are registers. */
static ALWAYS_INLINE void multiply(const float *in, ptrdiff_t in_stride, const int pixels, const float *panel,
                                   ptrdiff_t panel_size, const int vectors, int depth, float *out,
                                   ptrdiff_t out_stride, int relu6)
{
#define PANEL_VECTOR(v) (panel + (v) / PANEL_VECTORS * panel_size + (v) % PANEL_VECTORS * VEC_LANES)
    Vec sum[TILE_PIXELS][MAX_VECTORS];
    EACH (v, vectors) {
        Vec bias = vec_load(PANEL_VECTOR(v));
        EACH (p, pixels)
            sum[p][v] = bias;
    }

    const float *base[BASES(TILE_PIXELS)];
    EACH (b, BASES(pixels))
        base[b] = in + b * PIXELS_A_BASE * in_stride;
    for (int k = 0; k < depth; k++) {
        panel += PANEL;
        Vec weight[MAX_VECTORS];
        EACH (v, vectors) {
            weight[v] = vec_load(PANEL_VECTOR(v));
            if (pixels > 1)
                KEEP_VECTOR(weight[v]); /* or gcc loads it again for each pixel */
        }
        EACH (p, pixels) {
            Vec value = vec_splat(base[p / PIXELS_A_BASE] + p % PIXELS_A_BASE * in_stride);
            EACH (v, vectors)
                sum[p][v] = vec_fma(value, weight[v], sum[p][v]);
        }
        EACH (b, BASES(pixels)) {
            base[b]++;
            KEEP_POINTER(base[b]);
        }
    }
#undef PANEL_VECTOR

    if (relu6)
        EACH (p, pixels)
            EACH (v, vectors)
                sum[p][v] = vec_clamp6(sum[p][v]);
    EACH (p, pixels)
        EACH (v, vectors)
            vec_store(out + p * out_stride + v * VEC_LANES, sum[p][v]);
}
