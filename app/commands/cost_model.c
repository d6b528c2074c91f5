#include "app/commands/cost_model.h"

int64_t cost_standard(int kernel, int in, int out, int height, int width)
{
    return (int64_t)kernel * kernel * in * out * height * width;
}

int64_t cost_depthwise(int kernel, int channels, int height, int width)
{
    return (int64_t)kernel * kernel * channels * height * width;
}

int64_t cost_pointwise(int in, int out, int height, int width)
{
    return (int64_t)in * out * height * width;
}

int64_t cost_separable(int kernel, int in, int out, int height, int width)
{
    return cost_depthwise(kernel, in, height, width) + cost_pointwise(in, out, height, width);
}

static int scaled_width(int channels, double alpha)
{
    int width = (int)(channels * alpha + 0.5);
    return width < 8 ? 8 : width;
}

Cost cost_classifier(double alpha, int size, int classes)
{
    /* table 1: channels out and stride of the separable convolutions */
    static const struct {
        int channels, stride;
    } blocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                  {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
    enum { PICTURE_CHANNELS = 3, NORM = 2 }; /* batch norm has a scale and a shift a channel */

    int in = scaled_width(32, alpha), side = (size + 1) / 2;
    Cost cost = {
        .mult_adds = cost_standard(3, PICTURE_CHANNELS, in, side, side),
        .parameters = cost_standard(3, PICTURE_CHANNELS, in, 1, 1) + NORM * in,
    };
    for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        int out = scaled_width(blocks[i].channels, alpha);
        side = (side + blocks[i].stride - 1) / blocks[i].stride;
        cost.mult_adds += cost_separable(3, in, out, side, side);
        cost.parameters += cost_separable(3, in, out, 1, 1) + NORM * (in + out);
        in = out;
    }
    cost.mult_adds += cost_pointwise(in, classes, 1, 1);
    cost.parameters += cost_pointwise(in, classes, 1, 1) + classes;
    return cost;
}
