/*
 * All sums here are exact. Along one axis the weights are fractions with a common denominator, so the
 * numerators are used as weights: a sum along the vertical axis is an integer below 2^23 (at most 255 *
 * 16384), exact in float; a sum along both is one below 2^53, exact in double. It is divided and rounded
 * once. Hence the result depends neither on the order of the additions nor on the instruction set or the
 * number of threads.
 */
#include "detector/detect/resize.h"

#include <stdlib.h>
#include <string.h>

#include "detector/base/error.h"

#define CHANNELS 3

/* The value of an output pixel along one axis: (first_weight * in[first] + inner_weight * sum of in[first + 1
 * .. last - 1] + last_weight * in[last]) / denominator, the last two being those of the axis. */
typedef struct Tap {
    int first, last;
    int first_weight, last_weight;
} Tap;

typedef struct Axis {
    Tap *taps; /* [size], owned */
    int inner_weight, denominator;
} Axis;

/* Rows of one worker, as wide as the source, the second with one pixel more. */
typedef struct Scratch {
    uint16_t *inner; /* sum of the rows between first and last: at most 256 of them, 256 * 255 < 2^16 */
    float *column_sums;
} Scratch;

struct Resizer {
    int size;
    int width, height; /* geometry that the axes are made for; 0: none */
    Axis horizontal, vertical;
    Scratch scratch[LOOKOUT_MAX_THREADS];
    int scratch_width, scratch_count; /* allocated pixels of a row, and workers */
    uint8_t *out;                     /* [size][size][3] */
};

Resizer *resizer_create(int size, LookoutError *error)
{
    Resizer *resizer = calloc(1, sizeof *resizer);
    if (!resizer)
        goto fail;
    resizer->size = size;
    resizer->horizontal.taps = malloc((size_t)size * sizeof(Tap));
    resizer->vertical.taps = malloc((size_t)size * sizeof(Tap));
    resizer->out = malloc((size_t)size * (size_t)size * CHANNELS);
    if (!resizer->horizontal.taps || !resizer->vertical.taps || !resizer->out)
        goto fail;
    return resizer;
fail:
    resizer_destroy(resizer);
    detector_fail(error, LOOKOUT_ERROR_MEMORY, "no memory to resize to %d x %d", size, size);
    return NULL;
}

static void free_scratch(Resizer *resizer)
{
    for (int i = 0; i < LOOKOUT_MAX_THREADS; i++) {
        free(resizer->scratch[i].inner);
        free(resizer->scratch[i].column_sums);
        resizer->scratch[i] = (Scratch){0};
    }
    resizer->scratch_width = resizer->scratch_count = 0;
}

void resizer_destroy(Resizer *resizer)
{
    if (!resizer)
        return;
    free_scratch(resizer);
    free(resizer->horizontal.taps);
    free(resizer->vertical.taps);
    free(resizer->out);
    free(resizer);
}

static bool make_scratch(Resizer *resizer, int width, int count)
{
    if (width <= resizer->scratch_width && count <= resizer->scratch_count)
        return true;
    free_scratch(resizer);
    for (int i = 0; i < count; i++) {
        Scratch *scratch = &resizer->scratch[i];
        scratch->inner = malloc((size_t)width * CHANNELS * sizeof *scratch->inner);
        scratch->column_sums = calloc(((size_t)width + 1) * CHANNELS, sizeof *scratch->column_sums);
        if (!scratch->inner || !scratch->column_sums) {
            free_scratch(resizer);
            return false;
        }
    }
    resizer->scratch_width = width;
    resizer->scratch_count = count;
    return true;
}

/* In units of 1/size of a source pixel, output pixel i covers [i * n, (i + 1) * n). */
static void average_taps(Axis *axis, int size, int n)
{
    axis->inner_weight = size;
    axis->denominator = n;
    for (int i = 0; i < size; i++) {
        int begin = i * n, end = begin + n;
        Tap *tap = &axis->taps[i];
        tap->first = begin / size;
        tap->last = (end - 1) / size;
        tap->first_weight = (tap->first + 1) * size - begin;
        tap->last_weight = end - tap->last * size;
    }
}

/* Output pixel i lies at (i + 0.5) * n / size - 0.5 = ((2i + 1) * n - size) / (2 * size). */
static void bilinear_taps(Axis *axis, int size, int n)
{
    axis->inner_weight = 0;
    axis->denominator = 2 * size;
    for (int i = 0; i < size; i++) {
        int position = (2 * i + 1) * n - size;
        if (position < 0)
            position = 0;
        if (position > (n - 1) * 2 * size)
            position = (n - 1) * 2 * size;
        Tap *tap = &axis->taps[i];
        tap->first = position / (2 * size);
        tap->last = tap->first + 1 < n ? tap->first + 1 : tap->first;
        tap->last_weight = position % (2 * size);
        tap->first_weight = 2 * size - tap->last_weight;
    }
}

