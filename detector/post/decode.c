/*
 * The candidates are kept in a heap of at most LOOKOUT_MAX_DETECTIONS with the worst at its root. The head is
 * scanned in the order of (anchor, class), so once the heap is full, only a logit strictly above the root's
 * can enter it. The limit that all logits are compared with then rises to the root's logit, and boxes are
 * decoded for the few anchors with a logit above the limit only.
 */
#include "detector/post/decode.h"

#include <math.h>
#include <stdlib.h>

#include "detector/base/error.h"
#include "detector/post/nms.h"

#define CENTER_CODING 0.1f
#define SIZE_CODING 0.2f
#define SIZE_EXPONENT_MAX 4.0f

typedef struct Candidate {
    float logit;
    int class_index, anchor;
    float x1, y1, x2, y2;
} Candidate;

struct Decoder {
    int class_count;
    Anchor *anchors; /* anchors_count(size) */
    int count;       /* candidates in the heap */
    Candidate heap[LOOKOUT_MAX_DETECTIONS];
    LookoutDetection detections[LOOKOUT_MAX_DETECTIONS];
};

Decoder *decoder_create(const Network *network, int size, LookoutError *error)
{
    Decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        goto fail;
    decoder->class_count = network->class_count;
    decoder->anchors = malloc((size_t)anchors_count(network, size) * sizeof *decoder->anchors);
    if (!decoder->anchors)
        goto fail;
    anchors_fill(network, size, decoder->anchors);
    return decoder;
fail:
    decoder_destroy(decoder);
    detector_fail(error, LOOKOUT_ERROR_MEMORY, "no memory for the anchors of size %d", size);
    return NULL;
}

void decoder_destroy(Decoder *decoder)
{
    if (!decoder)
        return;
    free(decoder->anchors);
    free(decoder);
}

static bool is_worse(const Candidate *a, const Candidate *b)
{
    if (a->logit != b->logit)
        return a->logit < b->logit;
    if (a->anchor != b->anchor)
        return a->anchor > b->anchor;
    return a->class_index > b->class_index;
}

/* Puts candidate into the hole at the root of a heap of count and restores the order. */
static void sink(Candidate *heap, int count, Candidate candidate)
{
    int hole = 0;
    for (int child; (child = 2 * hole + 1) < count; hole = child) {
        if (child + 1 < count && is_worse(&heap[child + 1], &heap[child]))
            child++;
        if (!is_worse(&heap[child], &candidate))
            break;
        heap[hole] = heap[child];
    }
    heap[hole] = candidate;
}

static void rise(Candidate *heap, int hole, Candidate candidate)
{
    for (int parent; hole > 0; hole = parent) {
        parent = (hole - 1) / 2;
        if (!is_worse(&candidate, &heap[parent]))
            break;
        heap[hole] = heap[parent];
    }
    heap[hole] = candidate;
}

/* The greatest float that is not above the logit ln(t / (1 - t)): a float is above it exactly if it is above
 * the logit. */
static float logit_limit(double threshold)
{
    double limit = log(threshold / (1.0 - threshold));
    float nearest = (float)limit;
    return nearest > limit ? nextafterf(nearest, -INFINITY) : nearest;
}

/* NaN is not above. Without a branch, so that it vectorises. */
static bool any_above(const float *logits, int count, float limit)
{
    int any = 0;
    for (int i = 0; i < count; i++)
        any |= logits[i] > limit;
    return any;
}

/* Of NaN it makes NaN, unlike fminf and fmaxf. */
static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

/* Returns false if nothing is left of the box once it is clipped to the picture, or it is not a number. */
static bool decode_box(const Anchor *anchor, const float deltas[4], Candidate *candidate)
{
    float cx = anchor->cx + CENTER_CODING * deltas[0] * anchor->width;
    float cy = anchor->cy + CENTER_CODING * deltas[1] * anchor->height;
    float half_width =
        0.5f * anchor->width * expf(clamp(SIZE_CODING * deltas[2], -SIZE_EXPONENT_MAX, SIZE_EXPONENT_MAX));
    float half_height =
        0.5f * anchor->height * expf(clamp(SIZE_CODING * deltas[3], -SIZE_EXPONENT_MAX, SIZE_EXPONENT_MAX));
    candidate->x1 = clamp(cx - half_width, 0, 1);
    candidate->y1 = clamp(cy - half_height, 0, 1);
    candidate->x2 = clamp(cx + half_width, 0, 1);
    candidate->y2 = clamp(cy + half_height, 0, 1);
    return candidate->x1 < candidate->x2 && candidate->y1 < candidate->y2;
}

/* Adds the candidates of an anchor, some of whose logits are above the limit. Returns the new limit. */
static float collect(Decoder *decoder, const float *row, int anchor, const uint8_t *wanted, float limit)
{
    const int classes = decoder->class_count;
    Candidate candidate = {.anchor = anchor};
    bool decoded = false;
    for (int k = 0; k < classes; k++) {
        if (!(row[k] > limit) || (wanted && !wanted[k]))
            continue;
        if (!decoded && !decode_box(&decoder->anchors[anchor], row + classes, &candidate))
            return limit;
        decoded = true;
        candidate.logit = row[k];
        candidate.class_index = k;
        if (decoder->count < LOOKOUT_MAX_DETECTIONS) {
            rise(decoder->heap, decoder->count, candidate);
            decoder->count++;
        } else {
            sink(decoder->heap, decoder->count, candidate);
        }
        if (decoder->count == LOOKOUT_MAX_DETECTIONS)
            limit = decoder->heap[0].logit;
    }
    return limit;
}

static void select_candidates(Decoder *decoder, const DecodeLevel levels[NETWORK_LEVELS],
                              const LookoutSettings *settings)
{
    float limit = logit_limit(settings->threshold);
    int anchor = 0;
    decoder->count = 0;
    for (int i = 0; i < NETWORK_LEVELS; i++) {
        const DecodeLevel *level = &levels[i];
        for (int pixel = 0; pixel < level->cells * level->cells; pixel++) {
            const float *row = level->data + pixel * level->pixel_stride;
            for (int a = 0; a < level->anchors; a++, anchor++, row += decoder->class_count + 4)
                if (any_above(row, decoder->class_count, limit))
                    limit = collect(decoder, row, anchor, settings->classes, limit);
        }
    }
}

int decoder_run(Decoder *decoder, const DecodeLevel levels[NETWORK_LEVELS], const LookoutSettings *settings,
                const LookoutDetection **detections)
{
    select_candidates(decoder, levels, settings);

    /* The worst leaves the heap first and becomes the last. */
    for (int last = decoder->count - 1; last >= 0; last--) {
        Candidate worst = decoder->heap[0];
        sink(decoder->heap, last, decoder->heap[last]);
        decoder->detections[last] = (LookoutDetection){
            .x1 = worst.x1,
            .y1 = worst.y1,
            .x2 = worst.x2,
            .y2 = worst.y2,
            .score = 1.0f / (1.0f + expf(-worst.logit)),
            .class_index = worst.class_index,
            .anchor = worst.anchor,
        };
    }
    *detections = decoder->detections;
    return nms_run(decoder->detections, decoder->count, settings->nms_iou, settings->max_detections);
}
