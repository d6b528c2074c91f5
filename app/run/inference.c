#include "app/run/inference.h"

#include "app/run/rate_control.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/thread.h"
#include "vision/convert.h"
#include <stdlib.h>
#include <string.h>

#define USUAL_RATE 30 /* frames a second, where no client says */

typedef struct Slot {
    const InferenceClient *functions;
    void *client;
    int64_t waiting_ns; /* since when a frame waits; 0: none does */
    bool serves_itself; /* its own thread looks at the frame that waits */
    double rate;
} Slot;

struct Inference {
    ModelChoice *choice;
    Notices *notices;

    /* the thread's */
    pthread_t thread;
    Converter *converter;
    Frame rgb; /* PIXEL_RGB24, what the detector reads */
    RateControl *rate_control;

    bool running; /* the thread was started */
    int count;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    Slot slots[INFERENCE_MAX_CLIENTS];
    int served; /* the client whose frame is being looked at, -1: none */
    bool stopping;
};

Inference *inference_create(ModelChoice *choice, Notices *notices)
{
    Inference *inference = calloc(1, sizeof *inference);
    if (!inference)
        return NULL;
    inference->choice = choice;
    inference->notices = notices;
    inference->served = -1;
    pthread_mutex_init(&inference->lock, NULL);
    pthread_cond_init(&inference->changed, NULL);
    inference->converter = converter_create();
    inference->rate_control = rate_control_create(USUAL_RATE);
    if (inference->converter && inference->rate_control)
        return inference;
    inference_destroy(inference);
    return NULL;
}

void inference_destroy(Inference *inference)
{
    if (!inference)
        return;
    if (inference->running) {
        pthread_mutex_lock(&inference->lock);
        inference->stopping = true;
        pthread_cond_broadcast(&inference->changed);
        pthread_mutex_unlock(&inference->lock);
        pthread_join(inference->thread, NULL);
    }
    rate_control_destroy(inference->rate_control);
    frame_free(&inference->rgb);
    converter_destroy(inference->converter);
    pthread_cond_destroy(&inference->changed);
    pthread_mutex_destroy(&inference->lock);
    free(inference);
}

int inference_add(Inference *inference, const InferenceClient *functions, void *client)
{
    inference->slots[inference->count] = (Slot){.functions = functions, .client = client};
    return inference->count++;
}

/* ---- the thread that detects -------------------------------------------------------------------- */

void inference_report_failure(Inference *inference)
{
    Error why;
    if (model_choice_take_failure(inference->choice, &why))
        notices_report(inference->notices, "%s", why.message);
}

static double total_rate(Inference *inference)
{
    double rate = 0;
    pthread_mutex_lock(&inference->lock);
    for (int i = 0; i < inference->count; i++)
        rate += inference->slots[i].rate;
    pthread_mutex_unlock(&inference->lock);
    return rate > 0 ? rate : USUAL_RATE;
}

/* The network may be another one for the next frame. */
static void choose_next(Inference *inference, NetworkPoint point, double busy_ms, int64_t now)
{
    Error why;
    inference_report_failure(inference);
    if (!model_choice_is_automatic(inference->choice))
        return;
    NetworkPoint points[MODEL_MAX_POINTS];
    const int count = model_choice_ready(inference->choice, points);
    rate_control_set_target(inference->rate_control, total_rate(inference));
    const NetworkPoint next =
        rate_control_update(inference->rate_control, point, busy_ms, now, points, count);
    if ((next.alpha != point.alpha || next.size != point.size) &&
        model_choice_request_automatic(inference->choice, next, &why))
        message("%s", why.message);
}

