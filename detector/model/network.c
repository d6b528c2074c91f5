#include "detector/model/network.h"

#include <stdio.h>
#include <string.h>

const int network_strides[NETWORK_LEVELS] = {8, 16, 32, 64, 128};
const char *const network_features[NETWORK_LEVELS] = {"block5", "block11", "block13", "extra1", "extra2"};
const char *const network_strided[NETWORK_STRIDED] = {"conv0",   "block2", "block4", "block6",
                                                      "block12", "extra1", "extra2"};

/* Howard et al. 2017, table 1: output channels at alpha 1, and stride, of the depthwise-separable blocks. */
static const struct {
    int channels, stride;
} blocks[] = {
    {64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2},  {512, 1},
    {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
};

/* Layers behind the backbone that make the coarser feature maps: squeezed channels, output channels. */
static const struct {
    int squeeze, channels;
} extras[NETWORK_EXTRAS] = {{256, 512}, {128, 256}};

int network_width(int channels, double alpha)
{
    int width = (int)(channels * alpha + 0.5);
    return width > 8 ? width : 8;
}

typedef struct Builder {
    Network *network;
    int count;    /* layers so far */
    int input;    /* layer that the next one reads */
    int channels; /* of that layer's output */
    int level;    /* next feature map */
    int strided;  /* next entry of the paddings */
} Builder;

static void add_layer(Builder *builder, LookoutLayerKind kind, int stride, int channels, const char *name)
{
    NetworkLayer *layer = &builder->network->layers[builder->count];
    snprintf(layer->name, sizeof layer->name, "%s", name);
    layer->kind = kind;
    layer->stride = stride;
    layer->padding = stride == 1 ? 1 : builder->network->padding[builder->strided++];
    layer->in_channels = builder->channels;
    layer->out_channels = channels;
    layer->input = builder->input;
    layer->relu6 = true;
    layer->head_level = -1;
    builder->input = builder->count++;
    builder->channels = channels;
}

static void add_separable(Builder *builder, const char *prefix, int stride, int channels)
{
    char name[sizeof builder->network->layers->name];
    snprintf(name, sizeof name, "%.16s.depthwise", prefix);
    add_layer(builder, LOOKOUT_LAYER_DEPTHWISE, stride, builder->channels, name);
    snprintf(name, sizeof name, "%.16s.pointwise", prefix);
    add_layer(builder, LOOKOUT_LAYER_POINTWISE, 1, channels, name);
}

/* If the block just added is a feature map, adds the head that reads it, and goes on from the block. */
static void add_head(Builder *builder, const char *prefix)
{
    if (builder->level == NETWORK_LEVELS || strcmp(prefix, network_features[builder->level]) != 0)
        return;
    int input = builder->input, channels = builder->channels;
    char name[sizeof builder->network->layers->name];
    snprintf(name, sizeof name, "head%d", builder->level + 1);
    add_separable(builder, name, 1,
                  builder->network->anchors[builder->level].count * (builder->network->class_count + 4));
    NetworkLayer *last = &builder->network->layers[builder->count - 1];
    last->relu6 = false;
    last->head_level = builder->level++;
    builder->input = input;
    builder->channels = channels;
}

void network_build(Network *network)
{
    const double alpha = network->alpha;
    Builder builder = {.network = network, .input = -1, .channels = 3};

    add_layer(&builder, LOOKOUT_LAYER_CONVOLUTION, 2, network_width(32, alpha), "conv0");
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        char prefix[16];
        snprintf(prefix, sizeof prefix, "block%zu", i + 1);
        add_separable(&builder, prefix, blocks[i].stride, network_width(blocks[i].channels, alpha));
        add_head(&builder, prefix);
    }
    for (int i = 0; i < NETWORK_EXTRAS; i++) {
        char prefix[16], name[sizeof network->layers->name];
        snprintf(prefix, sizeof prefix, "extra%d", i + 1);
        snprintf(name, sizeof name, "%s.squeeze", prefix);
        add_layer(&builder, LOOKOUT_LAYER_POINTWISE, 1, network_width(extras[i].squeeze, alpha), name);
        snprintf(name, sizeof name, "%s.expand", prefix);
        add_layer(&builder, LOOKOUT_LAYER_CONVOLUTION, 2, network_width(extras[i].channels, alpha), name);
        add_head(&builder, prefix);
    }
}

int64_t network_weight_count(const NetworkLayer *layer)
{
    int64_t inputs = layer->kind == LOOKOUT_LAYER_DEPTHWISE ? 1 : layer->in_channels;
    int64_t taps = layer->kind == LOOKOUT_LAYER_POINTWISE ? 1 : 9;
    return layer->out_channels * inputs * taps;
}
