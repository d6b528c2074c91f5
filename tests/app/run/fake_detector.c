#include "tests/app/run/fake_detector.h"

#include "detector/lookout.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { PATIENCE_S = 60 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static double score;
static const char *failure;
static bool holds;
static int allowed, begun;

void fake_detector_reset(void)
{
    pthread_mutex_lock(&lock);
    score = 0.9;
    failure = NULL;
    holds = false;
    allowed = begun = 0;
    pthread_mutex_unlock(&lock);
}

void fake_detector_set_score(double it)
{
    pthread_mutex_lock(&lock);
    score = it;
    pthread_mutex_unlock(&lock);
}

void fake_detector_set_failure(const char *text)
{
    pthread_mutex_lock(&lock);
    failure = text;
    pthread_mutex_unlock(&lock);
}

void fake_detector_hold(void)
{
    pthread_mutex_lock(&lock);
    holds = true;
    pthread_mutex_unlock(&lock);
}

void fake_detector_allow(int count)
{
    pthread_mutex_lock(&lock);
    allowed += count;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void fake_detector_release(void)
{
    pthread_mutex_lock(&lock);
    holds = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

int fake_detector_begun(void)
{
    pthread_mutex_lock(&lock);
    const int count = begun;
    pthread_mutex_unlock(&lock);
    return count;
}

bool fake_detector_wait_begun(int count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&lock);
    int code = 0;
    while (begun < count && !code)
        code = pthread_cond_timedwait(&changed, &lock, &until);
    const bool came = begun >= count;
    pthread_mutex_unlock(&lock);
    return came;
}

/* The first pixel of a grey picture of limited range, R = (Y - 16) * 255 / 219, gives the left side. */
int fake_detector_luma_of(float x1)
{
    return (int)lround((double)x1 * 512 * 219 / 255 + 16);
}

LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error);
LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error)
{
    static LookoutDetection found; /* one thread detects */
    (void)detector;
    pthread_mutex_lock(&lock);
    begun++;
    pthread_cond_broadcast(&changed);
    while (holds && !allowed)
        pthread_cond_wait(&changed, &lock);
    allowed -= holds;
    const float x1 = (float)image->rgb[0] / 512;
    found = (LookoutDetection){.x1 = x1, .y1 = 0.25f, .x2 = x1 + 0.25f, .y2 = 0.75f, .score = (float)score};
    *result = (LookoutResult){.detections = &found, .count = score > settings->threshold, .inference_ms = 1};
    const char *why = failure;
    pthread_mutex_unlock(&lock);
    if (why)
        snprintf(error->message, sizeof error->message, "%s", why);
    return why ? LOOKOUT_ERROR_MEMORY : LOOKOUT_OK;
}