static int detect(Inference *inference, const InferenceJob *job, InferenceAnswer *answer,
                  LookoutResult *result, Error *error)
{
    LookoutError failure;
    LookoutDetector *detector = model_choice_detector(inference->choice, &answer->point);
    const int64_t start = clock_now_ns();
    if (converter_to_rgb(inference->converter, job->frame, &inference->rgb, error))
        return -1;
    answer->convert_ms = clock_ms_since(start);
    const Frame *rgb = &inference->rgb;
    const LookoutImage image = {rgb->planes[0], rgb->width, rgb->height, rgb->strides[0]};
    if (lookout_detect(detector, &image, &job->settings, result, &failure) != LOOKOUT_OK)
        return error_set(error, "%s", failure.message);
    const int64_t now = clock_now_ns();
    choose_next(inference, answer->point, (double)(now - start) / 1e6, now);
    return 0;
}

static void serve(Inference *inference, const Slot *slot)
{
    InferenceJob job;
    if (!slot->functions->take(slot->client, &job))
        return;
    LookoutResult result;
    Error error;
    InferenceAnswer answer = {0};
    if (detect(inference, &job, &answer, &result, &error))
        answer.error = &error;
    else
        answer.result = &result;
    slot->functions->answer(slot->client, &answer);
}

/* The client whose frame has waited longest; -1: none waits. Under the lock. */
static int next_client(const Inference *inference)
{
    int next = -1;
    for (int i = 0; i < inference->count; i++) {
        const int64_t waiting = inference->slots[i].waiting_ns;
        if (waiting && (next < 0 || waiting < inference->slots[next].waiting_ns))
            next = i;
    }
    return next;
}

/* Looks at the client's frame. Under the lock, which is released meanwhile. */
static void serve_next(Inference *inference, int client)
{
    Slot *slot = &inference->slots[client];
    slot->waiting_ns = 0;
    inference->served = client;
    pthread_mutex_unlock(&inference->lock);
    serve(inference, slot);
    pthread_mutex_lock(&inference->lock);
    inference->served = -1;
    pthread_cond_broadcast(&inference->changed);
}

static void *run(void *argument)
{
    Inference *inference = argument;
    pthread_mutex_lock(&inference->lock);
    while (!inference->stopping) {
        const int client = inference->served < 0 ? next_client(inference) : -1;
        if (client < 0 || inference->slots[client].serves_itself)
            pthread_cond_wait(&inference->changed, &inference->lock);
        else
            serve_next(inference, client);
    }
    pthread_mutex_unlock(&inference->lock);
    return NULL;
}

int inference_start(Inference *inference, Error *error)
{
    const int code = thread_start(&inference->thread, run, inference);
    if (code)
        return error_set(error, "no thread can be started to detect: %s", strerror(code));
    inference->running = true;
    return 0;
}

/* ---- clients ------------------------------------------------------------------------------------ */

void inference_offer(Inference *inference, int client)
{
    pthread_mutex_lock(&inference->lock);
    Slot *slot = &inference->slots[client];
    if (!slot->waiting_ns) {
        slot->waiting_ns = clock_now_ns();
        pthread_cond_broadcast(&inference->changed);
    }
    pthread_mutex_unlock(&inference->lock);
}

void inference_serve(Inference *inference, int client)
{
    Slot *slot = &inference->slots[client];
    pthread_mutex_lock(&inference->lock);
    slot->waiting_ns = clock_now_ns();
    slot->serves_itself = true;
    while (inference->served >= 0 || next_client(inference) != client)
        pthread_cond_wait(&inference->changed, &inference->lock);
    serve_next(inference, client);
    slot->serves_itself = false;
    pthread_mutex_unlock(&inference->lock);
}

void inference_withdraw(Inference *inference, int client)
{
    pthread_mutex_lock(&inference->lock);
    inference->slots[client].waiting_ns = 0;
    while (inference->served == client)
        pthread_cond_wait(&inference->changed, &inference->lock);
    pthread_mutex_unlock(&inference->lock);
}

void inference_set_rate(Inference *inference, int client, double rate)
{
    pthread_mutex_lock(&inference->lock);
    inference->slots[client].rate = rate;
    pthread_mutex_unlock(&inference->lock);
}
