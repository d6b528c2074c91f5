/* Networks without layers, for tests of what is behind the head. */
#ifndef LOOKOUT_TESTS_SUPPORT_NETWORKS_H
#define LOOKOUT_TESTS_SUPPORT_NETWORKS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "detector/model/model_file.h"
#include "tests/support/shared.h"

/* The anchors of ../shared/weights-2, which golden values are of; their file must be there. */
static inline Network golden_network(void)
{
    char path[4096];
    ModelWeights weights;
    LookoutError error;
    shared_path("weights-2/lookout-0.25.safetensors", path, sizeof path);
    if (model_weights_read(&weights, path, &error) != LOOKOUT_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    Network network = weights.network;
    model_weights_free(&weights);
    return network;
}

/* The anchors of the specification (docs/weights.md). */
static inline Network usual_network(int classes)
{
    return (Network){
        .class_count = classes,
        .anchors =
            {
                {3, {{14, 14}, {11, 24}, {23, 20}}},
                {6, {{30, 30}, {84.8528, 42.4264}, {42.4264, 84.8528}, {42, 42}, {26, 52}, {60, 60}}},
                {6,
                 {{105, 105},
                  {148.4924, 74.2462},
                  {74.2462, 148.4924},
                  {181.8653, 60.6218},
                  {60.6218, 181.8653},
                  {125.499, 125.499}}},
                {6,
                 {{150, 150},
                  {212.132, 106.066},
                  {106.066, 212.132},
                  {259.8076, 86.6025},
                  {86.6025, 259.8076},
                  {171.0263, 171.0263}}},
                {6,
                 {{195, 195},
                  {275.7716, 137.8858},
                  {137.8858, 275.7716},
                  {337.7499, 112.5833},
                  {112.5833, 337.7499},
                  {216.3331, 216.3331}}},
            },
    };
}

/* Another number of anchors on each level, no two alike: from a fifth of a cell to four cells. */
static inline Network uneven_network(int classes)
{
    static const int counts[NETWORK_LEVELS] = {1, 16, 5, 2, 7};
    Network network = {.class_count = classes};
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        NetworkAnchors *anchors = &network.anchors[level];
        anchors->count = counts[level];
        for (int i = 0; i < anchors->count; i++) {
            double side = network_strides[level] * pow(20, (i + 0.5) / anchors->count) / 5;
            anchors->shapes[i] = (LookoutAnchor){side * (1 + 0.1 * (i % 3)), side / (1 + 0.2 * (i % 4))};
        }
    }
    return network;
}

#endif
