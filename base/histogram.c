#include "base/histogram.h"

#include <math.h>

#define SMALLEST_MS 1e-3

void histogram_add(Histogram *histogram, double milliseconds)
{
    int bin = 0;
    if (milliseconds > SMALLEST_MS)
        bin = 1 + (int)fmin(log(milliseconds / SMALLEST_MS) / log1p(1.0 / 256), HISTOGRAM_BINS - 2);
    histogram->bins[bin]++;
    histogram->count++;
}

void histogram_merge(Histogram *to, const Histogram *from)
{
    to->count += from->count;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        to->bins[bin] += from->bins[bin];
}

double histogram_quantile(const Histogram *histogram, double q)
{
    int64_t rank = (int64_t)ceil(q * (double)histogram->count), below = 0;
    for (int bin = 0; bin < HISTOGRAM_BINS && histogram->count; bin++) {
        below += histogram->bins[bin];
        if (below >= rank && below > 0)
            return bin ? SMALLEST_MS * exp((bin - 0.5) * log1p(1.0 / 256)) : 0;
    }
    return 0;
}
