/*
 * The one place that detects: it owns the engine and the choice of the network, and serves any number of
 * clients in turn, the one whose frame has waited longest first, by a thread of its own. `auto` holds the sum
 * of their rates.
 */
#ifndef LOOKOUT_APP_RUN_INFERENCE_H
#define LOOKOUT_APP_RUN_INFERENCE_H

#include "app/run/model_choice.h"
#include "app/run/notices.h"
#include "vision/frame.h"

#define INFERENCE_MAX_CLIENTS 64

typedef struct Inference Inference;

/* What is to be looked at. */
typedef struct InferenceJob {
    const Frame *frame; /* any format; stays as it is until the answer */
    LookoutSettings settings;
} InferenceJob;

/* What was seen, valid during the call. */
typedef struct InferenceAnswer {
    const LookoutResult *result; /* NULL: failed, error says why */
    const Error *error;
    NetworkPoint point; /* what it was seen with */
    double convert_ms;
} InferenceAnswer;

/* Both are called by the thread that detects, which must not be kept waiting. */
typedef struct InferenceClient {
    /* Fills the job with the newest frame; false when there is none any more. */
    bool (*take)(void *client, InferenceJob *job);
    void (*answer)(void *client, const InferenceAnswer *answer);
} InferenceClient;

/* The choice and the notices outlive the inference. NULL when out of memory. */
Inference *inference_create(ModelChoice *choice, Notices *notices);
/* Stops the thread, in the middle of no detection. Takes NULL. */
void inference_destroy(Inference *inference);

/* A new client, INFERENCE_MAX_CLIENTS at most; before the start. Returns its number. */
int inference_add(Inference *inference, const InferenceClient *functions, void *client);
/* Starts the thread: 0, or -1 with error. */
int inference_start(Inference *inference, Error *error);

/* The client has a frame that waits, or a newer one. Any thread, as all that follow. */
void inference_offer(Inference *inference, int client);
/* The same, and when its turn comes the calling thread does the work and returns after the answer: for a
 * client that has nothing else to do meanwhile, which saves waking two threads for each frame. */
void inference_serve(Inference *inference, int client);
/* It has none any more: waits for the answer if it is being looked at; neither function is called after this.
 */
void inference_withdraw(Inference *inference, int client);
/* How many frames a second are to be detected for it; 0: it is none to be counted. */
void inference_set_rate(Inference *inference, int client, double rate);

/* Reports a request for another network that has failed. */
void inference_report_failure(Inference *inference);

#endif
