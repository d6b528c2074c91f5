/*
 * Reader of safetensors files: 8-byte little-endian header length, JSON header, raw tensors. The bytes are
 * untrusted: after safetensors_open() every tensor lies within the data, none overlaps another, and together
 * they cover it. Only float16 tensors (dtype F16) are accepted: the project's files have no others.
 */
#ifndef LOOKOUT_DETECTOR_MODEL_SAFETENSORS_H
#define LOOKOUT_DETECTOR_MODEL_SAFETENSORS_H

#include <jansson.h>

#include "detector/lookout.h"

#define SAFETENSORS_MAX_RANK 8
/* The format allows headers of 100 MB, but JSON takes some 40 times as much memory once it is parsed, and
 * the header of a network that this program can run has about 10 kB. */
#define SAFETENSORS_MAX_HEADER ((size_t)4 << 20)
#define SAFETENSORS_MAX_FILE ((size_t)256 << 20)

typedef struct SafetensorsTensor {
    const char *name;
    int rank;
    int64_t shape[SAFETENSORS_MAX_RANK]; /* each at least 1 */
    size_t begin, end;                   /* offsets in the data; end - begin = 2 * elements */
} SafetensorsTensor;

typedef struct Safetensors {
    json_t *header;             /* owned */
    const json_t *metadata;     /* object of strings, or NULL where the file has none; within header */
    SafetensorsTensor *tensors; /* [count] in the order of their data, owned */
    size_t count;
    const uint8_t *data; /* borrowed from the caller of safetensors_open() */
} Safetensors;

/* Reads a regular file of at most SAFETENSORS_MAX_FILE bytes into memory, which the caller frees. label is
 * the file's name in messages. Anything else (a directory, a FIFO, a device) is refused without blocking. */
LookoutStatus safetensors_read_file(const char *path, const char *label, uint8_t **bytes, size_t *size,
                                    LookoutError *error);

/* Parses and checks the header; bytes must outlive the result. On failure nothing is left to close. */
LookoutStatus safetensors_open(Safetensors *file, const uint8_t *bytes, size_t size, const char *label,
                               LookoutError *error);
void safetensors_close(Safetensors *file); /* takes a zeroed or opened struct */

/* NULL if there is no tensor of that name. */
const SafetensorsTensor *safetensors_find(const Safetensors *file, const char *name);

/* Index of the first element that is infinite or not a number, or -1. */
int64_t safetensors_find_not_finite(const Safetensors *file, const SafetensorsTensor *tensor);

#endif
