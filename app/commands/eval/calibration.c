#include "app/commands/eval/calibration.h"

#include <math.h>

static int bin_of(float score)
{
    int bin = (int)(score * CALIBRATION_BINS);
    return bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1;
}

void calibration_add(Calibration *calibration, const Judgement *judgements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int bin = bin_of(judgements[i].score);
        calibration->bins[bin].count++;
        calibration->bins[bin].right += judgements[i].right;
        calibration->bins[bin].scores += judgements[i].score;
    }
}

double calibration_finish(const Calibration *calibration, CalibrationBin bins[CALIBRATION_BINS])
{
    int64_t all = 0;
    double error = 0;
    for (int i = 0; i < CALIBRATION_BINS; i++) {
        double count = (double)calibration->bins[i].count;
        bins[i] = (CalibrationBin){.count = calibration->bins[i].count};
        if (!bins[i].count)
            continue;
        bins[i].score = calibration->bins[i].scores / count;
        bins[i].right = (double)calibration->bins[i].right / count;
        all += bins[i].count;
        error += count * fabs(bins[i].right - bins[i].score);
    }
    return all ? error / (double)all : -1;
}
