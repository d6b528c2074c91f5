/* From the head's logits to detections: threshold, decoding, sorting, non-maximum suppression. */
#ifndef LOOKOUT_DETECTOR_POST_DECODE_H
#define LOOKOUT_DETECTOR_POST_DECODE_H

#include "detector/post/anchors.h"

/* One level of the head: anchors at each of cells * cells pixels, each `classes` logits and 4 box values. */
typedef struct DecodeLevel {
    const float *data;
    int cells;              /* a side */
    int anchors;            /* at each pixel */
    ptrdiff_t pixel_stride; /* floats */
} DecodeLevel;

typedef struct Decoder Decoder;

/* Allocates everything for one network and input size; the network is not kept. */
Decoder *decoder_create(const Network *network, int size, LookoutError *error);
void decoder_destroy(Decoder *decoder);

/* Returns the number of detections; *detections points to them, best first, owned by the decoder and valid
 * until the next call. Settings are already checked. Logits that are not numbers are never kept. */
int decoder_run(Decoder *decoder, const DecodeLevel levels[NETWORK_LEVELS], const LookoutSettings *settings,
                const LookoutDetection **detections);

#endif
