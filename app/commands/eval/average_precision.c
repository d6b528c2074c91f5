#include "app/commands/eval/average_precision.h"

#include <float.h>
#include <math.h>

size_t judge_coco(const Match *matches, size_t count, MatchArea range, int threshold, int most,
                  Judgement *judgements)
{
    size_t judged = 0;
    for (size_t i = 0; i < count; i++)
        if (matches[i].rank < most && !(matches[i].ignored[range] >> threshold & 1))
            judgements[judged++] = (Judgement){matches[i].score, matches[i].right[range] >> threshold & 1};
    return judged;
}

size_t judge_voc(const Match *matches, size_t count, Judgement *judgements)
{
    size_t judged = 0;
    for (size_t i = 0; i < count; i++)
        if (!matches[i].voc_ignored)
            judgements[judged++] = (Judgement){matches[i].score, matches[i].voc_right};
    return judged;
}

static size_t count_right(const Judgement *judgements, size_t count)
{
    size_t right = 0;
    for (size_t i = 0; i < count; i++)
        right += judgements[i].right;
    return right;
}

double recall_of(const Judgement *judgements, size_t count, int truth)
{
    return (double)count_right(judgements, count) / truth;
}

/* Replaces precision[i] by the best of precision[i] and those after it. */
static void falling_precision(const Judgement *judgements, size_t count, double *precision)
{
    size_t right = 0;
    for (size_t i = 0; i < count; i++) {
        right += judgements[i].right;
        precision[i] = (double)right / ((double)(i + 1) + DBL_EPSILON);
    }
    for (size_t i = count; i-- > 1;)
        precision[i - 1] = fmax(precision[i - 1], precision[i]);
}

void precision_at_recalls(const Judgement *judgements, size_t count, int truth, double *scratch,
                          double precision[PRECISION_RECALLS])
{
    falling_precision(judgements, count, scratch);
    size_t next = 0, right = count ? judgements[0].right : 0;
    for (int i = 0; i < PRECISION_RECALLS; i++) {
        /* numpy.linspace(0, 1, 101), to the bit: i * .01 is not always i / 100 */
        double recall = i == PRECISION_RECALLS - 1 ? 1 : i * .01;
        while (next < count && (double)right / truth < recall)
            if (++next < count)
                right += judgements[next].right;
        precision[i] = next < count ? scratch[next] : 0;
    }
}

double mean_precision(const double precision[PRECISION_RECALLS])
{
    double sum = 0;
    for (int i = 0; i < PRECISION_RECALLS; i++)
        sum += precision[i];
    return sum / PRECISION_RECALLS;
}

double voc07_average_precision(const Judgement *judgements, size_t count, int truth)
{
    enum { STEPS = 10 };
    double sum = 0, best = 0;
    size_t right = count_right(judgements, count);
    int step = STEPS;
    for (size_t i = count; i > 0; i--) {
        /* right: how many of the first i; compared in whole numbers, since .1 has no exact binary value */
        for (; step >= 0 && right * STEPS < (size_t)step * (size_t)truth; step--)
            sum += best;
        best = fmax(best, (double)right / (double)i);
        right -= judgements[i - 1].right;
    }
    return (sum + (step + 1) * best) / (STEPS + 1);
}

double voc_average_precision(const Judgement *judgements, size_t count, int truth)
{
    double sum = 0, best = 0;
    size_t right = count_right(judgements, count);
    for (size_t i = count; i > 0; i--) {
        best = fmax(best, (double)right / (double)i);
        if (judgements[i - 1].right) { /* recall grows here */
            sum += best;
            right--;
        }
    }
    return sum / truth;
}

double best_f1(const Judgement *judgements, size_t count, int truth, double *threshold)
{
    double best = 0;
    size_t right = 0;
    *threshold = -1;
    for (size_t i = 0; i < count; i++) {
        right += judgements[i].right;
        double next = i + 1 < count ? judgements[i + 1].score : 0;
        double f1 = 2 * (double)right / ((double)(i + 1) + truth);
        if (f1 <= best || next == judgements[i].score)
            continue; /* no threshold separates equal scores */
        best = f1;
        *threshold = (judgements[i].score + next) / 2;
    }
    return best;
}
