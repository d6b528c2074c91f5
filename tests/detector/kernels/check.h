/*
 * Kernel tests: every kernel of every instruction set that this CPU has, against plain loops in double, at
 * sizes below, at and above the edges of its tiles, with guards around what it may write and read, and NaN in
 * the padding.
 */
#ifndef LOOKOUT_TESTS_DETECTOR_KERNELS_CHECK_H
#define LOOKOUT_TESTS_DETECTOR_KERNELS_CHECK_H

#include "detector/kernels/kernels.h"

#include <stddef.h>
#include <stdint.h>

/* Floats between two inaccessible pages, so that a kernel that reads or writes beyond them crashes. */
typedef struct Buffer {
    float *data; /* 64-byte aligned as long as `count` is a multiple of 16 */
    size_t count;
    void *map;
    size_t map_bytes, canary_offset, canary_bytes;
} Buffer;

typedef enum BufferSide { BUFFER_AT_START, BUFFER_AT_END } BufferSide;

/* count floats that touch the inaccessible page before (BUFFER_AT_START) or behind them. Filled with NaN.
 * Ends the program when there is no memory. */
Buffer buffer_create(size_t count, BufferSide side);
void buffer_destroy(Buffer *buffer);
/* 0 if the rest of the buffer's pages was written to. */
int buffer_intact(const Buffer *buffer);

/* A NaN with a pattern that no arithmetic makes: what was not written still holds it. */
float untouched_value(void);
int is_untouched(float value);

/* Uniform in -1..1, the same sequence in every run. */
float random_float(void);
uint32_t random_below(uint32_t limit);

/* Where failures go. The first few are printed, unless quiet. */
typedef struct Report {
    const Kernels *kernels;
    int quiet;
    int quick; /* fewer depths and no large layers, for emulated CPUs */
    int failures;
    long checks;
} Report;

void report_failure(Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What an output should be. */
typedef struct Expected {
    double exact;     /* in double */
    double magnitude; /* of all terms: bounds the error together with their number */
    int terms;
    float
        fused; /* one chain of fused multiply-adds in order: what every kernel but C has to give bit by bit */
} Expected;

Expected expected_start(float bias);
void expected_add(Expected *expected, float a, float b);
Expected expected_end(Expected expected, int relu6);
/* 0 if `value` is not as expected of these kernels. */
int as_expected(const Kernels *kernels, const Expected *expected, float value);

void check_pointwise(Report *report);
void check_depthwise(Report *report);
void check_convolution(Report *report);
void check_normalise(Report *report);
void check_peak(Report *report);

/* Prints the speed of each kernel on data that lies in L1 or L2, and its share of the peak. */
void bench_kernels(const Kernels *kernels);

#endif
