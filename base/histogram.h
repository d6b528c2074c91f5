/* Quantiles of times in fixed memory, however many there are. */
#ifndef LOOKOUT_BASE_HISTOGRAM_H
#define LOOKOUT_BASE_HISTOGRAM_H

#include <stdint.h>

/* Bins grow by 1/256 each, from a microsecond to about 20 minutes: a quantile is right within 0.2 %. */
#define HISTOGRAM_BINS 5400

typedef struct Histogram {
    int64_t count;
    uint32_t bins[HISTOGRAM_BINS];
} Histogram; /* empty when zeroed */

void histogram_add(Histogram *histogram, double milliseconds);
/* Adds what is in another one. */
void histogram_merge(Histogram *to, const Histogram *from);
/* The q-quantile (q in 0..1): the time that this share of all does not exceed. 0 when nothing was added. */
double histogram_quantile(const Histogram *histogram, double q);

#endif
