#include "base/rate.h"

static const int64_t window_ns = 1200000000;

void rate_add(Rate *rate, int64_t time_ns)
{
    if (rate->count && time_ns < rate->times[(rate->count - 1) % RATE_TIMES])
        rate->count = 0;
    rate->times[rate->count++ % RATE_TIMES] = time_ns;
}

double rate_per_second(const Rate *rate)
{
    int64_t known = rate->count < RATE_TIMES ? rate->count : RATE_TIMES;
    if (known < 2)
        return 0;
    int64_t latest = rate->times[(rate->count - 1) % RATE_TIMES], intervals = 1;
    int64_t earliest = rate->times[(rate->count - 2) % RATE_TIMES];
    for (; intervals + 1 < known; intervals++) {
        int64_t earlier = rate->times[(rate->count - 2 - intervals) % RATE_TIMES];
        if (latest - earlier > window_ns)
            break;
        earliest = earlier;
    }
    return latest > earliest ? (double)intervals * 1e9 / (double)(latest - earliest) : 0;
}
