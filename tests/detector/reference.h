/*
 * A plain second implementation of the network, for the tests: direct convolutions in double, straight from
 * the weight file, written from the specification and sharing nothing with detector/.
 */
#ifndef LOOKOUT_TESTS_DETECTOR_REFERENCE_H
#define LOOKOUT_TESTS_DETECTOR_REFERENCE_H

#include <stdint.h>

#define REFERENCE_LAYERS 41

/* [height][width][channels], without gaps */
typedef struct ReferenceMap {
    const char *name;
    int height, width, channels;
    double rms; /* root mean square of the values */
    double *values;
} ReferenceMap;

typedef struct Reference Reference;

/* Reads a weight file; NULL (and a line on stderr) if that fails. */
Reference *reference_open(const char *path);
void reference_close(Reference *reference);

/* Computes all layers from size x size RGB bytes without gaps between rows. */
void reference_run(Reference *reference, int size, const uint8_t *rgb);
/* index: 0..REFERENCE_LAYERS-1, in the order of the network. Valid until the next run. */
const ReferenceMap *reference_map(const Reference *reference, int index);

#endif