static void make_axis(Axis *axis, int size, int n)
{
    if (2 * n > 3 * size)
        average_taps(axis, size, n);
    else
        bilinear_taps(axis, size, n);
}

static void sum_rows(const uint8_t *rows, ptrdiff_t stride, int row_count, int count, uint16_t *restrict sums)
{
    memset(sums, 0, (size_t)count * sizeof *sums);
    for (; row_count >= 2; row_count -= 2, rows += 2 * stride)
        for (int i = 0; i < count; i++)
            sums[i] = (uint16_t)(sums[i] + rows[i] + rows[i + stride]);
    if (row_count)
        for (int i = 0; i < count; i++)
            sums[i] = (uint16_t)(sums[i] + rows[i]);
}

static void weigh_two_rows(const uint8_t *first, float first_weight, const uint8_t *last, float last_weight,
                           int count, float *restrict out)
{
    for (int i = 0; i < count; i++)
        out[i] = first_weight * first[i] + last_weight * last[i];
}

static void weigh_three_rows(const uint8_t *first, float first_weight, const uint8_t *last, float last_weight,
                             const uint16_t *inner, float inner_weight, int count, float *restrict out)
{
    for (int i = 0; i < count; i++)
        out[i] = first_weight * first[i] + last_weight * last[i] + inner_weight * inner[i];
}

static void weigh_rows(const LookoutImage *image, const Axis *axis, const Tap *tap, const Scratch *scratch)
{
    const int count = image->width * CHANNELS;
    const uint8_t *first = image->rgb + tap->first * image->stride;
    const uint8_t *last = image->rgb + tap->last * image->stride;
    int inner = tap->last - tap->first - 1;
    if (inner > 0) {
        sum_rows(first + image->stride, image->stride, inner, count, scratch->inner);
        weigh_three_rows(first, (float)tap->first_weight, last, (float)tap->last_weight, scratch->inner,
                         (float)axis->inner_weight, count, scratch->column_sums);
    } else {
        weigh_two_rows(first, (float)tap->first_weight, last, (float)tap->last_weight, count,
                       scratch->column_sums);
    }
}

/* Four lanes at a time; the fourth is the next pixel's R, which is computed and not stored. */
static void weigh_columns(const float *in, const Axis *axis, int size, double denominator, uint8_t *out)
{
    const double inner_weight = axis->inner_weight;
    for (int x = 0; x < size; x++) {
        const Tap *tap = &axis->taps[x];
        const float *first = in + tap->first * CHANNELS, *last = in + tap->last * CHANNELS;
        double sums[4] = {0}, first_weight = tap->first_weight, last_weight = tap->last_weight;
        for (const float *pixel = first + CHANNELS; pixel < last; pixel += CHANNELS)
            for (int c = 0; c < 4; c++)
                sums[c] += pixel[c];
        for (int c = 0; c < 4; c++) {
            sums[c] = sums[c] * inner_weight + first[c] * first_weight + last[c] * last_weight;
            /* adding and subtracting 2^52 rounds to the nearest integer, as rint() does */
            sums[c] = sums[c] / denominator + 0x1p52 - 0x1p52;
        }
        for (int c = 0; c < CHANNELS; c++)
            out[x * CHANNELS + c] = (uint8_t)sums[c];
    }
}

typedef struct Job {
    Resizer *resizer;
    const LookoutImage *image;
    int threads;
} Job;

static void resize_part(void *argument, int worker)
{
    const Job *job = argument;
    const Resizer *resizer = job->resizer;
    const Scratch *scratch = &resizer->scratch[worker];
    const int size = resizer->size;
    const double denominator =
        (double)resizer->horizontal.denominator * (double)resizer->vertical.denominator;
    for (int y = size * worker / job->threads; y < size * (worker + 1) / job->threads; y++) {
        weigh_rows(job->image, &resizer->vertical, &resizer->vertical.taps[y], scratch);
        weigh_columns(scratch->column_sums, &resizer->horizontal, size, denominator,
                      resizer->out + (size_t)y * (size_t)size * CHANNELS);
    }
}

const uint8_t *resizer_run(Resizer *resizer, Pool *pool, const LookoutImage *image, LookoutError *error)
{
    const int size = resizer->size;
    Job job = {.resizer = resizer, .image = image, .threads = pool ? pool_threads(pool) : 1};

    if (!make_scratch(resizer, image->width, job.threads)) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "no memory to resize a picture of %d x %d", image->width,
                      image->height);
        return NULL;
    }
    if (image->width != resizer->width || image->height != resizer->height) {
        make_axis(&resizer->horizontal, size, image->width);
        make_axis(&resizer->vertical, size, image->height);
        resizer->width = image->width;
        resizer->height = image->height;
    }
    if (pool)
        pool_run(pool, job.threads, resize_part, &job);
    else
        resize_part(&job, 0);
    return resizer->out;
}
